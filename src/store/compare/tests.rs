use super::super::whole::{Cell, Name, Removed};
use super::*;
use crate::catalogue::Catalogue;
use crate::domain::Claim;
use crate::model::TopicPartition;
use std::collections::BTreeSet;

/// Rows in memory, sorted by their keys; entities that have an event below any offset.
#[derive(Default)]
struct Fake {
    rows: Vec<(Table, Row)>,
    cut: BTreeSet<Name>,
}

impl Whole for Fake {
    fn marks(&self) -> Marks {
        Marks::new()
    }

    fn firsts(&self) -> Marks {
        Marks::new()
    }

    fn page(&mut self, table: Table, after: Option<&Key>, limit: usize) -> Result<Vec<Row>, StoreError> {
        let rows = self.rows.iter().filter(|(of, row)| *of == table && after.is_none_or(|after| row.key > *after));
        Ok(rows.take(limit).map(|(_, row)| row.clone()).collect())
    }

    fn claims(&mut self, _: &[Name]) -> Result<Vec<(Name, Claim)>, StoreError> {
        Ok(Vec::new())
    }

    fn removed(&mut self) -> Result<Removed, StoreError> {
        Ok(Removed::default())
    }

    fn walkers_among(&mut self, _: &[Name]) -> Result<BTreeSet<Name>, StoreError> {
        Ok(BTreeSet::new())
    }

    fn cut(&mut self, entities: &[Name], _: &Marks) -> Result<BTreeSet<Name>, StoreError> {
        Ok(entities.iter().filter(|e| self.cut.contains(e)).cloned().collect())
    }
}

fn row(table: Table, key: Key, cells: &[(&str, &str)]) -> (Table, Row) {
    let cell = |name: &str| cells.iter().find(|(n, _)| *n == name).map_or(Cell::Null, |(_, v)| Cell::Text((*v).to_owned()));
    (table, Row { key, cells: table.columns().iter().map(|c| cell(c.name)).collect() })
}

fn order(id: &str, state: &str) -> (Table, Row) {
    row(Table::Walkers, Key::Entity(Name::new("order", id)), &[("pipeline", "order"), ("id", id), ("state", state)])
}

fn partition() -> TopicPartition {
    TopicPartition { topic: "orders.created".into(), partition: 2 }
}

fn audit(offset: i64, subject: &str, effect: &str, rejected: &str) -> (Table, Row) {
    let cells = [("kind", "order"), ("subject", subject), ("effect", effect), ("rejected", rejected)];
    row(Table::Audit, Key::Record(partition(), offset), &cells)
}

fn compare(store: Vec<(Table, Row)>, topics: Vec<(Table, Row)>, low: i64, most: usize) -> Compared {
    let below = [(partition(), low)].into();
    let plans = Plans::new(&Catalogue::builtin());
    let mut store = Fake { rows: store, cut: [Name::new("order", "old")].into() };
    let mut topics = Fake { rows: topics, cut: BTreeSet::new() };
    Comparison { plans: &plans, below: &below, most }.run(&mut store, &mut topics, &mut |_, _| true).unwrap()
}

fn tally(compared: &Compared, table: Table) -> [u64; 5] {
    let t = compared.tables.iter().find(|t| t.table == table.name()).unwrap();
    [t.same, t.different, t.only_in_store, t.only_in_topics, t.cannot_be_judged]
}

#[test]
fn rows_of_many_pages_meet_by_their_keys() {
    let all: Vec<_> = (0..1_700).map(|n| order(&format!("{n:05}"), "paid")).collect();
    let without = |skip: usize| all.iter().enumerate().filter(|(n, _)| n % skip > 0).map(|(_, r)| r.clone()).collect::<Vec<_>>();
    let compared = compare(without(700), without(500), 0, 3);
    // 0 is on neither side.
    assert_eq!(tally(&compared, Table::Walkers), [1_694, 0, 3, 2, 0]);
    let found: Vec<_> = compared.differences.iter().map(|d| (d.key.as_str(), d.found)).collect();
    assert_eq!(
        found,
        [("order/00500", Side::OnlyInStore), ("order/00700", Side::OnlyInTopics), ("order/01000", Side::OnlyInStore)]
    );
    assert!(!compared.is_equal());
    assert!(compare(all.clone(), all, 0, 3).is_equal());
}

#[test]
fn what_differs_is_named_with_both_values() {
    let compared = compare(vec![order("A1", "paid")], vec![order("A1", "created")], 0, 3);
    let differs = Differing { what: "state".into(), store: Some("paid".into()), topics: Some("created".into()) };
    assert_eq!(compared.differences[0].differs, [differs]);
}

#[test]
fn what_may_come_of_events_that_are_gone_is_not_judged() {
    let store = vec![
        order("new", "paid"),
        order("old", "paid"),
        audit(3, "old", "created", ""),
        audit(7, "old", "paid", "other_owner"),
        audit(8, "old", "paid", ""),
        audit(9, "old", "paid", ""),
    ];
    let topics = vec![
        order("new", "created"),
        order("old", "created"),
        audit(7, "old", "paid", ""),
        audit(8, "old", "confirmed", ""),
        audit(10, "old", "paid", ""),
    ];
    let compared = compare(store.clone(), topics.clone(), 5, 9);
    assert_eq!(tally(&compared, Table::Walkers), [0, 1, 0, 0, 1], "the old one has an event that is gone");
    assert_eq!(tally(&compared, Table::Audit), [0, 1, 1, 1, 2], "what an event said is there or is not");
    let keys: Vec<_> = compared.differences.iter().map(|d| d.key.as_str()).collect();
    assert_eq!(keys, ["order/new", "orders.created/2@8", "orders.created/2@9", "orders.created/2@10"]);
    // An entity that the topics know of, the store has to know too.
    let without = store.into_iter().filter(|(table, _)| *table != Table::Walkers).collect();
    assert_eq!(tally(&compare(without, topics, 5, 9), Table::Walkers), [0, 0, 0, 2, 0]);
}

#[test]
fn a_person_may_end_it() {
    let (plans, below) = (Plans::default(), Marks::new());
    let by = Comparison { plans: &plans, below: &below, most: 1 };
    let ended = by.run(&mut Fake::default(), &mut Fake::default(), &mut |_, _| false);
    assert!(matches!(ended, Err(CompareError::Ended)));
}
