use super::*;
use crate::store::tests::{Rig, TOLD, apply, events, tests_of_a_store};
use crate::store::{Filter, Read};

impl Rig for Sqlite {
    const SHORT_KEYS: bool = false;

    fn fresh(plans: &Plans) -> Self {
        Self::with(Connection::open_in_memory().unwrap(), plans.clone()).unwrap()
    }

    fn contents(&self) -> Vec<String> {
        let queries = [
            "SELECT pipeline || id || coalesce(state, '-') || coalesce(since_ms, 0) || gap || conflict || coalesce(amount, '-') || hex(memory) FROM walkers",
            "SELECT pipeline || id || owner || coalesce(state, '-') || coalesce(amount, '-') || coalesce(since_ms, 0) FROM parts",
            "SELECT kind || id || counts || hex(memory) FROM profiles",
            "SELECT pipeline || id || hex(memory) FROM claims",
            "SELECT topic || partition || offset || effect || coalesce(rejected, '-') || says FROM audit_trail",
            "SELECT topic || offset || reason || hex(original) FROM dead_letters JOIN partitions ON partitions.id = place",
        ];
        let mut out = Vec::new();
        for sql in queries {
            out.push(sql[..30].to_owned());
            out.extend(lines(self, sql));
        }
        out
    }

    fn letters(&self) -> Vec<String> {
        lines(self, "SELECT reason FROM dead_letters")
    }
}

fn lines(store: &Sqlite, sql: &str) -> Vec<String> {
    let mut statement = store.connection.prepare(sql).unwrap();
    let mut rows: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    rows.sort();
    rows
}

tests_of_a_store! {
    Sqlite, 60,
    what_was_told_can_be_asked_for,
    a_batch_that_comes_again_changes_nothing,
    who_lost_a_partition_cannot_write,
    what_turns_out_wrong_becomes_a_dead_letter_and_what_turns_out_right_goes,
    a_record_that_is_no_event_is_a_dead_letter,
    no_text_is_too_odd,
    made_again_it_is_the_same_whatever_its_keys,
    what_the_topics_do_not_have_any_more_is_not_judged,
}

#[test]
fn a_file_is_opened_again_by_the_same_catalogue_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let (plans, events) = events(&TOLD);
    apply(&mut Sqlite::open(&path, plans.clone()).unwrap(), events);
    let again = Sqlite::open(&path, plans).unwrap();
    assert_eq!(again.walkers("order", &Filter { limit: 10, ..Filter::default() }).unwrap().len(), 1);
    assert!(matches!(Sqlite::open(&path, Plans::default()), Err(StoreError::OtherPipelines)));
}
