use super::*;
use crate::catalogue::Catalogue;
use crate::model::{NoHeaders, OwnedRecord, RecordTime, Slot, TimestampKind};
use proptest::prelude::*;

fn decoder(topic: &str) -> Decoder {
    Decoder::new(Catalogue::builtin().topic(topic).unwrap())
}

fn record<'a>(key: Option<&'a str>, value: &'a str) -> Record<'a> {
    let time = RecordTime { at: Timestamp(5), kind: TimestampKind::Create };
    Record {
        slot: Slot(0),
        offset: 0,
        time: Some(time),
        key: key.map(str::as_bytes),
        value: Some(value.as_bytes()),
        headers: &NoHeaders,
    }
}

fn judge(topic: &str, key: &str, value: &str) -> Outcome {
    decoder(topic).judge(&record(Some(key), value))
}

fn breach(text: &str) -> Outcome {
    Outcome::Contract(text.into())
}

#[test]
fn flat_json_keeps_its_contract() {
    assert_eq!(judge("orders.created", "A1", r#"{"id":"A1","total":12000}"#), Outcome::Event);
    assert_eq!(judge("orders.created", "A1", r#" { "id" : "A1" , "unknown" : [ { } ] } "#), Outcome::Event);
    assert_eq!(judge("inventory.checked", "A1", r#"{"order_id":"A1"}"#), Outcome::Event);
    assert_eq!(judge("orders.updated", "A1", r#"{"id":"A1","status":"paid"}"#), Outcome::Event);
    assert_eq!(
        judge("delivery.tracking", "A1", r#"{"type":"delivery.tracking","orderId":"A1","lat":9.5,"lon":-13}"#),
        Outcome::Event
    );
}

#[test]
fn breaches_are_told_by_field() {
    assert_eq!(judge("inventory.checked", "A1", "{}"), breach("`orderId` is missing"));
    assert_eq!(judge("inventory.checked", "A1", r#"{"orderId":null}"#), breach("`orderId` is missing"));
    assert_eq!(
        judge("inventory.checked", "A1", r#"{"orderId":7}"#),
        breach("`orderId` holds an integer, not what `text` asks for")
    );
    let lat = r#"{"orderId":"A1","lat":"9.5","lon":1}"#;
    assert_eq!(judge("delivery.tracking", "A1", lat), breach("`lat` holds a text, not what `number` asks for"));
    assert_eq!(judge("inventory.checked", "B2", r#"{"orderId":"A1"}"#), breach("`orderId` and the record's key differ"));
    assert_eq!(judge("orders.updated", "B2", r#"{"id":"A1"}"#), breach("`orderId` and the record's key differ"));
    let eta = r#"{"orderId":"A1","etaAt":"soon"}"#;
    assert_eq!(judge("delivery.eta-updated", "A1", eta), breach("`etaAt` holds a text, not what `time` asks for"));
}

#[test]
fn a_key_is_not_needed_beside_the_field() {
    assert_eq!(decoder("inventory.checked").judge(&record(None, r#"{"orderId":"A1"}"#)), Outcome::Event);
}

#[test]
fn escapes_do_not_change_what_a_text_says() {
    assert_eq!(judge("inventory.checked", "Aé/1", r#"{"orderId":"A\u00e9\/1"}"#), Outcome::Event);
    assert_eq!(judge("inventory.checked", "A1", r#"{"order\u0049d":"A1"}"#), Outcome::Event);
    assert_eq!(judge("inventory.checked", "A1", r#"{"orderId":"\ud800"}"#), breach("`orderId` and the record's key differ"));
}

#[test]
fn cloud_events_are_opened() {
    let structured = r#"{"specversion":"1.0","type":"x","id":"e","time":"2026-03-01T12:00:00Z","data":{"orderId":"A1"}}"#;
    let mut decoder = decoder("inventory.checked");
    assert_eq!(decoder.judge(&record(Some("A1"), structured)), Outcome::Event);
    assert_eq!(decoder.event_time(&record(Some("A1"), structured)), Some(Timestamp(1_772_366_400_000)));
    let outside = r#"{"specversion":"1.0","type":"x","orderId":"A1","data":{}}"#;
    assert_eq!(decoder.judge(&record(Some("A1"), outside)), breach("`orderId` is missing"));
    let without = r#"{"specversion":"1.0","type":"x","data":"b64"}"#;
    assert_eq!(decoder.judge(&record(Some("A1"), without)), breach("the envelope's `data` holds a text, not an object"));
    let binary = OwnedRecord {
        slot: Slot(0),
        offset: 0,
        time: None,
        key: None,
        value: Some(br#"{"orderId":"A1"}"#.to_vec()),
        headers: vec![("ce_specversion".into(), Some(b"1.0".to_vec())), ("ce_time".into(), Some(b"2026-03-01T12:00:00Z".to_vec()))],
    };
    assert_eq!(decoder.judge(&binary.borrow()), Outcome::Event);
    assert_eq!(decoder.event_time(&binary.borrow()), Some(Timestamp(1_772_366_400_000)));
}

#[test]
fn the_catalogue_names_its_own_envelope() {
    let mut entry = Catalogue::builtin().topic("inventory.checked").unwrap().clone();
    entry.data = Some("payload".into());
    let mut decoder = Decoder::new(&entry);
    assert_eq!(decoder.judge(&record(Some("A1"), r#"{"payload":{"orderId":"A1"},"orderId":7}"#)), Outcome::Event);
    assert_eq!(
        decoder.judge(&record(Some("A1"), r#"{"orderId":"A1"}"#)),
        breach("the envelope's `payload` holds nothing, not an object")
    );
}

#[test]
fn deletions_schemas_and_broken_values_are_told_apart() {
    let mut decoder = decoder("inventory.checked");
    let tombstone = Record { value: None, ..record(Some("A1"), "") };
    assert_eq!(decoder.judge(&tombstone), Outcome::Deletion);
    let framed = Record { value: Some(&[0, 0, 0, 1, 2, 9, 9]), ..record(None, "") };
    assert_eq!(decoder.judge(&framed), Outcome::Undecoded { schema: 258 });
    let malformed = |text: &str| Outcome::Malformed(text.into());
    let broken = decoder.judge(&record(None, r#"{"orderId":"A1""#));
    assert_eq!(broken, malformed("not JSON: ends after byte 15, `,` or `}` expected"));
    assert_eq!(decoder.judge(&record(None, "oops")), malformed("not JSON: an object expected at byte 0"));
    let latin = Record { value: Some(b"{\"a\":\"\xe9\"}"), ..record(None, "") };
    assert_eq!(decoder.judge(&latin), malformed("not JSON: UTF-8 expected at byte 6"));
    assert_eq!(Decoder::new(Catalogue::builtin().topic("vigie.dead-letter").unwrap()).judge(&record(None, "oops")), Outcome::Event);
}

#[test]
fn amounts_may_stand_in_a_text() {
    let mut entry = Catalogue::builtin().topic("orders.created").unwrap().clone();
    entry.fields.iter_mut().filter(|f| f.name.as_ref() == "total").for_each(|f| f.required = true);
    let mut decoder = Decoder::new(&entry);
    for good in ["12000", "12000.50", "\"12000\"", "\"-0.30\"", "123456789012345678901234567890.12"] {
        assert_eq!(decoder.judge(&record(None, &format!(r#"{{"id":"A","total":{good}}}"#))), Outcome::Event, "{good}");
    }
    for bad in ["\"\"", "\"12 000\"", "\"1,5\"", "true", "{}", "\"NaN\""] {
        let outcome = decoder.judge(&record(None, &format!(r#"{{"id":"A","total":{bad}}}"#)));
        assert!(matches!(outcome, Outcome::Contract(_)), "{bad}: {outcome:?}");
    }
}

#[test]
fn the_time_of_the_event() {
    let mut decoder = decoder("orders.created");
    let mut time = |value: &str| {
        let record = record(None, value);
        decoder.judge(&record);
        decoder.event_time(&record).unwrap().0
    };
    assert_eq!(time(r#"{"id":"A"}"#), 5);
    assert_eq!(time(r#"{"id":"A","createdAt":"2026-03-01T12:00:00.250+00:00"}"#), 1_772_366_400_250);
    assert_eq!(time(r#"{"id":"A","created_at":1772366400250}"#), 1_772_366_400_250);
    assert_eq!(time(r#"{"id":"A","createdAt":1,"occurredAt":2}"#), 2);
    assert_eq!(time(r#"{"id":"A","createdAt":"2026-03-01T12:00:00"}"#), 5);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), cut in any::<prop::sample::Index>()) {
        let mut decoder = decoder("orders.updated");
        let mut value = br#"{"specversion":"1.0","time":"2026-03-01T12:00:00Z","data":{"orderId":"A1","items":[{"a":[1.5e3,true]}]}}"#.to_vec();
        let at = cut.index(value.len());
        value.splice(at..at, bytes.iter().copied());
        for value in [value.as_slice(), &bytes] {
            let record = Record { value: Some(value), ..record(None, "") };
            decoder.judge(&record);
            decoder.event_time(&record);
        }
    }
}

/// Values as services write them, and the envelopes that are understood.
const VALUES: &[&str] = &[
    r#"{"id":"A1","customerId":"c7","total":12000,"items":[{"sku":"riz","qty":2}],"createdAt":"2026-03-01T12:00:00Z"}"#,
    r#" { "orderId" : "A1" , "lat" : 9.5 , "lon" : -13.7e0 , "unknown" : [ { } , null , true ] } "#,
    r#"{"type":"orders.updated","id":"A1","status":"paid","occurredAt":1772366400250}"#,
    r#"{"specversion":"1.0","time":"2026-03-01T12:00:00.250+00:00","data":{"orderId":"A1","etaAt":"2026-03-01T12:30:00Z"}}"#,
    r#"{"order\u0049d":"A\u00e9\/1","amount":"12000.50","method":"momo","reason":null}"#,
];

fn hostile_records(cases: u64) {
    use crate::model::hostile::Spoiler;
    let catalogue = Catalogue::builtin();
    let mut decoders: Vec<_> = catalogue.topics.iter().map(|entry| (entry.role.judged(), Decoder::new(entry))).collect();
    let mut enveloped = catalogue.topic("inventory.checked").unwrap().clone();
    enveloped.data = Some("data".into());
    decoders.push((true, Decoder::new(&enveloped)));
    let (mut values, mut keys) = (Spoiler::new(1, VALUES), Spoiler::new(2, ["A1", "Aé/1", ""]));
    let mut times = Spoiler::new(3, ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.250+05:30"]);
    let (mut malformed, mut well) = (0_u64, 0_u64);
    for case in 0..cases {
        let headers = vec![("ce_time".to_owned(), Some(times.spoiled().to_vec()))];
        let (key, value) = (keys.spoiled(), values.spoiled());
        let record =
            Record { key: (case % 5 != 0).then_some(key), value: Some(value), headers: &headers, time: None, ..record(None, "") };
        let which = case as usize % decoders.len();
        let (judged, decoder) = &mut decoders[which];
        let outcome = decoder.judge(&record);
        decoder.event_time(&record);
        // Now and then another parser is asked what is JSON.
        if *judged && case % 16 == 0 && value.first() != Some(&0) {
            let broken = matches!(outcome, Outcome::Malformed(_));
            assert_eq!(broken, !is_object(value), "{outcome:?}: {}", value.escape_ascii());
        }
        malformed += u64::from(matches!(outcome, Outcome::Malformed(_)));
        well += u64::from(outcome == Outcome::Event);
    }
    println!("{cases} hostile records: {malformed} malformed, {well} well");
    assert!(malformed > cases / 4 && well > cases / 50, "too wild or too tame: {malformed} malformed, {well} well");
}

fn is_object(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok()
        && value.trim_ascii_start().starts_with(b"{")
        && serde_json::from_slice::<serde::de::IgnoredAny>(value).is_ok()
}

#[test]
fn hostile_records_make_no_panic() {
    hostile_records(20_000);
}

#[test]
#[ignore = "long: cargo test --release --lib -- --ignored fuzz"]
fn fuzz_decode() {
    hostile_records(crate::model::hostile::cases(10_000_000));
}

proptest! {
    /// The quick way says what the library says.
    #[test]
    fn times_are_read_as_the_library_reads_them(ms in 0_i64..4_102_444_800_000, whole in any::<bool>()) {
        let ms = if whole { ms / 1_000 * 1_000 } else { ms };
        let text = jiff::Timestamp::from_millisecond(ms).unwrap().to_string();
        prop_assert_eq!(kinds::iso(&text), Some(Timestamp(ms)), "{}", text);
    }

    #[test]
    fn what_is_no_time_for_the_library_is_none(text in "(2026|1969|0000)-(02|13|12|00)-(30|28|31|00)T(24|23):(60|59):(60|59)(\\.[0-9]{1,4})?(Z|\\+01:00|)") {
        let library = text.parse::<jiff::Timestamp>().ok().map(|t| Timestamp(t.as_millisecond()));
        prop_assert_eq!(kinds::iso(&text), library, "{}", text);
    }
}
