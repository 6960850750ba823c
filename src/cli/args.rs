use super::{ConsumeArgs, DeadLetterCommand, PublishArgs, StateCommand, WorkerChoice};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// What is logged where nobody says.
pub const LOG_LEVEL: &str = "warn";
/// The same without the client library's own lines.
pub const LOG_LEVEL_OF_OURS: &str = "warn,librdkafka=off";

#[derive(Debug, Parser)]
#[command(
    name = "vigie",
    version,
    about = "The lookout for an event platform on Apache Kafka: a live dashboard in the terminal",
    long_about = "vigie reads the event topics and the cluster, computes throughput, latency, lag and error rates, and shows them live.\n\
                  It joins no group, commits nothing and writes nothing while it watches.",
    after_help = "Examples:\n  vigie demo                          a whole town on an embedded cluster, nothing to set up\n  \
                  vigie watch -b kafka-1:9092         the dashboard on a cluster\n  \
                  vigie snapshot -b kafka-1:9092      the same picture once, as JSON\n  \
                  vigie check -b kafka-1:9092 --group billing --warn lag=1000 --crit lag=5000\n\n\
                  Without a command, vigie watches the default profile of the configuration file."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Configuration file [default: config.toml in vigie's configuration folder]
    #[arg(long, global = true, value_name = "FILE", env = "VIGIE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Log file; without it the log goes to stderr where no dashboard is drawn
    #[arg(long, global = true, value_name = "FILE", env = "VIGIE_LOG_FILE")]
    pub log_file: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, trace, or a filter such as vigie=debug [default: warn; of consume: info]
    #[arg(long, global = true, value_name = "LEVEL", env = "VIGIE_LOG")]
    pub log: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start an embedded cluster with a simulated town, and watch it
    Demo(DemoArgs),
    /// Watch a cluster, live, strictly read-only
    Watch(WatchArgs),
    /// Print the picture once, for scripts
    Snapshot(SnapshotArgs),
    /// Judge a topic or a group, as monitoring plugins do: one line and an exit code
    Check(CheckArgs),
    /// Run the consumers that keep the state of orders, deliveries, payments, stock and customers in a store
    Consume(ConsumeArgs),
    /// What the store knows, open and ended
    #[command(subcommand)]
    State(StateCommand),
    /// Records that could not be taken: list them, look at one, produce them again
    #[command(subcommand)]
    DeadLetter(DeadLetterCommand),
    /// Write records to a topic, checked against the catalogue and confirmed by the brokers
    Publish(PublishArgs),
    /// Run the town's producers against a cluster
    Simulate(SimulateArgs),
    /// Hold the catalogue against the cluster, and create what is missing
    Topics(TopicsArgs),
    /// Try every connection and permission, and the terminal; say what to do
    #[command(after_help = "Examples:\n  vigie doctor -b kafka-1:9092\n  vigie doctor --profile prod\n\n\
                            Exit code 0 when all is well, 1 when something is not: each line says what to do.")]
    Doctor(Run),
    /// Print the effective configuration and where each value comes from
    #[command(after_help = "Examples:\n  vigie config\n  vigie config --profile prod\n\nSecrets are not shown.")]
    Config(Run),
    /// Print every key of the dashboard, as the file that changes them
    #[command(after_help = "Examples:\n  vigie keys\n  vigie keys > ~/.config/vigie/keys.toml    then change what you like\n\n\
                            What a file does not name stays as it is. Ctrl-C always quits.")]
    Keys {
        /// File of keys [default: keys.toml beside the configuration file]
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
    },
    /// Print shell completions
    #[command(after_help = "Examples:\n  vigie completions bash > ~/.local/share/bash-completion/completions/vigie\n  \
                            vigie completions zsh > ~/.zfunc/_vigie")]
    Completions {
        /// The shell that they are for
        shell: Shell,
    },
    /// Print the man page (roff)
    #[command(after_help = "Example:\n  vigie man > vigie.1 && man ./vigie.1")]
    Man,
}

