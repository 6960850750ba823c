use crate::real::state::contents::Store;
use crate::redis::Redis;
use crate::support::{seconds, wait_for};
use std::collections::BTreeSet;

const WALKER: &str = "pipeline id version since_ms state ended? gap? conflict? customer shop amount currency";
const PART: &str =
    "pipeline id version since_ms state ended? owner amount currency method customer courier reason lat lon position_at_ms
    eta_at_ms remaining_m";

/// A line for each active row: its key, and what of it is known.
fn in_store(store: &Store) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (table, columns) in [("walkers", WALKER), ("parts", PART)] {
        let names: Vec<_> = columns.split_whitespace().map(|c| c.trim_end_matches('?')).collect();
        for row in store.select(table, columns, "NOT ended") {
            let known = names.iter().zip(&row).skip(2).filter(|(_, cell)| *cell != "-");
            let mut fields: Vec<_> =
                known.map(|(name, cell)| format!("{}={cell}", if *name == "owner" { "order" } else { name })).collect();
            fields.sort();
            out.insert(format!("vigie:{}:{} {}", row[0], row[1], fields.join(" ")));
        }
    }
    out
}

fn in_cache(redis: &Redis) -> BTreeSet<String> {
    let all = redis.all("vigie:");
    let is_active = |key: &str, fields: &std::collections::BTreeMap<String, String>| {
        !key.starts_with("vigie:courier:") && fields.get("ended").is_some_and(|ended| ended == "0")
    };
    let active = all.iter().filter(|(key, kept)| is_active(key, &kept.fields));
    let line = |(key, kept): (&String, &crate::redis::Kept)| {
        let fields: Vec<_> = kept.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{key} {}", fields.join(" "))
    };
    let lines: BTreeSet<String> = active.map(line).collect();
    // The lists say the same.
    let listed: BTreeSet<String> = (all.iter())
        .filter_map(|(key, kept)| Some((key.strip_prefix("vigie:active:")?, kept)))
        .flat_map(|(pipeline, kept)| kept.members.iter().map(move |id| format!("vigie:{pipeline}:{id}")))
        .collect();
    let keys: BTreeSet<String> = lines.iter().filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
    if listed != keys { BTreeSet::from([format!("listed: {listed:?}; there: {keys:?}")]) } else { lines }
}

pub fn is_equal(redis: &Redis, store: &Store) -> bool {
    in_store(store) == in_cache(redis)
}

/// Active rows in the store and nothing else in the cache, with the same fields and versions.
pub fn wait_for_equal(redis: &Redis, store: &Store) {
    let begun = std::time::Instant::now();
    let count = loop {
        let (ours, cached) = (in_store(store), in_cache(redis));
        if ours == cached {
            break ours.len();
        }
        let missing: Vec<_> = ours.difference(&cached).take(3).collect();
        let more: Vec<_> = cached.difference(&ours).take(3).collect();
        assert!(begun.elapsed() < seconds(60), "only in the store: {missing:#?}; only in the cache: {more:#?}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    };
    assert!(count > 50, "{count} active rows say little");
    eprintln!("{count} active rows equal after {:?}", begun.elapsed());
}

/// Nothing is there for ever.
pub fn assert_lives(redis: &Redis) {
    let all = wait_for("keys", seconds(10), || Some(redis.all("vigie:")).filter(|all| all.len() > 50));
    for (key, kept) in &all {
        let longest = match kept.fields.get("ended").map(String::as_str) {
            Some("1") => 300_000,
            _ if key.starts_with("vigie:courier") => 3_600_000,
            _ => 86_400_000,
        };
        assert!((1..=longest).contains(&kept.life_ms), "{key}: {kept:?}");
    }
}
