//! Through the store's active rows, and then through what the cache has as active and the store no more.

use super::CacheError;
use super::active::{Cursor, Mark, Row, Table};
use super::entry::Entry;
use super::keeper::{Flow, Keeper, PORTION};
use super::link::Link;
use super::names::Tell;
use super::resp::{Command, Reply};
use crate::model::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;

/// Whoever wrote the cache within that is at it still, in ms.
const LIVELY_MS: i64 = 20_000;

/// What others write meanwhile is not undone: the newer version stays. Gives how many became different.
pub fn run(keeper: &mut Keeper, link: &mut Link) -> Result<(Flow, u64), CacheError> {
    let mark = take(keeper, link)?;
    let pipelines: Vec<Arc<str>> = keeper.plans.iter().map(|(_, plan)| plan.name.clone()).collect();
    let mut set = 0;
    for pipeline in &pipelines {
        let mut had: HashSet<String> = link
            .ask(Command::new("ZRANGE").args([&keeper.names.active(pipeline), "0", "-1"]))?
            .list()
            .iter()
            .filter_map(Reply::text)
            .collect();
        for table in [Table::Walkers, Table::Parts] {
            let mut next = Some(Cursor::first());
            while let Some(cursor) = next {
                let page = keeper.store.active(table, pipeline, &cursor, PORTION)?;
                for (entry, _) in &page {
                    had.remove(&entry.id);
                }
                set += put(keeper, link, &page)?;
                if keeper.write_waiting(link)? == Flow::Ended {
                    return Ok((Flow::Ended, set));
                }
                next = cursor.after(&page, PORTION);
            }
        }
        set += no_longer_active(keeper, link, pipeline, had.into_iter().collect(), mark.version)?;
    }
    set += couriers(keeper, link)?;
    let flow = keeper.write_waiting(link)?;
    if set > 0 {
        let message = format!(r#"{{"rebuilt":true,"version":{}}}"#, mark.version);
        link.ask(Command::new("PUBLISH").args([&keeper.names.changes(), &message]))?;
    }
    Ok((flow, set))
}

/// Makes the cache ours. What another store's consumers left, or ours before their store was put back, is removed: the versions
/// of the two say nothing of each other.
fn take(keeper: &mut Keeper, link: &mut Link) -> Result<Mark, CacheError> {
    let mut had = link.ask(Command::new("HMGET").args([&keeper.names.mark(), "store", "version", "seen_ms"]))?.list().into_iter();
    let (store, version, seen) = (had.next(), had.next(), had.next());
    let number = |reply: Option<Reply>| reply.and_then(|r| r.number());
    // After the cache's: it is not older then.
    let mark = keeper.store.mark()?;
    let now = Timestamp::now();
    let is_ours = match store.and_then(|reply| reply.text()) {
        None => false,
        Some(id) if id == mark.id => {
            let ahead = number(version).is_some_and(|version| version > mark.version);
            if ahead {
                tracing::warn!("the cache knows more than the store, which was put back: it is made anew");
                clear(keeper, link)?;
            }
            !ahead
        }
        Some(_) if number(seen).is_some_and(|seen| now.since_ms(Timestamp(seen)).abs() < LIVELY_MS) => {
            return Err(CacheError::Shared);
        }
        Some(_) => {
            tracing::warn!("the cache was another store's: it is made anew");
            clear(keeper, link)?;
            false
        }
    };
    if !is_ours {
        link.ask_all(&keeper.names.mark_anew(&mark.id, mark.version, now))?;
    }
    keeper.store_id.clone_from(&mark.id);
    keeper.version = mark.version;
    Ok(mark)
}

/// Key by key, so that others are served meanwhile.
fn clear(keeper: &Keeper, link: &mut Link) -> Result<(), CacheError> {
    let mut cursor = "0".to_owned();
    loop {
        let scan = Command::new("SCAN").args([cursor.as_str(), "MATCH", &format!("{}*", keeper.names.prefix), "COUNT", "1000"]);
        let mut answer = link.ask(scan)?.list().into_iter();
        let next = answer.next().and_then(|reply| reply.text()).ok_or_else(|| CacheError::Odd("SCAN gave no cursor".into()))?;
        let keys = answer.next().map(Reply::list).unwrap_or_default();
        let keys: Vec<Vec<u8>> =
            keys.into_iter().filter_map(|key| if let Reply::Text(key) = key { Some(key) } else { None }).collect();
        if !keys.is_empty() {
            link.ask(Command::new("UNLINK").args(keys))?;
        }
        if next == "0" {
            return Ok(());
        }
        cursor = next;
    }
}

fn put(keeper: &Keeper, link: &mut Link, rows: &[Row]) -> Result<u64, CacheError> {
    let entries: Vec<Entry> = rows.iter().map(|(entry, _)| entry.clone()).collect();
    keeper.put(link, &entries, Tell::Nobody)
}

/// They came to their end while nobody told the cache, or are no more.
fn no_longer_active(
    keeper: &Keeper,
    link: &mut Link,
    pipeline: &Arc<str>,
    ids: Vec<String>,
    version: i64,
) -> Result<u64, CacheError> {
    let mut set = 0;
    for ids in ids.chunks(PORTION) {
        let mut missing: HashSet<&str> = ids.iter().map(String::as_str).collect();
        for table in [Table::Walkers, Table::Parts] {
            let rows = keeper.store.named(table, pipeline, ids)?;
            for (entry, _) in &rows {
                missing.remove(entry.id.as_str());
            }
            set += put(keeper, link, &rows)?;
        }
        let gone: Vec<Entry> = missing.into_iter().map(|id| Entry::gone(pipeline, id, version, None)).collect();
        set += keeper.put(link, &gone, Tell::Nobody)?;
    }
    Ok(set)
}

fn couriers(keeper: &Keeper, link: &mut Link) -> Result<u64, CacheError> {
    let since = keeper.names.seen_since(Timestamp::now());
    let (mut set, mut after) = (0, String::new());
    loop {
        let page = keeper.store.couriers(since, &after, PORTION)?;
        set += keeper.put(link, &page, Tell::Nobody)?;
        match page.last().filter(|_| page.len() == PORTION) {
            Some(last) => after.clone_from(&last.id),
            None => return Ok(set),
        }
    }
}
