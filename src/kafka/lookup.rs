use super::*;
use crate::model::{Lookup, LookupId, Timed};
use crossbeam_channel::Sender;
use std::sync::Arc;
pub struct Lookups;
impl Lookups {
    pub fn ask(&self, _: LookupId, _: Lookup) {}
    pub fn cancel(&self, _: LookupId) {}
    pub fn stop(&self) {}
}
pub fn start(_: &KafkaConfig, _: &Arc<Causes>, _: Sender<Timed>) -> Result<Lookups, KafkaError> {
    Ok(Lookups)
}
