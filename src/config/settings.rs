use super::parse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// One setting: its key in the file (top level or in a profile), its variable, its default, and what a value must look like.
pub struct Setting {
    pub key: &'static str,
    pub env: &'static str,
    pub default: Option<&'static str>,
    pub help: &'static str,
    pub check: fn(&str) -> Result<(), String>,
}

/// Every setting but the rules' thresholds and the Kafka properties. `vigie config` and `docs/configuration.md` follow it.
pub const SETTINGS: &[Setting] = &[
    row("brokers", "VIGIE_BROKERS", None, "bootstrap servers, comma-separated", any),
    row("catalogue", "VIGIE_CATALOGUE", None, "catalogue of topics, fields and stages (TOML) instead of the built-in one", any),
    row("topics", "VIGIE_TOPICS", None, "topics to watch: globs, ! excludes", any),
    row("groups", "VIGIE_GROUPS", None, "groups to watch: globs, ! excludes", any),
    row("read_budget", "VIGIE_READ_BUDGET", Some("8MiB"), "keys, values and headers read a second", |v| parse::budget(v).map(drop)),
    row("from", "VIGIE_FROM", None, "where reading begins: now, a duration back, or beginning", |v| parse::from(v).map(drop)),
    row("refresh", "VIGIE_REFRESH", Some("2s"), "time between two readings of the cluster, at least 500ms", refresh),
    row("history_memory", "VIGIE_HISTORY_MEMORY", Some("64MiB"), "memory for the charts' history", |v| parse::size(v).map(drop)),
    row("probe_controllers", "VIGIE_PROBE_CONTROLLERS", Some("true"), "ask now and then whether the controllers answer", bool),
    row("keep_ended", "VIGIE_KEEP_ENDED", None, "how long the store keeps what has ended [for ever]", |v| {
        parse::duration(v).map(drop)
    }),
    row("keep_audit", "VIGIE_KEEP_AUDIT", None, "how long it keeps the audit trail of what it let go [for ever]", |v| {
        parse::duration(v).map(drop)
    }),
    row("token_file", "VIGIE_TOKEN_FILE", None, "file that holds an OAUTHBEARER token", any),
    row("token_command", "VIGIE_TOKEN_COMMAND", None, "command that prints an OAUTHBEARER token", any),
    row("cache", "VIGIE_CACHE", None, "Redis that the state consumer keeps what is active in", any),
    row("badge", "VIGIE_BADGE", None, "colour of the cluster's name in the header", |v| crate::ui::parse_colour(v).map(drop)),
    row("production", "VIGIE_PRODUCTION", Some("false"), "say PRODUCTION beside the cluster's name", bool),
    row("theme", "VIGIE_THEME", None, "theme by name, or a TOML file", any),
    row("keys", "VIGIE_KEYS", None, "file of keys [keys.toml beside the configuration file]", any),
    row("color", "VIGIE_COLOR", Some("auto"), "auto, truecolor, 256, 16 or none", |v| {
        one_of(v, &["auto", "truecolor", "256", "16", "none"])
    }),
    row("ascii", "VIGIE_ASCII", Some("false"), "draw with ASCII only", bool),
    row("privacy", "VIGIE_PRIVACY", Some("false"), "hide what the catalogue calls private; a profile's true holds", bool),
    row("save_dir", "VIGIE_SAVE_DIR", None, "folder that saved screens and tables go to [the current one]", any),
    row("language", "VIGIE_LANGUAGE", None, "language of the dashboard: en or fr", |v| one_of(v, &["en", "fr"])),
    row("mouse", "VIGIE_MOUSE", Some("true"), "use the mouse", bool),
    row("fps", "VIGIE_FPS", Some("4"), "draws of figures a second, 1 to 10", fps),
    row("slow", "VIGIE_SLOW", Some("auto"), "whether the terminal's link is slow: auto measures, true or false", |v| {
        one_of(v, &["auto", "true", "false"])
    }),
    row("title", "VIGIE_TITLE", Some("false"), "the window's title tells cluster and worst state", bool),
    row("notify", "VIGIE_NOTIFY", Some("none"), "how a new critical alert is told: none, bell, osc9 or osc777", |v| {
        one_of(v, &["none", "bell", "osc9", "osc777"])
    }),
    row("notify_every", "VIGIE_NOTIFY_EVERY", Some("30s"), "the least time between two notifications", |v| {
        parse::duration(v).map(drop)
    }),
];

/// Settings that speak of one cluster: they do not go with the person to another one.
pub fn is_of_cluster(key: &str) -> bool {
    const KEYS: &[&str] =
        &["brokers", "catalogue", "topics", "groups", "from", "token_file", "token_command", "cache", "badge", "production"];
    KEYS.contains(&key)
}

const fn row(
    key: &'static str,
    env: &'static str,
    default: Option<&'static str>,
    help: &'static str,
    check: fn(&str) -> Result<(), String>,
) -> Setting {
    Setting { key, env, default, help, check }
}

fn any(_: &str) -> Result<(), String> {
    Ok(())
}

fn bool(value: &str) -> Result<(), String> {
    parse::boolean(value).map(drop)
}

fn refresh(value: &str) -> Result<(), String> {
    match parse::duration(value)? {
        time if time < Duration::from_millis(500) => Err(format!("`{value}` is less than 500ms")),
        _ => Ok(()),
    }
}

fn fps(value: &str) -> Result<(), String> {
    match value.parse::<u8>() {
        Ok(1..=10) => Ok(()),
        _ => Err(format!("`{value}` is not a number from 1 to 10")),
    }
}

fn one_of(value: &str, allowed: &[&str]) -> Result<(), String> {
    if allowed.contains(&value) { Ok(()) } else { Err(format!("`{value}` is not one of {}", allowed.join(", "))) }
}

pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.key == key)
}

/// Where a value comes from; the later wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File {
        file: PathBuf,
        line: usize,
        profile: Option<String>,
    },
    /// A file of librdkafka properties (`-F`).
    Properties(PathBuf),
    Env(String),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line, profile: None } => write!(f, "{}:{line}", file.display()),
            Self::File { file, line, profile: Some(name) } => write!(f, "{}:{line} (profile {name})", file.display()),
            Self::Properties(file) => write!(f, "{}", file.display()),
            Self::Env(name) => write!(f, "{name}"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

/// Values by key, each with its origin.
#[derive(Clone, Debug, Default)]
pub struct Layers(BTreeMap<String, (String, Origin)>);

impl Layers {
    pub fn put(&mut self, key: &str, value: String, origin: Origin) {
        self.0.insert(key.to_owned(), (value, origin));
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|(value, _)| value.as_str())
    }

    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.0.get(key).map(|(_, origin)| origin)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Origin)> {
        self.0.iter().map(|(key, (value, origin))| (key.as_str(), value.as_str(), origin))
    }
}
