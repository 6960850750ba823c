//! `vigie topics`: the catalogue against the cluster.

use super::doctor::{counted, told};
use super::{DONE, FAILED, complain, setup, tell};
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::cli::TopicsArgs;
use crate::kafka::KafkaConfig;
use crate::kafka::admin::{self, Created, NewTopic, TopicDetail};
use crate::text;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::time::Duration;

/// Of a topic where there are brokers enough.
const REPLICAS: i32 = 3;
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
        tell(&format!("all of the catalogue's topics exist ({})", counted(catalogue.topics.len() as u64, "topics")));
        return Ok(DONE);
    }
    let mut code = DONE;
    let made = make(&kafka, &missing)?;
    if let Some(few) = made.iter().map(|(topic, _)| topic.replication).min().filter(|replicas| *replicas < REPLICAS) {
        complain(&format!(
            "vigie: {} known to the cluster now: each partition has {}\n  → where more brokers are starting, wait for them, delete the topics and make them anew",
            if few == 1 { "only one broker is".to_owned() } else { format!("only {few} brokers are") },
            counted(few.unsigned_abs().into(), "replicas")
        ));
    }
    for (topic, result) in made {
        match result {
            Created::Exists => tell(&format!("exists   {}", topic.name)),
            Created::Made => {
                let (partitions, replicas) = (
                    counted(topic.partitions.unsigned_abs().into(), "partitions"),
                    counted(topic.replication.unsigned_abs().into(), "replicas"),
                );
                tell(&format!("created  {}  {partitions}, {replicas}", topic.name));
            }
            Created::Refused(reason) => {
                code = FAILED;
                complain(&format!("vigie: {}: {}", text::visible(&topic.name), text::sentence(&reason)));
            }
        }
    }
    Ok(code)
}

/// Makes those of vigie's own topics that are missing: dead letters, alerts, memory.
///
/// # Errors
/// The cluster does not answer, or does not let us make them.
pub fn make_own(kafka: &KafkaConfig, catalogue: &Catalogue) -> Result<()> {
    let own = |entry: &&TopicEntry| matches!(entry.role, Role::DeadLetter | Role::Alert | Role::Internal);
    let there = admin::list(kafka, TIMEOUT).map_err(told)?;
    let missing: Vec<&TopicEntry> = catalogue.topics.iter().filter(own).filter(|entry| find(&there, entry).is_none()).collect();
    for (topic, result) in make(kafka, &missing)? {
        match result {
            // Another consumer was quicker.
            Created::Exists => {}
            Created::Made => tracing::info!(topic = topic.name, "made"),
            Created::Refused(reason) => bail!(
                "vigie's own topic {} is missing and cannot be made: {}\n  → make it with `vigie topics --create` as somebody who may",
                text::visible(&topic.name),
                text::sentence(&reason)
            ),
        }
    }
    Ok(())
}

fn make(kafka: &KafkaConfig, missing: &[&TopicEntry]) -> Result<Vec<(NewTopic, Created)>> {
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let replication = i32::try_from(admin::brokers(kafka, TIMEOUT).map_err(told)?)?.clamp(1, REPLICAS);
    let wanted: Vec<NewTopic> = missing.iter().map(|entry| wanted(entry, replication)).collect();
    let results = admin::create_topics(kafka, &wanted, TIMEOUT).map_err(told)?;
    Ok(wanted.into_iter().zip(results.into_iter().map(|(_, result)| result)).collect())
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
    let others = counted(others as u64, "topics");
    tell(&format!(
        "\n{} of {} there, {missing} missing; {others} that the catalogue does not name",
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
    // Under each other, whether they are one or many.
    let partitions = if topic.partitions == 1 { "partition" } else { "partitions" };
    format!("{:3} {partitions:10}  {:10}  retention {retention}", topic.partitions, counted(topic.replication as u64, "replicas"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_partition_is_not_many_and_they_stand_under_each_other() {
        let told = |partitions, replication| {
            let topic = TopicDetail { partitions, replication, retention_ms: Some(-1), ..TopicDetail::default() };
            detail(&topic)
        };
        assert_eq!(told(1, 1), "  1 partition   1 replica   retention for ever");
        assert_eq!(told(12, 3), " 12 partitions  3 replicas  retention for ever");
    }
}
