use super::super::StoreError;
use postgres::error::{DbError, Error, SqlState};
use std::error::Error as _;

/// What PostgreSQL says, as the store's error.
pub fn failed(what: &'static str) -> impl Fn(Error) -> StoreError {
    move |error| {
        let (why, passing) = match error.as_db_error() {
            Some(db) => (said(db), is_passing(db.code())),
            None => unsaid(&error),
        };
        StoreError::Failed { what, why, passing }
    }
}

pub fn reading(error: Error) -> StoreError {
    failed("cannot be read")(error)
}

pub fn writing(error: Error) -> StoreError {
    failed("cannot be written")(error)
}

/// The server's words, and what to do where a person can do something.
fn said(db: &DbError) -> String {
    let advice = match db.code() {
        c if *c == SqlState::INVALID_PASSWORD => {
            "give the right one in the address, in PGPASSWORD, or as `password=@file:PATH` in the address"
        }
        c if *c == SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "the server does not let this user in from here, or not in this way: its pg_hba.conf says who may, and whether TLS is asked \
             for (`sslmode`)"
        }
        c if *c == SqlState::INVALID_CATALOG_NAME => "create it, or name another one in the address",
        c if *c == SqlState::INSUFFICIENT_PRIVILEGE => {
            "the first time the user needs CREATE on the database; after that USAGE on the schema, and SELECT, INSERT, UPDATE and \
             DELETE on its tables"
        }
        c if *c == SqlState::UNDEFINED_TABLE || *c == SqlState::INVALID_SCHEMA_NAME => {
            "the tables are not what `vigie consume` made; started again, it makes what is missing"
        }
        _ => return format!("{} (SQLSTATE {})", db.message(), db.code().code()),
    };
    format!("{}; {advice}", db.message())
}

/// Deadlocks, serialisation failures, a server that is away, stops, starts, is full or cannot be written for a while.
fn is_passing(code: &SqlState) -> bool {
    let class = code.code().get(..2).unwrap_or_default();
    // 08 connection, 40 rolled back, 53 resources, 57 an operator (shutdown, cancel), 58 the system below.
    if matches!(class, "08" | "40" | "53" | "57" | "58") {
        return *code != SqlState::DATABASE_DROPPED;
    }
    // A lock that was waited for too long; a session that slept in its transaction; a standby, until it takes over.
    ["55P03", "25P03", "25P04", "25006"].contains(&code.code())
}

/// No answer from the server: the way to it, or its certificate.
fn unsaid(error: &Error) -> (String, bool) {
    let mut why = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        why = format!("{why}: {inner}");
        source = inner.source();
    }
    let lasting = |advice: &str| (format!("{why}; {advice}"), false);
    if why.contains("mismatch") && why.contains("certificate verify failed") {
        return lasting("its certificate is another host's: connect by a name that is in it");
    }
    if why.contains("certificate verify failed") {
        return lasting("its certificate is not from an authority that is trusted here: name that with `sslrootcert=FILE`");
    }
    if why.contains("server does not support TLS") {
        return lasting("turn it on there, or say `sslmode=disable`: passwords' hashes and all data then go in the clear");
    }
    if why.contains("password missing") {
        return lasting("give one in the address, in PGPASSWORD, or as `password=@file:PATH` in the address");
    }
    let text = error.to_string();
    let about_values =
        ["error serializing", "error deserializing", "invalid column", "invalid configuration", "authentication error"];
    (why, !about_values.iter().any(|known| text.starts_with(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        let passing = |code| is_passing(&SqlState::from_code(code));
        for code in
            ["40001", "40P01", "53300", "53100", "55P03", "57P01", "57P03", "57014", "08006", "08P01", "25P03", "25006", "58030"]
        {
            assert!(passing(code), "{code}");
        }
        for code in ["28P01", "28000", "3D000", "42501", "42P01", "23505", "22021", "57P04", "XX001"] {
            assert!(!passing(code), "{code}");
        }
    }
}
