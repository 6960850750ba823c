//! Which language is spoken. It is the thread's, and only while [`speaking`] lasts: the interface draws and takes keys in the
//! person's language, and what other threads and outlets say (JSON, tables, logs, alerts) stays English by construction.

use std::cell::Cell;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    #[default]
    English,
    French,
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
