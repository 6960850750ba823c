use super::*;
use crate::model::{PartitionReading, TopicReading};

const PATIENCE: Duration = Duration::from_secs(5);

fn topics(all: &[(&str, i32)]) -> Topics {
    let partition = |partition| PartitionReading { partition, ..PartitionReading::default() };
    let topic = |(name, count): &(&str, i32)| TopicReading {
        name: (*name).into(),
        partitions: (0..*count).map(partition).collect(),
        ..TopicReading::default()
    };
    Topics::of(all.iter().map(topic).collect())
}

fn book(filter: &str) -> GroupBook {
    GroupBook { missing: None, ..GroupBook::new(GroupFilter::parse(filter).unwrap()) }
}

fn listed(book: &mut GroupBook, name: &str, state: GroupState, offsets: &[(&str, i32, i64)]) {
    let name: Arc<str> = name.into();
    book.listed.insert(Arc::clone(&name), Listed { name: Arc::clone(&name), kind: GroupKind::Classic, state });
    committed(book, &name, offsets);
}

fn committed(book: &mut GroupBook, name: &str, offsets: &[(&str, i32, i64)]) {
    let offsets = offsets.iter().map(|(t, p, o)| ((*t).into(), *p, Some(*o))).collect();
    book.commits.insert(name.into(), Commits { offsets, read: Some(Instant::now()), ..Commits::default() });
}

fn rows(group: &GroupReading) -> Vec<(&str, i32, Option<i64>)> {
    group.offsets.iter().map(|(t, p, o)| (t.as_ref(), *p, *o)).collect()
}

#[test]
fn a_partition_that_an_active_group_never_committed_has_a_row() {
    let topics = topics(&[("__consumer_offsets", 1), ("invoices", 2), ("orders", 4), ("other", 3)]);
    let mut book = book("");
    let offsets = [("invoices", 0, 9), ("invoices", 1, 0), ("orders", 1, 5), ("orders", 3, 7), ("taken-away", 0, 1)];
    for state in [GroupState::Stable, GroupState::PreparingRebalance, GroupState::CompletingRebalance] {
        listed(&mut book, "billing", state, &offsets);
        let (groups, _) = book.read(&topics, PATIENCE, &[]);
        let all = [
            ("invoices", 0, Some(9)),
            ("invoices", 1, Some(0)),
            ("orders", 0, None),
            ("orders", 1, Some(5)),
            ("orders", 2, None),
            ("orders", 3, Some(7)),
            ("taken-away", 0, Some(1)),
        ];
        assert_eq!(rows(&groups[0]), all, "{state:?}");
    }
}

#[test]
fn a_group_without_members_has_only_what_it_committed() {
    let topics = topics(&[("__consumer_offsets", 1), ("orders", 3)]);
    let mut book = book("");
    listed(&mut book, "by-hand", GroupState::Empty, &[("orders", 1, 5)]);
    let (groups, _) = book.read(&topics, PATIENCE, &[]);
    assert_eq!(rows(&groups[0]), [("orders", 1, Some(5))]);
}

#[test]
fn where_the_list_is_refused_each_named_group_tells_its_own_refusal() {
    let topics = topics(&[("__consumer_offsets", 1)]);
    let mut book = book("billing,ops");
    book.missing = Some(Code::ClusterRefused.into());
    committed(&mut book, "billing", &[("orders", 0, 3)]);
    book.commits.insert("ops".into(), Commits { refusal: Some(Code::GroupRefused.into()), ..Commits::default() });
    let (groups, missing) = book.read(&topics, PATIENCE, &[]);
    assert_eq!(missing, None);
    let told: Vec<_> = groups.iter().map(|g| (g.name.as_ref(), g.state, g.offsets_missing.as_ref().map(|m| m.code))).collect();
    assert_eq!(told, [("billing", GroupState::Unknown, None), ("ops", GroupState::Unknown, Some(Code::GroupRefused))]);
    assert_eq!(book.refusals().map(|r| r.code).collect::<Vec<_>>(), [Code::GroupRefused]);
    // A pattern needs the list.
    let mut all = GroupBook { filter: GroupFilter::parse("billing,o*").unwrap(), ..book };
    assert_eq!(all.read(&topics, PATIENCE, &[]).1.map(|m| m.code), Some(Code::ClusterRefused));
    all.missing = Some(Code::NotSupported.into());
    assert_eq!(all.read(&topics, PATIENCE, &[]).1.map(|m| m.code), Some(Code::NotSupported));
}

#[test]
fn a_list_that_is_hidden_from_us_does_not_make_a_group_dead() {
    let topics = topics(&[("__consumer_offsets", 1)]);
    let mut book = book("billing,nobody,ops");
    committed(&mut book, "billing", &[("orders", 0, 3)]);
    committed(&mut book, "nobody", &[]);
    book.commits.insert("ops".into(), Commits { refusal: Some(Code::GroupRefused.into()), ..Commits::default() });
    let (groups, _) = book.read(&topics, PATIENCE, &[]);
    let told: Vec<_> = groups.iter().map(|g| (g.name.as_ref(), g.state)).collect();
    assert_eq!(told, [("billing", GroupState::Unknown), ("nobody", GroupState::Dead), ("ops", GroupState::Unknown)]);
}
