//! From the command line and the configuration to what a session needs.

use super::mirror::MirrorConfig;
use super::{complain, host};
use crate::alarm::DeskConfig;
use crate::catalogue::Catalogue;
use crate::cli::Connect;
use crate::config::parse::{self, From};
use crate::config::{Config, ConfigError, Given, SETTINGS, is_of_cluster};
use crate::domain::Plans;
use crate::engine::EngineConfig;
use crate::kafka::poller::PollerConfig;
use crate::kafka::tail::{StartFrom, TailConfig};
use crate::kafka::{GroupFilter, KafkaConfig, Overruled, TokenSource, TopicFilter};
use crate::model::Timestamp;
use crate::snapshot::SourceKind;
use crate::store::StoreAddress;
use crate::text::Language;
use crate::ui::{ClusterSign, ColorChoice, Notify, Slow, ThemeError, UiConfig};
use anyhow::{Context, Result, anyhow};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub struct SessionConfig {
    pub kafka: KafkaConfig,
    pub tail: TailConfig,
    pub poller: PollerConfig,
    pub engine: EngineConfig,
    /// The ceiling of the embedded cluster's logs, where there is one.
    pub embedded_bytes: Option<u64>,
    /// The state consumer that runs inside.
    pub consume: Option<super::consume::Inside>,
    /// The store that the business figures come from.
    pub mirror: Option<super::mirror::MirrorConfig>,
    /// The workers that run inside.
    pub crew: Option<super::workers::Crew>,
    /// What is kept of alerts, and where they go.
    pub alarm: DeskConfig,
    /// Folders that this process writes to: their disks are watched.
    pub folders: Vec<PathBuf>,
}

pub fn load(file: Option<PathBuf>, connect: &Connect, flags: BTreeMap<&'static str, String>) -> Result<Config> {
    let given = Given {
        file,
        profile: connect.profile.clone(),
        flags,
        property_files: connect.properties_file.clone(),
        properties: connect.property.clone(),
    };
    let all: Vec<(String, String)> =
        std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect();
    let find = |name: &str| all.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone());
    Ok(Config::load(&given, &find, &all)?)
}

/// A profile's own configuration: what the command line and the environment say of a cluster is of another one, and its login must
/// not get there.
pub fn profile(file: Option<PathBuf>, name: &str, flags: &BTreeMap<&'static str, String>) -> Result<Config> {
    let flags = flags.iter().filter(|(key, _)| !is_of_cluster(key)).map(|(key, value)| (*key, value.clone())).collect();
    let given = Given { file, profile: Some(name.to_owned()), flags, ..Given::default() };
    let find = |variable: &str| {
        let of_cluster = SETTINGS.iter().any(|s| s.env == variable && is_of_cluster(s.key));
        if of_cluster { None } else { env(variable) }
    };
    Ok(Config::load(&given, &find, &[])?)
}

/// How the cluster is told apart on the screen.
pub fn sign(config: &Config, name: &str) -> Result<ClusterSign> {
    let production = config.parsed("production", parse::boolean)?.unwrap_or(false);
    let sign = ClusterSign::new(name, config.get("badge"), production).map_err(|why| anyhow!("badge: {why}"))?;
    let privacy = (super::privacy::mode(config)?, Arc::new(super::privacy::of(&*catalogue(config)?)));
    Ok(ClusterSign { privacy: Some(privacy), ..sign })
}

/// Where screens and filters of each cluster are kept; `None`: this user has no home.
pub fn memory() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.state_dir().unwrap_or_else(|| folders.data_dir()).join("vigie").join("clusters"))
}

pub fn kafka(config: &Config) -> Result<KafkaConfig> {
    let token = match (config.get("token_file"), config.get("token_command")) {
        (Some(file), _) => Some(TokenSource::File(file.into())),
        (None, Some(command)) => Some(TokenSource::Command(command.to_owned())),
        (None, None) => None,
    };
    let kafka = KafkaConfig {
        brokers: config.get("brokers").unwrap_or_default().to_owned(),
        properties: config.properties.iter().map(|(k, v, _)| (k.clone(), v.clone())).collect(),
        user_host: host::user_host(),
        token,
    };
    if kafka.bootstrap().is_empty() {
        return Err(ConfigError::NoCluster { file: config.file.clone() }.into());
    }
    Ok(kafka)
}

