use crate::catalogue::Catalogue;
use crate::decode::{Decoder, Outcome};
use crate::domain::{Happening, Plans, Reader};
use crate::model::{Headers, Meaning, Place, Record, TopicName};
use crate::store::{Original, Refusal, Taken, What};
use std::collections::HashMap;
use std::sync::Arc;

/// Turns records into what a store applies: decoded, and read by the domain.
pub struct Taker(HashMap<Arc<str>, OneTopic>);

struct OneTopic {
    name: TopicName,
    decoder: Decoder,
    reader: Reader,
}

impl Taker {
    pub fn new(catalogue: &Catalogue, plans: &Plans) -> Self {
        let one = |entry: &crate::catalogue::TopicEntry| {
            let reader = Reader::new(entry, plans)?;
            Some((entry.name.clone(), OneTopic { name: TopicName::new(&entry.name), decoder: Decoder::new(entry), reader }))
        };
        Self(catalogue.topics.iter().filter_map(one).collect())
    }

    /// The topics whose events say something of an entity, sorted.
    pub fn topics(&self) -> Vec<&str> {
        let mut topics: Vec<&str> = self.0.keys().map(AsRef::as_ref).collect();
        topics.sort_unstable();
        topics
    }

    /// `None`: of a topic that was not asked for.
    pub fn take(&mut self, topic: &str, partition: i32, record: &Record<'_>) -> Option<Taken> {
        let of = self.0.get_mut(topic)?;
        let place = Place { topic: of.name, partition, offset: record.offset };
        let what = of.read(place, record);
        let kept = match &what {
            What::Happened(happening) => may_be_rejected(happening),
            What::Deletion => false,
            What::Refused(_) => true,
        };
        Some(Taken { place, recorded_at: record.time.map(|t| t.at), what, original: kept.then(|| original(record)) })
    }
}

impl OneTopic {
    fn read(&mut self, place: Place, record: &Record<'_>) -> What {
        match self.decoder.judge(record) {
            Outcome::Deletion => What::Deletion,
            Outcome::Malformed(why) => What::Refused(Refusal::Malformed(why)),
            Outcome::Contract(why) => What::Refused(Refusal::Contract(why)),
            Outcome::Undecoded { schema } => What::Refused(Refusal::Undecoded(schema)),
            Outcome::Event => match self.decoder.with_event(record, |event| self.reader.read(place, event)) {
                Some(Ok(happening)) => What::Happened(happening),
                Some(Err(rejection)) => What::Refused(Refusal::Rejected(rejection)),
                None => What::Refused(Refusal::Contract("neither a field nor a key names the entity".into())),
            },
        }
    }
}

/// What names a part that may be another entity's, or a currency that may be a wrong one, may turn out to be a dead letter.
fn may_be_rejected(happening: &Happening) -> bool {
    let currency = happening.values.iter().any(|(meaning, _)| *meaning == Meaning::Currency);
    currency || happening.part.as_ref().is_some_and(|p| p.part.id != happening.subject.id)
}

fn original(record: &Record<'_>) -> Original {
    let header = |h: crate::model::Header<'_>| (h.name.to_owned(), h.value.map(<[u8]>::to_vec));
    Original {
        key: record.key.map(<[u8]>::to_vec),
        value: record.value.map(<[u8]>::to_vec),
        headers: (0..).map_while(|i| Headers::get(record.headers, i)).map(header).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NoHeaders, Slot};

    fn take(topic: &str, value: Option<&str>) -> Taken {
        let catalogue = Catalogue::builtin();
        let mut taker = Taker::new(&catalogue, &Plans::new(&catalogue));
        let value = value.map(str::as_bytes);
        let record = Record { slot: Slot(0), offset: 7, time: None, key: None, value, headers: &NoHeaders };
        taker.take(topic, 2, &record).unwrap()
    }

    #[test]
    fn every_record_becomes_something() {
        assert!(matches!(take("orders.created", None).what, What::Deletion));
        assert!(matches!(take("orders.created", Some("{")).what, What::Refused(Refusal::Malformed(_))));
        assert!(matches!(take("orders.created", Some("{}")).what, What::Refused(Refusal::Contract(_))));
        assert!(matches!(take("orders.created", Some("\0\0\0\0\x07x")).what, What::Refused(Refusal::Undecoded(7))));
        let taken = take("orders.confirmed", Some(r#"{"orderId":"A1"}"#));
        assert!(matches!(taken.what, What::Happened(_)) && taken.original.is_none());
    }

    #[test]
    fn what_may_become_a_dead_letter_is_kept_as_it_was() {
        let payment = r#"{"paymentId":"p1","orderId":"A1"}"#;
        assert_eq!(take("payments.initiated", Some(payment)).original.unwrap().value.unwrap(), payment.as_bytes());
        assert_eq!(take("orders.created", Some("{")).original.unwrap().value.unwrap(), b"{");
    }
}
