use crate::domain::{Kind, Map, Profile, Subject, World};
use crate::model::{Code, Label, Meaning, Reason, Timestamp};
use crate::snapshot::{Article, Stock as Section};
use std::collections::VecDeque;
use std::sync::Arc;

const WINDOW_MS: i64 = 1_800_000;
/// Falls are kept by the minute.
const SLICE_MS: i64 = 60_000;
/// A pace is not told from less than this.
const LEAST_MS: i64 = 60_000;
const SHOWN: usize = 1_000;

/// How an article's level fell over the last half hour. What was put back on the shelf is no fall.
struct Falls {
    first: Timestamp,
    last: (Timestamp, i64),
    slices: VecDeque<(i64, i64)>,
}

/// Levels as they come.
#[derive(Default)]
pub struct Stock {
    falls: Map<Label, Falls>,
}

impl Stock {
    /// A level was told. One that is older than the newest says nothing any more.
    pub fn level(&mut self, id: &Label, at: Timestamp, level: i64) {
        let Some(falls) = self.falls.get_mut(id) else {
            self.falls.insert(id.clone(), Falls { first: at, last: (at, level), slices: VecDeque::new() });
            return;
        };
        let (newest, before) = falls.last;
        if at < newest {
            return;
        }
        falls.last = (at, level);
        let fallen = before.saturating_sub(level);
        if fallen <= 0 {
            return;
        }
        let slice = at.0.div_euclid(SLICE_MS);
        match falls.slices.back_mut().filter(|(s, _)| *s == slice) {
            Some((_, sum)) => *sum = sum.saturating_add(fallen),
            None => falls.slices.push_back((slice, fallen)),
        }
        while falls.slices.front().is_some_and(|(s, _)| *s <= slice - WINDOW_MS / SLICE_MS) {
            falls.slices.pop_front();
        }
    }

    pub fn forget(&mut self, id: &Label) {
        self.falls.remove(id);
    }

    pub fn section(&self, world: &World, known: Result<(), Reason>, now: Timestamp) -> Section {
        if let Err(reason) = known {
            return Section { stock_reason: Some(reason), ..Section::default() };
        }
        let mut rows: Vec<Article> = self.falls.iter().filter_map(|(id, falls)| article(id, falls, world, now)).collect();
        let articles = rows.len();
        if articles > SHOWN {
            let soon = |a: &Article| (a.threshold.is_none_or(|t| a.level > t), a.run_out_s.unwrap_or(f64::MAX));
            rows.sort_by(|a, b| soon(a).partial_cmp(&soon(b)).unwrap_or(std::cmp::Ordering::Equal).then_with(|| a.sku.cmp(&b.sku)));
            rows.truncate(SHOWN);
        }
        rows.sort_by(|a, b| a.sku.cmp(&b.sku));
        Section { stock: Some(rows.into_iter().map(Arc::new).collect()), stock_articles: Some(articles), stock_reason: None }
    }
}

fn article(id: &Label, falls: &Falls, world: &World, now: Timestamp) -> Option<Article> {
    let Profile { values, .. } = world.profiles.get(&Subject { kind: Kind::Article, id: id.clone() })?;
    let run_out = falls.run_out_s(now);
    Some(Article {
        sku: id.into(),
        name: values.text(Meaning::Title).map(Into::into),
        level: values.integer(Meaning::Level)?,
        threshold: values.integer(Meaning::Threshold),
        run_out_s: run_out.as_ref().ok().copied(),
        reason: run_out.err().map(Reason::new),
    })
}

impl Falls {
    fn run_out_s(&self, now: Timestamp) -> Result<f64, Code> {
        let (_, level) = self.last;
        if level <= 0 {
            return Ok(0.0);
        }
        let from = now.0.div_euclid(SLICE_MS) - WINDOW_MS / SLICE_MS;
        let fallen: i64 = self.slices.iter().filter(|(slice, _)| *slice > from).map(|(_, sum)| sum).sum();
        let observed = now.since_ms(self.first).min(WINDOW_MS);
        if observed < LEAST_MS {
            return Err(Code::TooFewReadings);
        }
        if fallen == 0 {
            return Err(Code::NotFalling);
        }
        Ok((level as f64 * observed as f64 / fallen as f64 / 1_000.0).round())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_the_falls_not_of_the_refills() {
        let mut stock = Stock::default();
        let (id, start) = (Label::from("riz"), Timestamp(1_700_000_040_000));
        stock.level(&id, start, 60);
        let run_out = |stock: &Stock, ms| stock.falls[&id].run_out_s(start.plus_ms(ms));
        assert_eq!(run_out(&stock, 30_000), Err(Code::TooFewReadings));
        assert_eq!(run_out(&stock, 60_000), Err(Code::NotFalling));
        stock.level(&id, start.plus_ms(60_000), 50);
        stock.level(&id, start.plus_ms(90_000), 250);
        stock.level(&id, start.plus_ms(120_000), 240);
        stock.level(&id, start.plus_ms(30_000), 3);
        assert_eq!(run_out(&stock, 120_000), Ok(1_440.0), "20 in two minutes, 240 are left");
        assert_eq!(run_out(&stock, 4_000_000), Err(Code::NotFalling));
        stock.level(&id, start.plus_ms(4_000_000), 0);
        assert_eq!(run_out(&stock, 4_000_000), Ok(0.0));
    }
}