/// What the person set and watching does not follow, a line each.
fn tell_overruled(kafka: &KafkaConfig) -> Result<()> {
    for property in kafka.tail()?.overruled {
        complain(&format!("vigie: {}: watching changes nothing", overruled(&property)));
    }
    Ok(())
}

/// What became of a property that watching does not follow.
pub fn overruled(Overruled { key, theirs, ours }: &Overruled) -> String {
    let ours = if ours.is_empty() { "left out".to_owned() } else { format!("set to {ours}") };
    format!("{key}={} is {ours}", crate::text::visible(theirs))
}

pub fn catalogue(config: &Config) -> Result<Arc<Catalogue>> {
    match config.get("catalogue") {
        None => Ok(Catalogue::builtin()),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the catalogue {path}"))?;
            let files = |name: &str| crate::catalogue::beside(Path::new(path), name);
            Ok(Arc::new(Catalogue::with_files(&text, path, &files)?))
        }
    }
}

/// The configuration of a session on the configured cluster; `from` is the command's own default.
pub fn session(config: &Config, from: From) -> Result<SessionConfig> {
    let session = silent_session(config, from)?;
    tell_overruled(&session.kafka)?;
    Ok(session)
}

/// The same while a screen is drawn: nothing is told beside it.
pub fn silent_session(config: &Config, from: From) -> Result<SessionConfig> {
    let kafka = kafka(config)?;
    let catalogue = catalogue(config)?;
    let bootstrap = kafka.bootstrap().join(",");
    let name = config.profile.clone().unwrap_or_else(|| bootstrap.clone());
    Ok(SessionConfig {
        tail: tail(config, &catalogue, from)?,
        poller: poller(config)?,
        engine: engine(config, catalogue, SourceKind::Live, &name, &bootstrap)?,
        kafka,
        embedded_bytes: None,
        consume: None,
        mirror: None,
        crew: None,
        alarm: DeskConfig::default(),
        folders: Vec::new(),
    })
}

pub fn tail(config: &Config, catalogue: &Catalogue, from: From) -> Result<TailConfig> {
    let from = match config.parsed("from", parse::from)?.unwrap_or(from) {
        From::Now => StartFrom::Now,
        From::Ago(time) => StartFrom::Ago(time),
        From::Beginning => StartFrom::Beginning,
    };
    Ok(TailConfig {
        topics: topics(config)?,
        first: catalogue.topics.iter().map(|t| t.name.to_string()).collect(),
        budget: config.parsed("read_budget", parse::budget)?.unwrap_or(Some(8 << 20)),
        from,
        ..caps(from)
    })
}

/// The past is warm-up, which has an end; "from the beginning" is what the person wants read, however long it takes.
fn caps(from: StartFrom) -> TailConfig {
    match from {
        StartFrom::Beginning => TailConfig { warm_up_bytes: u64::MAX, warm_up_time: Duration::MAX, ..TailConfig::default() },
        StartFrom::Now | StartFrom::Ago(_) => TailConfig::default(),
    }
}

pub fn poller(config: &Config) -> Result<PollerConfig> {
    Ok(PollerConfig {
        topics: topics(config)?,
        groups: GroupFilter::parse(config.get("groups").unwrap_or_default())?,
        every: config.parsed("refresh", parse::duration)?.unwrap_or(Duration::from_secs(2)),
        probe_controllers: config.parsed("probe_controllers", parse::boolean)?.unwrap_or(true),
        ..PollerConfig::default()
    })
}

pub fn engine(config: &Config, catalogue: Arc<Catalogue>, kind: SourceKind, name: &str, bootstrap: &str) -> Result<EngineConfig> {
    let memory = config.parsed("history_memory", parse::size)?.unwrap_or(64 << 20);
    Ok(EngineConfig {
        catalogue,
        source_kind: kind,
        source_name: name.into(),
        bootstrap: bootstrap.into(),
        rules: config.rules()?,
        history_memory: usize::try_from(memory).unwrap_or(usize::MAX),
        started: Timestamp::now(),
    })
}

fn topics(config: &Config) -> Result<TopicFilter> {
    Ok(TopicFilter::parse(config.get("topics").unwrap_or_default())?)
}

