use super::address::CacheAddress;
use super::entry::{Entry, Life};
use super::link::Script;
use super::resp::Command;
use crate::model::Timestamp;
use std::time::Duration;

/// Whether subscribers are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    All,
    /// It happened earlier: it is only put right.
    Nobody,
}

/// Keys and channels, and what is written under them.
#[derive(Clone, Debug)]
pub struct Names {
    pub prefix: String,
    keep: Duration,
    ended: Duration,
    silent: Duration,
}

impl Names {
    pub fn new(address: &CacheAddress) -> Self {
        Self { prefix: address.prefix.clone(), keep: address.keep, ended: address.ended, silent: address.silent }
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Whose the cache is.
    pub fn mark(&self) -> String {
        self.key("meta")
    }

    /// What of a pipeline is active.
    pub fn active(&self, pipeline: &str) -> String {
        self.key(&format!("active:{pipeline}"))
    }

    pub fn changes(&self) -> String {
        self.key("changes")
    }

    fn couriers(&self) -> [String; 2] {
        [self.key("couriers"), self.key("couriers:seen")]
    }

    /// Positions from before that are not shown.
    pub fn seen_since(&self, now: Timestamp) -> Timestamp {
        now.plus_ms(-ms(self.silent))
    }

    /// `None`: there is nothing to write, as of a courier that was silent for too long.
    pub fn put(&self, entry: &Entry, now: Timestamp, tell: Tell) -> Option<(Script, Command)> {
        let hash = self.key(&format!("{}:{}", entry.kind, entry.id));
        let message = if tell == Tell::All { entry.message() } else { String::new() };
        if entry.life == Life::Courier {
            return Some((Script::Courier, self.courier(entry, &hash, &message, now)?));
        }
        let life = if entry.life == Life::Active { self.keep } else { self.ended };
        let command = Command::default()
            .args(["2", &hash, &self.active(&entry.kind)])
            .number(entry.version)
            .arg(&entry.id)
            .number(ms(life))
            .number(now.plus_ms(ms(life)).0)
            .arg(entry.life.name())
            .args([entry.owner.as_deref().unwrap_or_default(), &self.changes(), &message]);
        Some((Script::Put, fields(command, entry)))
    }

    fn courier(&self, entry: &Entry, hash: &str, message: &str, now: Timestamp) -> Option<Command> {
        let (point, seen) = entry.position?;
        // A clock that is ahead does not make it stay longer.
        let life = ms(self.silent) - now.since_ms(seen).max(0);
        if life <= 0 {
            return None;
        }
        // What the map of Redis can hold.
        let on_map = point.lat.abs() <= 85.0 && point.lon.abs() <= 180.0;
        let place = |degrees: f64| if on_map { degrees.to_string() } else { String::new() };
        let [map, last_seen] = self.couriers();
        let command = Command::default()
            .args(["3", hash, &map, &last_seen])
            .number(entry.version)
            .arg(&entry.id)
            .number(life)
            .number(ms(self.silent))
            .number(seen.0.min(now.0))
            .args([&place(point.lon), &place(point.lat), &self.changes(), message]);
        Some(fields(command, entry))
    }

    /// The mark, renewed.
    pub fn marked(&self, store: &str, version: i64, now: Timestamp) -> (Script, Command) {
        let command = Command::default().args(["1", &self.mark(), store]).number(version).number(now.0).number(ms(self.keep));
        (Script::Mark, command)
    }

    /// The mark, set, whatever was there.
    pub fn mark_anew(&self, store: &str, version: i64, now: Timestamp) -> [Command; 3] {
        let set = Command::new("HSET").args([self.mark().as_str(), "store", store, "version"]).number(version);
        let set = set.arg("seen_ms").number(now.0);
        let life = Command::new("PEXPIRE").arg(self.mark()).number(ms(self.keep));
        [Command::new("DEL").arg(self.mark()), set, life]
    }

    /// Whom nobody renewed or saw, taken off the lists.
    pub fn sweep<'a>(&'a self, pipelines: impl Iterator<Item = &'a str>, now: Timestamp) -> (Vec<Command>, (Script, Command)) {
        let forget = |p: &str| Command::new("ZREMRANGEBYSCORE").arg(self.active(p)).arg("-inf").number(now.0);
        let [map, last_seen] = self.couriers();
        let silent = Command::default().args(["2", &map, &last_seen]).number(self.seen_since(now).0);
        (pipelines.map(forget).collect(), (Script::Sweep, silent))
    }
}

fn fields(command: Command, entry: &Entry) -> Command {
    entry.fields.iter().fold(command, |command, field| command.arg(field.name).arg(&field.value))
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::entry::WalkerFacts;
    use super::*;
    use crate::model::Point;

    fn names() -> Names {
        Names::new(&CacheAddress::parse("redis://h?prefix=shop:&keep=60s&ended=5s&silent=30s", &|_| None).unwrap())
    }

    #[test]
    fn what_is_active_lives_longer_than_what_has_ended() {
        let order = |ended| Entry::walker(&"order".into(), "A1", 7, &WalkerFacts { ended, ..WalkerFacts::default() });
        let put = |ended, tell| names().put(&order(ended), Timestamp(1_000), tell);
        let expected = |life, until, state, message, ended| {
            let head = ["2", "shop:order:A1", "shop:active:order", "7", "A1", life, until, state, "", "shop:changes", message];
            let fields = ["version", "7", "ended", ended, "gap", "0", "conflict", "0"];
            Some((Script::Put, Command::default().args(head).args(fields)))
        };
        let message = r#"{"kind":"order","id":"A1","version":7,"ended":false}"#;
        assert_eq!(put(false, Tell::All), expected("60000", "61000", "active", message, "0"));
        assert_eq!(put(true, Tell::Nobody), expected("5000", "6000", "ended", "", "1"));
    }

    #[test]
    fn a_courier_stays_as_long_as_it_was_seen() {
        let courier = |seen, lat| Entry::courier("k9", 3, (Point { lat, lon: -13.5 }, seen), None);
        let put = |seen, lat| names().put(&courier(seen, lat), Timestamp(100_000), Tell::Nobody);
        let expected = |life, seen, place: [&str; 2], position: [&str; 6]| {
            let head = ["3", "shop:courier:k9", "shop:couriers", "shop:couriers:seen", "3", "k9", life, "30000", seen];
            let rest = ["shop:changes", "", "version", "3"];
            Some((Script::Courier, Command::default().args(head).args(place).args(rest).args(position)))
        };
        let position = |lat, at| ["lat", lat, "lon", "-13.5", "position_at_ms", at];
        assert_eq!(put(90_000, 9.5), expected("20000", "90000", ["-13.5", "9.5"], position("9.5", "90000")));
        assert_eq!(put(170_000, 9.5), expected("30000", "100000", ["-13.5", "9.5"], position("9.5", "170000")), "a clock ahead");
        assert_eq!(put(90_000, 89.0), expected("20000", "90000", ["", ""], position("89", "90000")), "beyond the map");
        assert_eq!(put(70_000, 9.5), None);
    }
}
