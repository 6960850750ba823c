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

    fn meta(&self) -> Vec<(String, String)> {
        let mut statement = self.connection.prepare("SELECT name, value FROM meta").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
    }

    fn claimed(&self, part: &str) -> usize {
        lines(self, &format!("SELECT id FROM claims WHERE id = '{part}'")).len()
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
    the_topic_that_was_read_is_remembered,
    what_turns_out_wrong_becomes_a_dead_letter_and_what_turns_out_right_goes,
    a_record_that_is_no_event_is_a_dead_letter,
    no_text_is_too_odd,
    active_rows_come_in_pages_as_they_were_handed_on,
    one_at_a_time_is_the_relay,
    batches_go_in_order_and_what_kafka_has_is_sent,
    a_batch_that_kafka_does_not_have_goes_again_under_a_new_number,
    a_restored_store_counts_on_from_kafka,
    a_batch_has_few_bytes_but_always_a_letter,
    what_turns_out_right_before_it_goes_is_not_sent,
    what_turns_out_right_on_its_way_is_not_taken_back_but_told,
    what_turned_out_right_and_did_not_go_is_gone,
    people_find_letters_and_retry_each_once,
    what_ended_long_ago_goes_and_nothing_that_is_open,
    a_claim_goes_with_the_last_that_makes_it,
    what_is_named_again_is_there_again_with_its_gap,
    the_audit_of_what_is_gone_goes_later,
    one_goes_through_it_in_so_long_and_says_up_to_when,
    made_again_it_is_the_same_whatever_its_keys,
    what_the_topics_do_not_have_any_more_is_not_judged,
}

#[test]
fn made_anew_it_has_what_the_topics_lost() {
    use crate::store::beside::tests::{cut_short, what_is_cut_is_carried_over};
    use proptest::test_runner::{Config, TestRunner};
    let mut runner = TestRunner::new(Config { source_file: Some(file!()), ..Config::with_cases(30) });
    let carried = |drawn| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let address = crate::store::StoreAddress::Sqlite(path.clone());
        let done = what_is_cut_is_carried_over(drawn, &address, |plans| Sqlite::open(&path, plans.clone()).unwrap());
        let left =
            std::fs::read_dir(folder.path()).unwrap().filter(|f| f.as_ref().unwrap().path().to_string_lossy().contains("rebuild"));
        assert_eq!(left.count(), 0, "nothing is left beside it");
        done
    };
    runner.run(&cut_short(), carried).unwrap();
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
