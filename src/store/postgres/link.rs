use super::super::StoreError;
use super::address::PostgresAddress;
use super::columns::{Column, Parameter};
use super::error::{failed, reading, writing};
use super::{make, tls};
use postgres::types::Type;
use postgres::{Client, Row};
use postgres_openssl::MakeTlsConnector;

/// The connection, made when it is needed and again when it broke.
///
/// Nothing of it outlives a transaction, and every statement is unnamed: a pooler may give each transaction another session.
pub struct Link {
    pub address: PostgresAddress,
    tls: MakeTlsConnector,
    fingerprint: String,
    client: Option<Client>,
}

/// Set for one transaction alone. Whoever waits for a lock does not wait for ever, and whoever fell asleep in a transaction
/// (a frozen process, a cut wire) is thrown out of it, for others wait for its locks.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '5s'; \
                     SET LOCAL idle_in_transaction_session_timeout = '10s'";

/// For one who only reads, and sees one moment to the end. It holds no lock that others wait for, so it may be idle for longer:
/// the rest of the topics is read in it.
const BEGIN_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                            SET LOCAL idle_in_transaction_session_timeout = '30min'";

impl Link {
    pub fn new(address: PostgresAddress, fingerprint: String) -> Result<Self, StoreError> {
        Ok(Self { tls: tls::connector(&address)?, address, fingerprint, client: None })
    }

    /// Connects, and makes the tables where they are not there.
    pub fn make(&mut self) -> Result<(), StoreError> {
        let mut client = self.connect()?;
        make::migrate(&mut client, &self.address, &self.fingerprint)?;
        self.client = Some(client);
        Ok(())
    }

    /// The pipelines that we know.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub fn session(&mut self) -> Result<Session<'_>, StoreError> {
        let schema = self.schema();
        let client = match self.client.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => {
                let mut client = self.connect()?;
                // Another database may answer by now.
                make::look(&mut client, &self.address, &self.fingerprint)?;
                client
            }
        };
        Ok(Session { client: self.client.insert(client), schema, open: false })
    }

    pub fn begin(&mut self) -> Result<Session<'_>, StoreError> {
        self.begin_as(BEGIN)
    }

    pub fn begin_moment(&mut self) -> Result<Session<'_>, StoreError> {
        self.begin_as(BEGIN_MOMENT)
    }

    fn begin_as(&mut self, begin: &str) -> Result<Session<'_>, StoreError> {
        let mut session = self.session()?;
        session.client.batch_execute(begin).map_err(failed("does not begin a transaction"))?;
        session.open = true;
        Ok(session)
    }

    /// After an error: the next call begins with a connection that nothing is left on.
    pub fn close(&mut self) {
        self.client = None;
    }

    fn connect(&self) -> Result<Client, StoreError> {
        self.address.config.connect(self.tls.clone()).map_err(failed("cannot be reached"))
    }

    fn schema(&self) -> String {
        self.address.quoted_schema()
    }
}

/// Statements on the connection, in a transaction where one was begun: dropped without a commit, it is rolled back.
pub struct Session<'a> {
    client: &'a mut Client,
    schema: String,
    open: bool,
}

impl Session<'_> {
    pub fn query(&mut self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        self.client.query_typed(&qualified(sql, &self.schema), parameters).map_err(reading)
    }

    pub fn execute(&mut self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64, StoreError> {
        self.client.execute_typed(&qualified(sql, &self.schema), parameters).map_err(writing)
    }

    pub fn insert(&mut self, sql: &str, columns: &[Column<'_>]) -> Result<u64, StoreError> {
        let parameters: Vec<_> = columns.iter().map(Column::parameter).collect();
        self.execute(sql, &parameters)
    }

    /// Taken under the locks of a transaction that holds them to its end, it grows with every one that follows.
    pub fn next_version(&mut self) -> Result<i64, StoreError> {
        // A name in a text is not qualified as those in our SQL are.
        let sequence = format!("{}.versions", self.schema);
        let rows = self.query("SELECT pg_catalog.nextval($1::text::regclass)", &[(&sequence, Type::TEXT)])?;
        rows.first().map(|row| row.get(0)).ok_or(StoreError::Unreadable { what: "versions", why: "no number came".into() })
    }

    pub fn commit(mut self) -> Result<(), StoreError> {
        self.client.batch_execute("COMMIT").map_err(writing)?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if self.open && !self.client.is_closed() {
            // Where it fails the server has rolled back already.
            let _ = self.client.batch_execute("ROLLBACK");
        }
    }
}

/// `vigie.` in our SQL stands for the schema of the address: no statement depends on a search path.
pub fn qualified(sql: &str, schema: &str) -> String {
    sql.replace("vigie.", &format!("{schema}."))
}
