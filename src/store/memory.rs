//! How entities are kept in a column: compact, for the fold alone. What people ask for has columns of its own.

use super::StoreError;
use crate::domain::Plans;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// # Errors
/// Never for what the domain is made of: its types are plain.
pub fn keep<T: Serialize>(entity: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(entity).map_err(|e| StoreError::Unreadable { what: "an entity", why: e.to_string() })
}

/// # Errors
/// The bytes are not what was kept.
pub fn recall<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    postcard::from_bytes(bytes).map_err(|e| StoreError::Unreadable { what: "an entity", why: e.to_string() })
}

/// The pipelines and their steps: what is kept names them by number.
pub fn fingerprint(plans: &Plans) -> String {
    let plan = |p: &crate::domain::Plan| {
        let steps = p.steps.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",");
        format!("{}:{}:{steps}", p.name, p.stages)
    };
    plans.iter().map(|(_, p)| plan(p)).collect::<Vec<_>>().join(";")
}