/// How to reach the cluster: every command that connects has these.
#[derive(Args, Clone, Debug, Default)]
pub struct Connect {
    /// Bootstrap servers, comma-separated
    #[arg(short, long, value_name = "HOST:PORT[,…]", help_heading = "Cluster")]
    pub brokers: Option<String>,
    /// Profile of the configuration file
    #[arg(long, value_name = "NAME", env = "VIGIE_PROFILE", help_heading = "Cluster")]
    pub profile: Option<String>,
    /// librdkafka property; values may be @file:PATH or @env:NAME
    #[arg(short = 'X', value_name = "KEY=VALUE", help_heading = "Cluster")]
    pub property: Vec<String>,
    /// File of librdkafka properties, a key=value a line, as kcat takes it
    #[arg(short = 'F', value_name = "FILE", help_heading = "Cluster")]
    pub properties_file: Vec<PathBuf>,
    /// File that holds an OAUTHBEARER token, read again before it expires
    #[arg(long, value_name = "FILE", help_heading = "Cluster", conflicts_with = "token_command")]
    pub token_file: Option<PathBuf>,
    /// Command that prints an OAUTHBEARER token, run again before it expires
    #[arg(long, value_name = "COMMAND", help_heading = "Cluster")]
    pub token_command: Option<String>,
    /// Catalogue of topics, fields and stages (TOML) instead of the built-in one
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    pub catalogue: Option<PathBuf>,
}

/// What is read of it.
#[derive(Args, Clone, Debug, Default)]
pub struct Run {
    #[command(flatten)]
    pub connect: Connect,
    /// Topics to watch: globs, comma-separated, ! excludes [default: all but internal ones]
    #[arg(long, value_name = "GLOBS", help_heading = "Reading")]
    pub topics: Option<String>,
    /// Groups to watch: globs, comma-separated, ! excludes; exact names are asked for even where listing is refused
    #[arg(long, value_name = "GLOBS", help_heading = "Reading")]
    pub groups: Option<String>,
    /// Keys, values and headers read a second: a size, unlimited, or 0 (rates and lag only) [default: 8MiB]
    #[arg(long, value_name = "SIZE", help_heading = "Reading")]
    pub read_budget: Option<String>,
    /// Where reading begins: now, a duration back (5m), or beginning, which reads everything at the read budget, without the
    /// warm-up's cut (64 MiB or 10 s)
    #[arg(long, value_name = "FROM", help_heading = "Reading")]
    pub from: Option<String>,
}

