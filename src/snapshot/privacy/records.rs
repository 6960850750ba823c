//! Records: keys, values, headers.

use super::{KeptMasks, Privacy};
use crate::model::{Answer, Lookup, LookupResult, OwnedRecord};
use crate::snapshot::{SearchView, TailRow, TailView};
use crate::text::{masked, masked_json};
use std::sync::Arc;

impl Privacy {
    /// A record's key, or dots.
    pub fn key(&self, topic: &str, key: &[u8]) -> Vec<u8> {
        match self.topics.get(topic).is_some_and(|told| told.key) {
            true => key.to_vec(),
            false => dots(key),
        }
    }

    /// A record's value with dots where it is personal. `cut`: it is the beginning of the whole.
    pub fn value(&self, topic: &str, value: &[u8], cut: bool) -> Vec<u8> {
        let text = match std::str::from_utf8(value) {
            Ok(text) => Some(text),
            // A cut may go through a letter.
            Err(error) if cut && error.error_len().is_none() => std::str::from_utf8(&value[..error.valid_up_to()]).ok(),
            Err(_) => None,
        };
        let told = self.topics.get(topic);
        let json = text.zip(told).and_then(|(text, told)| masked_json(text, cut, &|name, whole| self.seen(told, name, whole)));
        json.map_or_else(|| dots(value), String::into_bytes)
    }

    pub(super) fn tail(&self, tail: &TailView, kept: &mut KeptMasks) -> TailView {
        TailView { rows: tail.rows.iter().map(|row| kept.row(row, |row| self.row(row))).collect(), ..tail.clone() }
    }

    pub(super) fn search(&self, search: &SearchView, kept: &mut KeptMasks) -> SearchView {
        SearchView { rows: search.rows.iter().map(|row| kept.row(row, |row| self.row(row))).collect(), ..search.clone() }
    }

    /// One record as the tail shows it.
    pub fn row(&self, row: &TailRow) -> Arc<TailRow> {
        let cut = row.value.as_ref().is_some_and(|value| value.len() < row.value_len);
        Arc::new(TailRow {
            key: row.key.as_ref().map(|key| self.key(&row.topic, key).into()),
            value: row.value.as_ref().map(|value| self.value(&row.topic, value, cut).into()),
            // What is masked has another length; the size that is told stays the record's.
            value_len: row.value_len,
            headers: row.headers.iter().map(|(name, value)| (name.clone(), value.as_ref().map(|v| dots(v).into()))).collect(),
            ..row.clone()
        })
    }

    /// A look-up, by the topic of its record.
    pub fn answer(&self, answer: &Answer) -> Answer {
        let mut out = answer.clone();
        if let LookupResult::Record(record) = &mut out.result {
            let (Lookup::Record { topic, .. } | Lookup::TimeAt { topic, .. }) = &out.lookup;
            **record = self.record(topic, record);
        }
        out
    }

    fn record(&self, topic: &str, record: &OwnedRecord) -> OwnedRecord {
        OwnedRecord {
            key: record.key.as_ref().map(|key| self.key(topic, key)),
            value: record.value.as_ref().map(|value| self.value(topic, value, false)),
            headers: record.headers.iter().map(|(name, value)| (name.clone(), value.as_ref().map(|v| dots(v)))).collect(),
            ..record.clone()
        }
    }
}

fn dots(bytes: &[u8]) -> Vec<u8> {
    masked(&String::from_utf8_lossy(bytes)).into()
}
