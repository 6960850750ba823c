//! `[rules.levels]`: the level that a rule is told at, or that it is not told at all, whatever its figures say.

use super::{Rule, business, cluster, disk, failing, group, topic};
use crate::model::{Code, Level};
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// By the rules' codes. A rule that is not named has the level that it judges.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Levels(BTreeMap<Code, Told>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    Off,
    Warning,
    Critical,
}

impl Told {
    fn of_name(name: &str) -> Option<Self> {
        match name {
            "off" => Some(Self::Off),
            "warning" => Some(Self::Warning),
            "critical" => Some(Self::Critical),
            _ => None,
        }
    }
}

impl Levels {
    /// Nobody wants to hear of it.
    pub fn is_off(&self, rule: Code) -> bool {
        self.0.get(&rule) == Some(&Told::Off)
    }

    /// The level of a rule that fires.
    pub fn of(&self, rule: Code, judged: Level) -> Level {
        match self.0.get(&rule) {
            Some(Told::Warning) => Level::Warning,
            Some(Told::Critical) => Level::Critical,
            Some(Told::Off) | None => judged,
        }
    }
}

/// As it stands in the file, so that what is wrong can be named.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Text(String),
    Other(IgnoredAny),
}

impl<'de> Deserialize<'de> for Levels {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let given = BTreeMap::<String, Given>::deserialize(d)?;
        given.iter().map(|(name, given)| parsed(name, given)).collect::<Result<_, _>>().map(Self).map_err(D::Error::custom)
    }
}

fn parsed(name: &str, given: &Given) -> Result<(Code, Told), String> {
    let code = codes().find(|code| code.name() == name).ok_or_else(|| {
        let known: Vec<_> = codes().map(Code::name).collect();
        format!("levels: `{name}` is no rule; there are: {}", known.join(", "))
    })?;
    let told = match given {
        Given::Text(told) => Told::of_name(told),
        Given::Other(_) => None,
    };
    told.map(|told| (code, told)).ok_or_else(|| format!("levels: `{name}` is \"off\", \"warning\" or \"critical\""))
}

/// The codes of all rules.
fn codes() -> impl Iterator<Item = Code> {
    fn of<I>(rules: &[Rule<I>]) -> impl Iterator<Item = Code> {
        rules.iter().map(|rule| rule.code)
    }
    of(cluster::RULES)
        .chain(of(cluster::BROKER_RULES))
        .chain(of(cluster::VIEWER_RULES))
        .chain(of(topic::RULES))
        .chain(of(group::RULES))
        .chain(of(business::STUCK_RULES))
        .chain(of(business::FLEET_RULES))
        .chain(of(business::PAYMENT_RULES))
        .chain(of(failing::RULES))
        .chain(of(disk::RULES))
}
