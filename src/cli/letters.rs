//! Dead letters, and records that a person publishes.

use super::{Connect, Format, Printed};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum DeadLetterCommand {
    /// Dead letters of the store, the newest first
    #[command(after_help = "Examples:\n  vigie dead-letter list --store sqlite:state.db --format table\n  \
                            vigie dead-letter list --store sqlite:state.db --reason malformed --topic orders.created\n\n\
                            Reasons: malformed, contract, undecoded, and what contradicts its entity for good, such as\n\
                            other_currency.")]
    List(ListArgs),
    /// One dead letter, whole: why, where it came from, key, headers and value
    #[command(after_help = "Example:\n  vigie dead-letter show --store sqlite:state.db orders.created/2@70\n\n\
                            Bytes that could steer a terminal are shown as \\xNN.")]
    Show(ShowArgs),
    /// Produce dead letters to their original topics again, as they were
    #[command(after_help = "Examples:\n  vigie dead-letter retry -b kafka-1:9092 --store sqlite:state.db orders.created/2@70\n  \
                            vigie dead-letter retry -b kafka-1:9092 --store sqlite:state.db --reason contract --topic orders.created\n\n\
                            For when what made them bad is mended: the catalogue, most often. Key, value, headers, timestamp and\n\
                            partition are those of the original; the new place is noted, and a letter is not retried twice without\n\
                            --again. Asks first unless the address is loopback. Exit code 1 when one was not produced.")]
    Retry(RetryArgs),
}

/// Why there are dead letters.
const REASONS: [&str; 6] = ["malformed", "contract", "undecoded", "time_ahead", "other_currency", "other_owner"];

#[derive(Args, Debug)]
pub struct Which {
    /// Only of this reason
    #[arg(long, value_name = "REASON", value_parser = REASONS)]
    pub reason: Option<String>,
    /// Only of this topic
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// At most so many, the newest first
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub limit: usize,
}

#[derive(Args, Debug)]
pub struct ListArgs {
    /// Where the state is kept: sqlite:FILE or postgres://…
    #[arg(long, value_name = "STORE")]
    pub store: String,
    #[command(flatten)]
    pub which: Which,
    /// JSON or a table for reading
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub printed: Printed,
}

#[derive(Args, Debug)]
pub struct ShowArgs {
    /// The original record's place, as `list` has it
    #[arg(value_name = "TOPIC/PARTITION@OFFSET")]
    pub letter: String,
    /// Where the state is kept: sqlite:FILE or postgres://…
    #[arg(long, value_name = "STORE")]
    pub store: String,
    #[command(flatten)]
    pub printed: Printed,
}

#[derive(Args, Debug)]
pub struct RetryArgs {
    #[command(flatten)]
    pub connect: Connect,
    /// Where the state is kept: sqlite:FILE or postgres://…
    #[arg(long, value_name = "STORE")]
    pub store: String,
    /// These letters, as `list` has them; without any: --reason, --topic or --all
    #[arg(value_name = "TOPIC/PARTITION@OFFSET", conflicts_with_all = ["reason", "topic", "all"])]
    pub letters: Vec<String>,
    #[command(flatten)]
    pub which: Which,
    /// All letters that were not retried
    #[arg(long)]
    pub all: bool,
    /// Also what was retried before, and what is itself a retry
    #[arg(long)]
    pub again: bool,
    /// Write to a cluster that is not on this machine without asking
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  vigie publish -b localhost:9092 orders.created orders.ndjson\n  \
                  echo '{\"orderId\":\"CMD-17\"}' | vigie publish -b localhost:9092 orders.confirmed\n  \
                  vigie publish -b kafka-1:9092 --yes --key CMD-17 orders.confirmed one.json\n\n\
                  A record is one line of JSON. Each is held against the catalogue first: what is not JSON or breaks it is refused,\n\
                  with its line and the reason on stderr, and the others go on. The key is --key, else the field that names the\n\
                  entity. Nothing counts as published before the brokers confirmed it. Asks first unless the address is loopback.\n\
                  Exit code 1 when a line was refused or not delivered.")]
pub struct PublishArgs {
    #[command(flatten)]
    pub connect: Connect,
    /// Topic of the catalogue
    #[arg(value_name = "TOPIC")]
    pub topic: String,
    /// Records, a JSON object a line; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
    /// Key of every record [default: the field that names the entity]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Publish lines as they are, also to a topic that the catalogue does not name
    #[arg(long)]
    pub unchecked: bool,
    /// Write to a cluster that is not on this machine without asking
    #[arg(long)]
    pub yes: bool,
}
