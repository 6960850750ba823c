use super::super::StoreError;
use rusqlite::ErrorCode as C;

/// What SQLite says, as the store's error.
pub fn failed(what: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| {
        let passing = matches!(
            source.sqlite_error_code(),
            Some(C::DatabaseBusy | C::DatabaseLocked | C::DiskFull | C::SystemIoFailure | C::CannotOpen | C::OutOfMemory)
        );
        StoreError::Failed { what, why: source.to_string(), passing }
    }
}

pub fn reading(source: rusqlite::Error) -> StoreError {
    failed("cannot be read")(source)
}

pub fn writing(source: rusqlite::Error) -> StoreError {
    failed("cannot be written")(source)
}
