//! `vigie topics`: the catalogue against the cluster.

use super::doctor::told;
use super::{DONE, FAILED, setup, tell};
use crate::catalogue::{Catalogue, TopicEntry};
use crate::cli::TopicsArgs;
use crate::kafka::admin::{self, Created, NewTopic, TopicDetail};
use crate::text;
use anyhow::Result;
use std::path::PathBuf;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(15);

pub fn run(file: Option<PathBuf>, args: &TopicsArgs) -> Result<u8> {
    let config = setup::load(file, &args.connect, args.connect.overrides())?;
    let kafka = setup::kafka(&config)?;
    let catalogue = setup::catalogue(&config)?;
    let there = admin::list(&kafka, TIMEOUT).map_err(told)?;
    if !args.create {
        return Ok(compare(&catalogue, &there));
    }
    let missing: Vec<&TopicEntry> = catalogue.topics.iter().filter(|entry| find(&there, entry).is_none()).collect();
    if missing.is_empty() {
        tell(&format!("all {} topics of the catalogue exist", catalogue.topics.len()));
        return Ok(DONE);
    }
    let replication = i32::try_from(admin::brokers(&kafka, TIMEOUT).map_err(told)?.clamp(1, 3))?;
    let wanted: Vec<NewTopic> = missing.iter().map(|entry| wanted(entry, replication)).collect();
    let mut code = DONE;
    for (topic, (_, result)) in wanted.iter().zip(admin::create_topics(&kafka, &wanted, TIMEOUT).map_err(told)?) {
        match result {
            Created::Exists => tell(&format!("exists   {}", topic.name)),
            Created::Made => {
                tell(&format!("created  {}  {} partitions, {} replicas", topic.name, topic.partitions, topic.replication));
            }
            Created::Refused(reason) => {
                code = FAILED;
                eprintln!("vigie: {}: {}", text::visible(&topic.name), text::sentence(&reason));
            }
        }
    }
    Ok(code)
}

fn wanted(entry: &TopicEntry, replication: i32) -> NewTopic {
    let configs = entry.cleanup.iter().map(|policy| ("cleanup.policy".to_owned(), policy.to_string())).collect();
    NewTopic { name: entry.name.to_string(), partitions: entry.partitions, replication, configs }
}

fn find<'a>(there: &'a [TopicDetail], entry: &TopicEntry) -> Option<&'a TopicDetail> {
    there.iter().find(|topic| *topic.name == *entry.name)
}

/// A line a topic; failed when one is missing, so that a script can tell.
fn compare(catalogue: &Catalogue, there: &[TopicDetail]) -> u8 {
    let width = catalogue.topics.iter().map(|t| t.name.len()).max().unwrap_or(0);
    let mut missing = 0;
    for entry in &catalogue.topics {
        let found = find(there, entry);
        missing += usize::from(found.is_none());
        tell(&format!("{:width$}  {:24}  {}", entry.name, entry.role.label(), found.map_or("missing".into(), detail)));
    }
    let others = there.iter().filter(|topic| catalogue.topic(&topic.name).is_none() && !topic.internal).count();
    tell(&format!(
        "\n{} of {} there, {missing} missing; {others} topics that the catalogue does not name",
        catalogue.topics.len() - missing,
        catalogue.topics.len()
    ));
    if missing == 0 {
        return DONE;
    }
    tell("`vigie topics --create` makes the missing ones");
    FAILED
}

fn detail(topic: &TopicDetail) -> String {
    let retention = match topic.retention_ms {
        None => text::word(text::Word::NotKnown).to_owned(),
        Some(ms) if ms < 0 => "for ever".to_owned(),
        Some(ms) => text::duration_ms(ms as f64),
    };
    format!("{:3} partitions  {} replicas  retention {retention}", topic.partitions, topic.replication)
}
