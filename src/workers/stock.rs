//! Which article falls below its threshold: told once a dip.

use super::answer::{Answer, Form};
use super::core::{Core, Told, integer, value_of};
use super::memory::{Keeps, Memory};
use crate::model::{Meaning, Value};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An article that is low was told; it is told again only after it had enough once more.
pub struct Stock {
    form: Arc<Form>,
    memory: Memory<Article>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Article {
    #[serde(default)]
    low: bool,
    /// As it was last told.
    #[serde(default)]
    threshold: Option<i64>,
}

impl Stock {
    pub fn new(form: Form) -> Self {
        Self { form: Arc::new(form), memory: Memory::default() }
    }
}

impl Core for Stock {
    fn take(&mut self, told: &Told<'_>) -> Vec<Answer> {
        let Some(level) = integer(told.happening, Meaning::Level) else { return Vec::new() };
        let known = self.memory.get(told.unit, told.id()).copied().unwrap_or_default();
        let threshold = integer(told.happening, Meaning::Threshold).or(known.threshold);
        let low = threshold.is_some_and(|threshold| level < threshold);
        let article = Article { low, threshold };
        if article != known {
            self.memory.put(told.unit, told.id(), article);
        }
        if !low || known.low {
            return Vec::new();
        }
        let mut values = vec![(Meaning::Level, Value::Integer(level))];
        values.extend(threshold.map(|t| (Meaning::Threshold, Value::Integer(t))));
        let more = [Meaning::Shop, Meaning::Title];
        values.extend(more.into_iter().filter_map(|m| Some((m, value_of(told.happening, m)?.clone()))));
        vec![Answer { form: Arc::clone(&self.form), entity: told.id().clone(), at: told.at(), values }]
    }

    fn memory(&mut self) -> &mut dyn Keeps {
        &mut self.memory
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::Events;
    use super::*;
    use crate::catalogue::Catalogue;
    use proptest::prelude::*;

    fn stock() -> Stock {
        let catalogue = Catalogue::builtin();
        let told = [Meaning::Level, Meaning::Threshold];
        Stock::new(Form::new(catalogue.topic("inventory.low-stock").unwrap(), &told).unwrap())
    }

    fn level(events: &mut Events, stock: &mut Stock, level: i64, threshold: Option<i64>) -> Option<String> {
        let threshold = threshold.map_or(String::new(), |t| format!(r#","threshold":{t}"#));
        let answers =
            events.give(stock, "inventory.updated", &format!(r#"{{"sku":"s1","level":{level}{threshold},"shopId":"b"}}"#));
        assert!(answers.len() <= 1);
        answers.first().map(|a| String::from_utf8(a.json()).unwrap())
    }

    #[test]
    fn a_dip_is_told_once() {
        let (mut events, mut stock) = (Events::new(), stock());
        assert_eq!(level(&mut events, &mut stock, 5, None), None, "below what?");
        assert_eq!(level(&mut events, &mut stock, 20, Some(20)), None, "not below");
        let told = level(&mut events, &mut stock, 19, None).expect("below what was told last");
        for wanted in [r#""sku":"s1""#, r#""level":19"#, r#""threshold":20"#, r#""shopId":"b""#] {
            assert!(told.contains(wanted), "{told}");
        }
        assert_eq!(level(&mut events, &mut stock, 3, Some(20)), None, "told already");
        assert_eq!(level(&mut events, &mut stock, 20, Some(20)), None);
        assert!(level(&mut events, &mut stock, 0, Some(20)).is_some(), "another dip");
        assert!(level(&mut events, &mut stock, 0, Some(0)).is_none());
    }

    proptest! {
        /// Whatever the levels, and wherever the work moves to another member: one for each way down through the threshold.
        #[test]
        fn there_are_as_many_alerts_as_dips(levels in prop::collection::vec((0_i64..40, any::<bool>()), 0..80)) {
            let (mut events, mut now) = (Events::new(), stock());
            let mut written = Vec::new();
            let (mut told, mut dips, mut was_low) = (0, 0, false);
            for (of, moves) in levels {
                told += usize::from(level(&mut events, &mut now, of, Some(20)).is_some());
                dips += usize::from(of < 20 && !was_low);
                was_low = of < 20;
                written.extend(now.memory().changes());
                if moves {
                    now = stock();
                    for entry in &written {
                        now.memory().restore(entry.unit, &entry.key, entry.value.as_deref());
                    }
                }
            }
            prop_assert_eq!(told, dips);
        }
    }
}