pub fn ui(config: &Config) -> Result<UiConfig> {
    Ok(UiConfig {
        theme: config.get("theme").map(str::to_owned),
        themes: config.file.parent().map(|folder| folder.join("themes")),
        color: color(config.get("color").unwrap_or("auto")),
        ascii: config.parsed("ascii", parse::boolean)?.unwrap_or(false),
        mouse: config.parsed("mouse", parse::boolean)?.unwrap_or(true),
        fps: config.get("fps").and_then(|f| f.parse().ok()).unwrap_or(4),
        commands: config.beside("commands.toml"),
        keys: config.get("keys").map(PathBuf::from).or_else(|| config.beside("keys.toml")),
        layout: config.file.parent().map(|folder| folder.join("layout.toml")),
        slow: match config.get("slow") {
            Some("true") => Slow::Always,
            Some("false") => Slow::Never,
            _ => Slow::Auto,
        },
        title: config.parsed("title", parse::boolean)?.unwrap_or(false),
        notify: match config.get("notify") {
            Some("bell") => Notify::Bell,
            Some("osc9") => Notify::Osc9,
            Some("osc777") => Notify::Osc777,
            _ => Notify::None,
        },
        notify_every: config.parsed("notify_every", parse::duration)?.unwrap_or(UiConfig::default().notify_every),
        privacy: super::privacy::mode(config)?,
        personal: Arc::new(super::privacy::of(&*catalogue(config)?)),
        save_dir: config.get("save_dir").map(PathBuf::from),
        language: config.get("language").and_then(|code| Language::ALL.into_iter().find(|known| known.code() == code)),
        ..UiConfig::default()
    })
}

/// What is wrong in one of the dashboard's files is told before anything is started; who draws nothing reads none of them.
pub fn check_ui(config: &Config, ui: &UiConfig) -> Result<()> {
    ui.keymap()?;
    ui.check_theme().map_err(|error| theme_error(config, error))
}

/// A file that is wrong names its own line; a name that leads nowhere has the place where it was given.
fn theme_error(config: &Config, error: ThemeError) -> anyhow::Error {
    match &error {
        ThemeError::File(_) => error.into(),
        ThemeError::NotFound { source, .. } => config.wrong("theme", format!("{error}: {source}")).into(),
    }
}

fn color(name: &str) -> ColorChoice {
    match name {
        "truecolor" => ColorChoice::Truecolor,
        "256" => ColorChoice::C256,
        "16" => ColorChoice::C16,
        "none" => ColorChoice::None,
        _ => ColorChoice::Auto,
    }
}

/// A duration given on the command line.
pub fn duration(flag: &str, text: &str) -> Result<Duration> {
    let wrong = |what| ConfigError::Value { origin: "command line".into(), key: flag.into(), what };
    Ok(parse::duration(text).map_err(wrong)?)
}

/// Whether every bootstrap server is on this machine.
pub fn is_loopback(brokers: &str) -> bool {
    brokers.split(',').all(|server| {
        let server = server.trim().rsplit_once("://").map_or(server.trim(), |(_, rest)| rest);
        let host = server.rsplit_once(':').map_or(server, |(host, _)| host).trim_matches(['[', ']']);
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

/// The store of `--store`, for the dashboard to look at. `consumers`: it also tells how those are that write it.
pub fn mirror(text: &str, catalogue: &Catalogue, consumers: bool) -> Result<MirrorConfig> {
    Ok(MirrorConfig { address: store(text)?, plans: Plans::new(catalogue), consumers })
}

/// Where vigie keeps what it must not forget between two starts.
pub fn state_folder() -> PathBuf {
    use etcetera::BaseStrategy;
    let folders = etcetera::choose_base_strategy();
    let folder = folders.map(|f| f.state_dir().unwrap_or_else(|| f.data_dir())).unwrap_or_else(|_| PathBuf::from("."));
    folder.join("vigie")
}

/// A variable of the environment.
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The store that `--store` names.
pub fn store(text: &str) -> Result<StoreAddress> {
    StoreAddress::parse(text, &env).map_err(|why| anyhow!("--store: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_that_is_overruled_says_what_became_of_it() {
        let told = |ours: &str| overruled(&Overruled { key: "k".into(), theirs: "true\x1b".into(), ours: ours.into() });
        assert_eq!(told("false"), "k=true\\x1b is set to false");
        assert_eq!(told(""), "k=true\\x1b is left out");
    }

    #[test]
    fn loopback_is_known_in_every_spelling() {
        assert!(is_loopback("localhost:9092,127.0.0.1:9093,[::1]:9094"));
        assert!(is_loopback("PLAINTEXT://127.0.0.1:9092"));
        assert!(!is_loopback("127.0.0.1:9092,kafka-1:9092"));
        assert!(!is_loopback("localhost.example.com:9092"));
    }
}
