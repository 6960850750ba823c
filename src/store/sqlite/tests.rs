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

tests_of_a_store! { Sqlite, 60 }

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

#[test]
fn one_rebuild_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = Sqlite::open(&path, Plans::default()).unwrap();
    let age = |value: &str| _ = store.connection.execute("UPDATE meta SET value = ?1 WHERE name = 'rebuild'", [value]).unwrap();
    crate::store::beside::tests::one_at_a_time(&crate::store::StoreAddress::Sqlite(path), age);
}

#[test]
fn what_is_no_store_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let all = [
        Sqlite::open(&path, Plans::default()).err(),
        Sqlite::open_to_read(&path, Plans::default()).err(),
        Sqlite::door(&path).err(),
    ];
    for error in all {
        assert!(matches!(&error, Some(StoreError::Foreign(what)) if what.contains("another program")), "{error:?}");
    }
    assert!(std::fs::read(&path).unwrap() == before);
    assert!(matches!(Sqlite::open(folder.path(), Plans::default()), Err(StoreError::Foreign("a folder"))));
    let nowhere = Sqlite::open(&folder.path().join("no/state.db"), Plans::default()).err().unwrap();
    assert!(!nowhere.is_passing() && nowhere.to_string().contains("No such file"), "{nowhere}");
    let below_a_file = Sqlite::open(&path.join("state.db"), Plans::default()).err().unwrap();
    assert!(!below_a_file.is_passing() && below_a_file.to_string().contains("no folder"), "{below_a_file}");
}
