//! Which language is spoken. It is the thread's, and only while [`speaking`] lasts: the interface draws and takes keys in the
//! person's language, and what other threads and outlets say (JSON, tables, logs, alerts) stays English by construction.

use serde::{Deserialize, Serialize};
use std::cell::Cell;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "fr")]
    French,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// As settings write it: `en`, `fr`.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The one that follows this one on the key.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::English => Self::French,
            Self::French => Self::English,
        }
    }

    /// What the environment asks for: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that says something. English where it
    /// names a language that vigie does not speak.
    pub fn of_environment(env: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| env(name).filter(|value| !value.is_empty()));
        let language = locale.as_deref().and_then(|locale| locale.split(['_', '.', '@']).next());
        Self::ALL.into_iter().find(|known| Some(known.code()) == language).unwrap_or_default()
    }
}

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

pub(super) fn spoken() -> Language {
    SPOKEN.get()
}

/// Does something in this language, on this thread; what was spoken before comes back, also after a panic.
pub fn speaking<T>(language: Language, done: impl FnOnce() -> T) -> T {
    struct Back(Language);
    impl Drop for Back {
        fn drop(&mut self) {
            SPOKEN.set(self.0);
        }
    }
    let _back = Back(SPOKEN.replace(language));
    done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_which_language() {
        let asked = |vars: &[(&str, &str)]| {
            Language::of_environment(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string()))
        };
        assert_eq!(asked(&[]), Language::English);
        assert_eq!(asked(&[("LANG", "fr_GN.UTF-8")]), Language::French);
        assert_eq!(asked(&[("LANG", "fr_FR@euro"), ("LC_ALL", "")]), Language::French);
        assert_eq!(asked(&[("LANG", "fr"), ("LC_MESSAGES", "en_US.UTF-8")]), Language::English);
        assert_eq!(asked(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "fr")]), Language::French);
        assert_eq!(asked(&[("LANG", "fro_XX"), ("LC_ALL", "C.UTF-8")]), Language::English);
    }

    #[test]
    fn a_language_lasts_as_long_as_it_was_asked_for_and_on_its_own_thread() {
        speaking(Language::French, || {
            assert_eq!(spoken(), Language::French);
            speaking(Language::English, || assert_eq!(spoken(), Language::English));
            assert_eq!(spoken(), Language::French);
            assert_eq!(std::thread::spawn(spoken).join().ok(), Some(Language::English));
        });
        assert_eq!(spoken(), Language::English);
        let _ = std::panic::catch_unwind(|| speaking(Language::French, || std::panic::panic_any(())));
        assert_eq!(spoken(), Language::English);
    }
}
