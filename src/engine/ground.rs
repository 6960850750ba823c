//! Where a search may look: the topics and partitions that can hold what it wants.

use super::topic::TopicState;
use super::topics::Topics;
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::model::{FollowedKey, Ground, Keyed, Meaning, Scope, Search, Start};

/// What the entities of a topic are, and so its keys.
pub fn kind(entry: &TopicEntry) -> Option<Meaning> {
    let named = |field: &Option<_>| field.as_deref().and_then(Meaning::of_field);
    named(&entry.entity).or_else(|| named(&entry.entity_or)).or(match &entry.role {
        Role::Stage { .. }
        | Role::Exit { .. }
        | Role::Update { .. }
        | Role::Tracking { .. }
        | Role::Eta { .. }
        | Role::Page { .. } => Some(Meaning::Order),
        Role::Location => Some(Meaning::Courier),
        Role::Notification { .. } | Role::Journey { .. } => Some(Meaning::Customer),
        Role::StockLevel | Role::StockAlert | Role::DeadLetter | Role::Alert | Role::Internal => None,
    })
}

/// What a key names, where the topic of one of its records tells.
pub fn names(key: &FollowedKey, catalogue: &Catalogue) -> Option<Meaning> {
    key.names.or_else(|| entry(&key.seen.as_ref()?.topic, catalogue).and_then(kind))
}

/// The partitions that are to be searched; empty where the topic is not known.
pub fn ground(search: &Search, topics: &Topics, catalogue: &Catalogue) -> Vec<Ground> {
    let mut ground: Vec<Ground> = match &search.scope {
        Scope::Topic(name) => topics.get(name).map(|topic| of_topic(topic, Keyed::InValue, &search.start)).into_iter().collect(),
        Scope::Key(key) => {
            let watched = topics.iter().filter(|t| t.watched && !t.internal);
            watched.filter_map(|t| Some(of_topic(t, keyed(entry(&t.name, catalogue), key)?, &Start::End))).collect()
        }
    };
    ground.retain(|g| !g.partitions.is_empty());
    ground
}

/// A topic's entry, or that of the topic whose dead letters it holds.
fn entry<'a>(name: &str, catalogue: &'a Catalogue) -> Option<&'a TopicEntry> {
    catalogue.topic(name).or_else(|| catalogue.topic(catalogue.dead_letter_source(name)?))
}

/// `None`: it cannot have the key's records.
fn keyed(entry: Option<&TopicEntry>, key: &FollowedKey) -> Option<Keyed> {
    match (entry, key.names) {
        (None, None) => Some(Keyed::ByKey),
        (None, Some(_)) | (Some(_), None) => Some(Keyed::Perhaps),
        (Some(entry), Some(names)) if kind(entry) == Some(names) => Some(Keyed::ByKey),
        (Some(entry), Some(names)) => entry.fields.iter().any(|f| f.meaning == Some(names)).then_some(Keyed::InValue),
    }
}

fn of_topic(topic: &TopicState, keyed: Keyed, start: &Start) -> Ground {
    let only = match start {
        Start::Offset { partition, .. } => *partition,
        _ => None,
    };
    // What no reading has told yet has no number either: the cluster was read when the topic became known.
    let known = topic.partitions.iter().filter(|p| only.is_none_or(|only| p.number == only));
    let partitions = known.map(|p| (p.number, p.leader.unwrap_or(-1))).collect();
    Ground { topic: topic.name.clone(), partitions, keyed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalogue_says_what_each_topics_keys_are() {
        let catalogue = Catalogue::builtin();
        let of = |name: &str| kind(catalogue.topic(name).unwrap());
        assert_eq!(of("orders.created"), Some(Meaning::Order));
        assert_eq!(of("payments.failed"), Some(Meaning::Order));
        assert_eq!(of("delivery.tracking"), Some(Meaning::Order));
        assert_eq!(of("location.updated"), Some(Meaning::Courier));
        assert_eq!(of("user.login"), Some(Meaning::Customer));
        assert_eq!(of("notifications.sms"), Some(Meaning::Customer));
        assert_eq!(of("inventory.updated"), None);
    }

    #[test]
    fn an_order_is_looked_for_where_it_can_be() {
        let catalogue = Catalogue::builtin();
        let key = FollowedKey { bytes: b"o1"[..].into(), names: Some(Meaning::Order), seen: None };
        let of = |name: &str| keyed(entry(name, &catalogue), &key);
        assert_eq!(of("orders.created"), Some(Keyed::ByKey));
        assert_eq!(of("orders.created.dlq"), Some(Keyed::ByKey), "dead letters have the keys of their topic");
        assert_eq!(of("somebodys.topic"), Some(Keyed::Perhaps));
        assert_eq!(of("inventory.updated"), None);
        let customer = FollowedKey { names: Some(Meaning::Customer), ..key };
        assert_eq!(keyed(entry("orders.created", &catalogue), &customer), Some(Keyed::InValue));
    }
}