/// How the dashboard looks.
#[derive(Args, Clone, Debug, Default)]
pub struct View {
    /// Theme by name, or a TOML file
    #[arg(long, value_name = "NAME", help_heading = "Display")]
    pub theme: Option<String>,
    /// File of keys [default: keys.toml beside the configuration file]
    #[arg(long, value_name = "FILE", help_heading = "Display")]
    pub keys: Option<PathBuf>,
    /// Colours: auto, truecolor, 256, 16 or none
    #[arg(long, value_name = "DEPTH", help_heading = "Display")]
    pub color: Option<String>,
    /// Draw with ASCII only
    #[arg(long, help_heading = "Display")]
    pub ascii: bool,
    /// Hide what the catalogue calls private (P shows it again, unless the profile says so)
    #[arg(long, help_heading = "Display")]
    pub privacy: bool,
    /// Folder that saved screens (S) and tables (w) go to [default: the current one]
    #[arg(long, value_name = "FOLDER", help_heading = "Display")]
    pub save_dir: Option<String>,
    /// Language of the dashboard: en or fr [default: as LC_ALL, LC_MESSAGES or LANG say]
    #[arg(long, value_name = "LANGUAGE", help_heading = "Display")]
    pub language: Option<String>,
    /// Leave the mouse to the terminal
    #[arg(long, help_heading = "Display")]
    pub no_mouse: bool,
    /// Draws of figures a second, 1 to 10 [default: 4]
    #[arg(long, value_name = "N", help_heading = "Display", value_parser = clap::value_parser!(u8).range(1..=10))]
    pub fps: Option<u8>,
    /// Memory for curves and past pictures [default: 64MiB]
    #[arg(long, value_name = "SIZE", help_heading = "Display")]
    pub history_memory: Option<String>,
    /// The link is slow: figures seldom and at most 1.5 KB/s; without it, that is measured
    #[arg(long, help_heading = "Display")]
    pub slow: bool,
    /// Put cluster and worst state into the window's title
    #[arg(long, help_heading = "Display")]
    pub title: bool,
    /// Tell a new critical alert: none, bell, osc9 or osc777 (desktop notifications) [default: none]
    #[arg(long, value_name = "HOW", help_heading = "Display")]
    pub notify: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Json,
    Table,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  vigie demo\n  vigie demo --seed 7 --orders-per-minute 1200\n  \
                  vigie demo --no-ui --for 12s --format json | jq '.totals.throughput'\n\n\
                  Needs no configuration and no network beyond loopback. The brokers' address is shown in the header:\n  \
                  kcat -b ADDRESS -L, or a second vigie, can connect to it.")]
pub struct DemoArgs {
    /// The same seed gives the same world
    #[arg(long, value_name = "N", default_value_t = 224)]
    pub seed: u64,
    /// Orders a minute in the lunch rush
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub orders_per_minute: u32,
    /// Multiplies happenings; timestamps stay wall clock
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub speed: f64,
    /// Catalogue of topics, fields and stages (TOML) instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub catalogue: Option<PathBuf>,
    /// Keys, values and headers read a second: a size, unlimited, or 0 [default: 8MiB]
    #[arg(long, value_name = "SIZE")]
    pub read_budget: Option<String>,
    /// Keep the state of orders, deliveries and payments here (sqlite:FILE, postgres://…), instead of in a temporary folder
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
    /// Workers that produce what the town then leaves out: eta, notify, stock, or none [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAME[,…]")]
    pub workers: Vec<WorkerChoice>,
    /// Send alerts to the outlets of the configuration
    #[arg(long)]
    pub send_alerts: bool,
    /// Without a terminal: print the snapshot at the end
    #[arg(long)]
    pub no_ui: bool,
    /// With --no-ui: how long it runs
    #[arg(long = "for", value_name = "DURATION", default_value = "12s", requires = "no_ui")]
    pub run_for: String,
    /// JSON or a table for reading
    #[arg(long, value_enum, default_value_t, requires = "no_ui")]
    pub format: Format,
    /// A thread panics after a second
    #[arg(long = "panic", hide = true)]
    pub panics: bool,
    #[command(flatten)]
    pub view: View,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  vigie watch -b kafka-1:9092\n  vigie watch --profile prod --topics 'orders.*,payments.*,!*.test'\n  \
                  vigie watch -b kafka-1:9093 -X security.protocol=SASL_SSL -X sasl.mechanism=SCRAM-SHA-512 \\\n      \
                  -X sasl.username=observer -X sasl.password=@file:/run/secrets/kafka\n  \
                  vigie watch -b kafka-1:9092 --no-ui --every 10s >> figures.ndjson\n\n\
                  Reads only: no group is joined, nothing is committed, produced or created.\n\
                  Warm-up from the past stops after 64 MiB or 10 s and says what it left out."
)]
pub struct WatchArgs {
    #[command(flatten)]
    pub run: Run,
    /// Without a terminal: a JSON line a beat on stdout, until a signal
    #[arg(long)]
    pub no_ui: bool,
    /// With --no-ui: the beat
    #[arg(long, value_name = "DURATION", default_value = "10s", requires = "no_ui")]
    pub every: String,
    /// JSON or a table for reading
    #[arg(long, value_enum, default_value_t, requires = "no_ui")]
    pub format: Format,
    /// Send alerts to the outlets of the configuration
    #[arg(long)]
    pub send_alerts: bool,
    /// Do not ask before much is read
    #[arg(long)]
    pub yes: bool,
    /// Run a state consumer inside, in the group vigie-state (this writes to the store, commits offsets, and sends dead
    /// letters to vigie.dead-letter, which it makes where it is missing)
    #[arg(long, requires = "store", help_heading = "State")]
    pub consume: bool,
    /// Orders, deliveries, payments, stock and customers as this store of `vigie consume` knows them, and the topics since:
    /// sqlite:FILE or postgres://USER@HOST/DB
    #[arg(long, value_name = "STORE", help_heading = "State")]
    pub store: Option<String>,
    /// Redis where that consumer keeps what is active: redis://USER:PASSWORD@HOST:PORT/DB, rediss://… with TLS
    #[arg(long, value_name = "REDIS", requires = "consume", help_heading = "State")]
    pub cache: Option<String>,
    /// Also run workers inside, which produce events: eta, notify, stock
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAME[,…]", requires = "consume", help_heading = "State")]
    pub workers: Vec<WorkerChoice>,
    /// Begin as if no cluster had been watched before: screen, sorts and filters as they are shipped
    #[arg(long, help_heading = "Display")]
    pub fresh: bool,
    #[command(flatten)]
    pub view: View,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  vigie snapshot -b kafka-1:9092 | jq '.groups[] | {name, lag}'\n  \
                  vigie snapshot -b kafka-1:9092 --for 30s --format table\n  \
                  vigie snapshot -b kafka-1:9092 --from beginning --topics orders.created\n\n\
                  Exit code 0, or 1 when the cluster was not reached (the object is printed all the same).")]
pub struct SnapshotArgs {
    #[command(flatten)]
    pub run: Run,
    /// How long figures are gathered, from the connection on
    #[arg(long = "for", value_name = "DURATION", default_value = "10s")]
    pub run_for: String,
    /// JSON or a table for reading
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Do not ask before much is read
    #[arg(long)]
    pub yes: bool,
    /// Hide what the catalogue calls private
    #[arg(long)]
    pub privacy: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Figures: lag (records), lag_s, p99_ms, error_rate (0..1), per_s (records/s; alarms when it falls below).\n\n\
                  Examples:\n  vigie check -b kafka-1:9092 --group billing --warn lag=1000 --crit lag=5000,lag_s=60\n  \
                  vigie check -b kafka-1:9092 --topic orders.created --crit p99_ms=1000,error_rate=0.01\n  \
                  vigie check -b kafka-1:9092          the cluster's own health, now: brokers, replicas, controllers, lag\n\n\
                  Exit code: 0 ok, 1 warning, 2 critical, 3 unknown or wrong usage."
)]
pub struct CheckArgs {
    #[command(flatten)]
    pub run: Run,
    /// Judge this topic; with --group, that group's lag on it
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// Judge this consumer group
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Thresholds for a warning
    #[arg(long, value_name = "FIGURE=VALUE[,…]")]
    pub warn: Option<String>,
    /// Thresholds for critical
    #[arg(long, value_name = "FIGURE=VALUE[,…]")]
    pub crit: Option<String>,
    /// The answer is there by then
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    pub timeout: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  vigie topics -b localhost:9092 --create && vigie simulate -b localhost:9092\n\n\
                  Writes to the topics of the catalogue: asks first unless the address is loopback. Ends on Ctrl-C.")]
pub struct SimulateArgs {
    #[command(flatten)]
    pub connect: Connect,
    /// The same seed gives the same world
    #[arg(long, value_name = "N", default_value_t = 224)]
    pub seed: u64,
    /// Orders a minute in the lunch rush
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub orders_per_minute: u32,
    /// Multiplies happenings; timestamps stay wall clock
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub speed: f64,
    /// Stop by itself after this long
    #[arg(long = "for", value_name = "DURATION")]
    pub run_for: Option<String>,
    /// Leave out what these workers produce: they run elsewhere
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAME[,…]")]
    pub workers: Vec<WorkerChoice>,
    /// Write to a cluster that is not on this machine without asking
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  vigie topics -b kafka-1:9092\n  vigie topics -b kafka-1:9092 --create\n\n\
                  --create makes what is missing with the catalogue's partitions and min(3, brokers) replicas; safe to repeat.")]
pub struct TopicsArgs {
    #[command(flatten)]
    pub connect: Connect,
    /// Create the catalogue's topics that are missing
    #[arg(long)]
    pub create: bool,
}
