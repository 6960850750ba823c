use super::super::StoreError;
use super::super::beside::{DEAD_MS, Door, held};
use super::address::PostgresAddress;
use super::error::{failed, writing};
use super::link::qualified;
use super::{Postgres, make, tls};
use postgres::Client;
use postgres::types::Type;

const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

pub struct PostgresDoor {
    client: Client,
    schema: String,
}

impl Postgres {
    /// # Errors
    /// The server cannot be reached or refuses; there is no state, or it is not ours.
    pub fn door(address: &PostgresAddress) -> Result<PostgresDoor, StoreError> {
        let mut client = address.config.connect(tls::connector(address)?).map_err(failed("cannot be reached"))?;
        make::pipelines(&mut client, address)?;
        Ok(PostgresDoor { client, schema: address.quoted_schema() })
    }
}

impl PostgresDoor {
    fn say(&self, sql: &str) -> String {
        qualified(&sql.replace("NOW", NOW), &self.schema)
    }
}

impl Door for PostgresDoor {
    fn take(&mut self, by: &str) -> Result<(), StoreError> {
        let sql = self.say(
            "INSERT INTO vigie.meta AS m VALUES ('rebuild', NOW || ' ' || $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value
             WHERE split_part(m.value, ' ', 1)::bigint < NOW - $2",
        );
        if self.client.execute_typed(&sql, &[(&by, Type::TEXT), (&DEAD_MS, Type::INT8)]).map_err(writing)? > 0 {
            return Ok(());
        }
        let sql = self.say("SELECT value FROM vigie.meta WHERE name = 'rebuild'");
        let rows = self.client.query_typed(&sql, &[]).map_err(writing)?;
        // Gone in this moment: it may be tried again.
        Err(held(rows.first().map_or("", |row| row.get(0))))
    }

    fn beat(&mut self, by: &str) -> Result<(), StoreError> {
        let sql = self.say(
            "UPDATE vigie.meta SET value = NOW || ' ' || $1 WHERE name = 'rebuild' AND substring(value FROM position(' ' IN value) + 1) = $1",
        );
        self.client.execute_typed(&sql, &[(&by, Type::TEXT)]).map_err(writing)?;
        Ok(())
    }

    fn leave(&mut self, by: &str) -> Result<(), StoreError> {
        let sql =
            self.say("DELETE FROM vigie.meta WHERE name = 'rebuild' AND substring(value FROM position(' ' IN value) + 1) = $1");
        self.client.execute_typed(&sql, &[(&by, Type::TEXT)]).map_err(writing)?;
        Ok(())
    }
}
