//! The command line: names and flags are a contract. What they mean together is `config`'s business.

mod args;
mod letters;
mod state;
mod workers;

pub use args::{
    CheckArgs, Cli, Command, Connect, DemoArgs, Format, LOG_LEVEL, LOG_LEVEL_OF_OURS, Run, SimulateArgs, SnapshotArgs, TopicsArgs,
    View, WatchArgs,
};

pub use letters::{DeadLetterCommand, ListArgs, PublishArgs, RetryArgs, ShowArgs, Which};
pub use state::{Begin, ConsumeArgs, CopyArgs, LogFormat, Printed, Protocol, RebuildArgs, StateArgs, StateCommand, VerifyArgs};
pub use workers::{WorkerBegin, WorkerChoice, Workers};

use std::collections::BTreeMap;

impl Connect {
    /// The flags that were given, by the key of the setting that they overrule.
    pub fn overrides(&self) -> BTreeMap<&'static str, String> {
        let mut out = BTreeMap::new();
        put(&mut out, "brokers", self.brokers.as_ref());
        put(&mut out, "catalogue", self.catalogue.as_ref().map(|p| p.display().to_string()).as_ref());
        put(&mut out, "token_file", self.token_file.as_ref().map(|p| p.display().to_string()).as_ref());
        put(&mut out, "token_command", self.token_command.as_ref());
        out
    }
}

impl Printed {
    /// The same as where a cluster is reached.
    pub fn connect(&self) -> Connect {
        Connect { catalogue: self.catalogue.clone(), profile: self.profile.clone(), ..Connect::default() }
    }

    pub fn overrides(&self) -> BTreeMap<&'static str, String> {
        let mut out = self.connect().overrides();
        if self.privacy {
            out.insert("privacy", "true".into());
        }
        out
    }
}

impl VerifyArgs {
    pub fn overrides(&self) -> BTreeMap<&'static str, String> {
        let mut out = self.connect.overrides();
        if self.privacy {
            out.insert("privacy", "true".into());
        }
        out
    }
}

impl ConsumeArgs {
    pub fn overrides(&self) -> BTreeMap<&'static str, String> {
        let mut out = self.connect.overrides();
        put(&mut out, "cache", self.cache.as_ref());
        put(&mut out, "keep_ended", self.keep_ended.as_ref());
        put(&mut out, "keep_audit", self.keep_audit.as_ref());
        out
    }
}

impl Run {
    pub fn overrides(&self) -> BTreeMap<&'static str, String> {
        let mut out = self.connect.overrides();
        put(&mut out, "topics", self.topics.as_ref());
        put(&mut out, "groups", self.groups.as_ref());
        put(&mut out, "read_budget", self.read_budget.as_ref());
        put(&mut out, "from", self.from.as_ref());
        out
    }
}

impl View {
    pub fn overrides(&self, out: &mut BTreeMap<&'static str, String>) {
        put(out, "theme", self.theme.as_ref());
        put(out, "keys", self.keys.as_ref().map(|p| p.display().to_string()).as_ref());
        put(out, "color", self.color.as_ref());
        put(out, "save_dir", self.save_dir.as_ref());
        if self.privacy {
            out.insert("privacy", "true".into());
        }
        put(out, "language", self.language.as_ref());
        put(out, "fps", self.fps.map(|f| f.to_string()).as_ref());
        put(out, "history_memory", self.history_memory.as_ref());
        put(out, "notify", self.notify.as_ref());
        for (key, asked) in [("slow", self.slow), ("title", self.title)] {
            if asked {
                out.insert(key, "true".into());
            }
        }
        if self.ascii {
            out.insert("ascii", "true".into());
        }
        if self.no_mouse {
            out.insert("mouse", "false".into());
        }
    }
}

fn put(out: &mut BTreeMap<&'static str, String>, key: &'static str, value: Option<&String>) {
    if let Some(value) = value {
        out.insert(key, value.clone());
    }
}
