use super::{Follow, Letters, Moments, Postgres, Read, Retain, Sqlite, Store, StoreAddress, StoreError};
use crate::domain::Plans;

/// A store to work with.
pub trait Handle: Store + Letters + Retain {}

impl<T: Store + Letters + Retain> Handle for T {}

/// A store that is only looked at.
pub trait Onlook: Read + Follow + Moments {}

impl<T: Read + Follow + Moments> Onlook for T {}

/// The store of an address, made where it is not there.
///
/// # Errors
/// Those of the store.
pub fn open(address: &StoreAddress, plans: Plans) -> Result<Box<dyn Handle>, StoreError> {
    Ok(match address {
        StoreAddress::Sqlite(path) => Box::new(Sqlite::open(path, plans)?),
        StoreAddress::Postgres(address) => Box::new(Postgres::open((**address).clone(), plans)?),
    })
}

/// A store that is there; it is never written to.
///
/// # Errors
/// It is not there, cannot be reached, or is of another vigie or another catalogue.
pub fn open_to_read(address: &StoreAddress, plans: Plans) -> Result<Box<dyn Onlook>, StoreError> {
    Ok(match address {
        StoreAddress::Sqlite(path) => Box::new(Sqlite::open_to_read(path, plans)?),
        StoreAddress::Postgres(address) => Box::new(Postgres::open_existing((**address).clone(), plans)?),
    })
}
