//! The state: the consumers that keep it, and what it knows.

use super::{Connect, Format, Workers};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  vigie consume -b kafka-1:9092 --store sqlite:state.db\n  \
                  vigie consume --profile prod --store sqlite:/var/lib/vigie/state.db --log-format json\n  \
                  vigie consume --profile prod --store 'postgres://vigie@db/state?sslmode=verify-full' (PGPASSWORD)\n\n\
                  Runs until SIGTERM or Ctrl-C: then what was read is applied and committed. Run several, also on several\n\
                  machines where the store can be shared: the group shares the partitions, and one that dies is replaced.\n\
                  The store's own offsets count; those of the group are for others to see.")]
pub struct ConsumeArgs {
    #[command(flatten)]
    pub connect: Connect,
    /// Where the state is kept: sqlite:FILE or postgres://USER@HOST/DB; @file:PATH and @env:NAME hold one with a password
    #[arg(long, value_name = "STORE", env = "VIGIE_STORE", hide_env_values = true, help_heading = "State")]
    pub store: String,
    /// Redis for what is active: redis://USER:PASSWORD@HOST:PORT/DB, rediss://… with TLS; @file:PATH and @env:NAME hold one
    #[arg(long, value_name = "REDIS", help_heading = "State")]
    pub cache: Option<String>,
    /// Consumer group
    #[arg(long, value_name = "NAME", default_value = "vigie-state", help_heading = "State")]
    pub group: String,
    /// How members of the group agree; consumer is KIP-848, on clusters that have it
    #[arg(long, value_enum, default_value_t, help_heading = "State")]
    pub group_protocol: Protocol,
    /// A member that is silent for so long is replaced (with --group-protocol consumer the broker decides)
    #[arg(long, value_name = "DURATION", default_value = "6s", help_heading = "State")]
    pub session_timeout: String,
    /// Where a partition begins that was never read: beginning or now
    #[arg(long, value_enum, default_value_t, help_heading = "State")]
    pub from: Begin,
    /// Orders that ended longer ago leave the store, with their parts: 90d; at least as long as events may come late
    /// [default: all are kept]
    #[arg(long, value_name = "DURATION", help_heading = "State")]
    pub keep_ended: Option<String>,
    /// Their audit trail and the sent dead letters leave it later: 180d [default: all are kept]
    #[arg(long, value_name = "DURATION", help_heading = "State")]
    pub keep_audit: Option<String>,
    #[command(flatten)]
    pub workers: Workers,
    /// How the log on stderr looks
    #[arg(long, value_enum, default_value_t, help_heading = "State")]
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    #[default]
    Classic,
    Consumer,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Begin {
    #[default]
    Beginning,
    Now,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Orders: where each stands, since when, and what it is worth
    #[command(after_help = "Examples:\n  vigie state orders --store sqlite:state.db --open\n  \
                            vigie state orders --store sqlite:state.db --id CMD-000017 | jq '.[0].stages'\n\n\
                            One order (--id) also has its stages and its audit trail.")]
    Orders(StateArgs),
    /// Deliveries: courier, position, time of arrival
    #[command(after_help = "Example:\n  vigie state deliveries --store sqlite:state.db --open --format table")]
    Deliveries(StateArgs),
    /// Payments: state, amount, method
    #[command(after_help = "Example:\n  vigie state payments --store sqlite:state.db --limit 20 --format table")]
    Payments(StateArgs),
    /// Stock: level and threshold of every article
    #[command(after_help = "Example:\n  vigie state stock --store sqlite:state.db --format table")]
    Stock(StateArgs),
    /// Customers: what each did, and when last
    #[command(after_help = "Example:\n  vigie state customers --store sqlite:state.db --id CLI-0001")]
    Customers(StateArgs),
    /// Copy the whole state, with its offsets, as of one moment; consumers go on meanwhile
    #[command(after_help = "Example:\n  vigie state backup --store sqlite:state.db state-2026-03-01.db")]
    Backup(CopyArgs),
    /// Make the state anew from the topics, beside the old one, and put it in its place when it has caught up
    #[command(after_help = "Example:\n  vigie state rebuild -b kafka-1:9092 --store sqlite:state.db\n\n\
                            For a catalogue that has changed, or a state that is not trusted (`vigie state verify` says). Consumers may\n\
                            run on meanwhile; they wait while the tables are exchanged. What the topics do not have any more is carried\n\
                            over from the old state. Nothing is exchanged where that is not possible, unless --drop-unprovable.")]
    Rebuild(RebuildArgs),
    /// Make a store from such a copy: a consumer goes on from its offsets, and nothing is lost or doubled
    #[command(after_help = "Example:\n  vigie state restore --store sqlite:state.db state-2026-03-01.db\n\n\
                            Never overwrites: a store that is there is refused. Stop the consumers of the old one first.")]
    Restore(CopyArgs),
    /// Read the topics again and hold what they make against the store, row for row; consumers go on meanwhile
    #[command(after_help = "Examples:\n  vigie state verify -b kafka-1:9092 --store sqlite:state.db --format table\n  \
                            vigie state verify --profile prod --store @env:STORE --work-dir /var/tmp | jq .tables\n\n\
                            Writes neither to the store nor to Kafka, and joins no group. What has an event that the topics\n\
                            do not have any more cannot be judged, and is counted so.\n\
                            Exit code 0 when nothing differs that can be judged, 1 when something does or it could not be done.")]
    Verify(VerifyArgs),
}

#[derive(Args, Debug)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub connect: Connect,
    /// Where the state is kept: sqlite:FILE or postgres://USER@HOST/DB; @file:PATH and @env:NAME hold one with a password
    #[arg(long, value_name = "STORE", env = "VIGIE_STORE", hide_env_values = true)]
    pub store: String,
    /// Differences that are told; all are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// JSON or a table for reading
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Tell which values differ, and not the values
    #[arg(long)]
    pub privacy: bool,
    /// Folder for what is made again, as large as the state; it is gone with the process [default: the system's for such files]
    #[arg(long, value_name = "FOLDER")]
    pub work_dir: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct RebuildArgs {
    #[command(flatten)]
    pub connect: Connect,
    /// The store: sqlite:FILE or postgres://USER@HOST/DB
    #[arg(long, value_name = "STORE", env = "VIGIE_STORE", hide_env_values = true, help_heading = "State")]
    pub store: String,
    /// Give up entities that the topics do not have any more and that this catalogue has no name for
    #[arg(long, help_heading = "State")]
    pub drop_unprovable: bool,
}

#[derive(Args, Debug)]
pub struct CopyArgs {
    /// The store: sqlite:FILE
    #[arg(long, value_name = "STORE")]
    pub store: String,
    /// The copy
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The catalogue that the state was made with, instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub catalogue: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct StateArgs {
    /// Where the state is kept: sqlite:FILE or postgres://USER@HOST/DB; @file:PATH and @env:NAME hold one with a password
    #[arg(long, value_name = "STORE", env = "VIGIE_STORE", hide_env_values = true)]
    pub store: String,
    /// Only this one
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Only what has not come to its end
    #[arg(long)]
    pub open: bool,
    /// At most so many, the newest first
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub limit: usize,
    /// JSON or a table for reading
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub printed: Printed,
}

/// How what a store holds is read, and for whose eyes it is printed.
#[derive(Args, Clone, Debug, Default)]
pub struct Printed {
    /// The catalogue that the state was made with, instead of the built-in one
    #[arg(long, value_name = "FILE")]
    pub catalogue: Option<PathBuf>,
    /// Profile of the configuration file: its catalogue, and whether what is private is hidden
    #[arg(long, value_name = "NAME", env = "VIGIE_PROFILE")]
    pub profile: Option<String>,
    /// Hide what the catalogue calls private
    #[arg(long)]
    pub privacy: bool,
}
