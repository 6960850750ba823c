use super::*;
use crate::model::{Code, Fact, LookupId, RecordTime, Timestamp, TimestampKind};
use crate::snapshot::{
    Customer, CustomerSections, Deliveries, Delivery, Focus, Snapshot, TailRow, TailView, TopicFocus, Verdict, View,
};

fn privacy() -> Privacy {
    Privacy::new([TopicFields {
        topic: "orders".into(),
        entity: Some("id"),
        envelope: None,
        fields: vec![
            ("id", None, false),
            ("customerId", Some(Meaning::Customer), true),
            ("lat", Some(Meaning::Lat), true),
            ("courierId", Some(Meaning::Courier), true),
        ],
    }])
}

fn row(topic: &str, value: &str, len: usize) -> Arc<TailRow> {
    Arc::new(TailRow {
        topic: topic.into(),
        partition: 0,
        offset: 1,
        time: Some(RecordTime { at: Timestamp(1), kind: TimestampKind::Create }),
        received_at: None,
        key: Some(b"o-1".to_vec().into()),
        value: Some(value.as_bytes().into()),
        value_len: len,
        headers: vec![("who".into(), Some(b"Mariama".to_vec().into()))],
        verdict: Verdict::Event,
    })
}

fn seen(row: &TailRow) -> (String, String) {
    let text = |bytes: &Option<Box<[u8]>>| bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    (text(&row.key), text(&row.value))
}

#[test]
fn a_record_in_the_tail_has_neither_who_nor_where() {
    let value = r#"{"id":"o-1","customerId":"Mariama","lat":9.6}"#;
    let tail =
        TailView { rows: [row("orders", value, value.len()), row("else", value, value.len())].into(), ..TailView::default() };
    let topic = Arc::new(TopicFocus { tail, ..TopicFocus::default() });
    let view = View { focus: Arc::new(Focus { topic: Some(topic), ..Focus::default() }), ..View::default() };
    let masked = privacy().view(&view, &mut KeptMasks::default());
    let rows = &masked.focus.topic.as_ref().unwrap().tail.rows;
    assert_eq!(seen(&rows[0]), ("o-1".into(), r#"{"id":"o-1","customerId":"•••","lat":"•••"}"#.into()));
    assert_eq!(seen(&rows[1]), ("•••".into(), "••••••".into()));
    assert!(!format!("{masked:?}").contains("Mariama"));
}

#[test]
fn a_value_that_was_cut_is_told_up_to_its_end() {
    let masked = privacy().row(&row("orders", r#"{"id":"o-1","customerId":"Mari"#, 400));
    assert_eq!(seen(&masked).1, r#"{"id":"o-1","customerId":"•••""#);
    let masked = privacy().row(&row("orders", r#"{"id":"o-1","customerId":"Mari"#, 28));
    assert_eq!(seen(&masked).1, "••••••", "not cut, and no JSON: nobody knows what it holds");
}

#[test]
fn the_business_keeps_its_figures_and_loses_its_people() {
    let mut snapshot = Snapshot::default();
    let delivery =
        Delivery { order: "o-1".into(), courier: Some("Alpha Bah".into()), lat: Some(9.6), lon: Some(-13.6), ..Default::default() };
    snapshot.business.deliveries =
        Some(Arc::new(Deliveries { deliveries: Some(vec![Arc::new(delivery)]), ..Deliveries::default() }));
    let customer = |id: &str, seen| Arc::new(Customer { id: id.into(), orders: 3, last_seen: Timestamp(seen) });
    snapshot.business.customers = Some(Arc::new(CustomerSections {
        customer_rows: vec![customer("Aissatou", 1), customer("Mariama", 2)],
        ..CustomerSections::default()
    }));
    let json = serde_json::to_string(&privacy().snapshot(&snapshot)).unwrap();
    assert!(json.contains("o-1") && json.contains(r#""orders":3"#), "{json}");
    assert!(!["Alpha", "9.6", "13.6", "Aissatou", "Mariama"].iter().any(|personal| json.contains(personal)), "{json}");
}

#[test]
fn a_judgement_does_not_say_who() {
    let reason = Reason::new(Code::PaidTwice).text("customer", "Mariama").with("count", Fact::Count(3));
    let masked = privacy().reason(&reason);
    assert_eq!(masked.fact("customer"), Some(&Fact::Text("•••".into())));
    assert_eq!(masked.fact("count"), Some(&Fact::Count(3)));
}

#[test]
fn a_lookup_is_masked_by_its_topic() {
    use crate::model::{Answer, Lookup, LookupResult, OwnedRecord, Slot};
    let record = OwnedRecord {
        slot: Slot(0),
        offset: 1,
        time: None,
        key: Some(b"o-1".to_vec()),
        value: Some(br#"{"id":"o-1","courierId":"Alpha"}"#.to_vec()),
        headers: Vec::new(),
    };
    let lookup = Lookup::Record { topic: "orders".into(), partition: 0, offset: 1 };
    let answer = Arc::new(Answer { id: LookupId(1), lookup, result: LookupResult::Record(Box::new(record)) });
    let focus = Focus { answers: [(LookupId(1), answer)].into(), ..Focus::default() };
    let masked = privacy().view(&View { focus: Arc::new(focus), ..View::default() }, &mut KeptMasks::default());
    let LookupResult::Record(record) = &masked.focus.answers[&LookupId(1)].result else { panic!("a record") };
    assert_eq!(record.value.as_deref(), Some(r#"{"id":"o-1","courierId":"•••"}"#.as_bytes()));
}

#[test]
fn what_stays_is_masked_once() {
    let value = r#"{"id":"o-1","customerId":"Mariama"}"#;
    let look = |rows: &[Arc<TailRow>], deliveries: &Arc<Deliveries>, kept: &mut KeptMasks| {
        let tail = TailView { rows: rows.into(), ..TailView::default() };
        let topic = Arc::new(TopicFocus { tail, ..TopicFocus::default() });
        let mut snapshot = Snapshot::default();
        snapshot.business.deliveries = Some(deliveries.clone());
        let focus = Arc::new(Focus { topic: Some(topic), ..Focus::default() });
        let masked = privacy().view(&View { focus, snapshot: Arc::new(snapshot), ..View::default() }, kept);
        let deliveries = masked.snapshot.business.deliveries.clone().unwrap();
        (masked.focus.topic.as_ref().unwrap().tail.rows.to_vec(), deliveries)
    };
    let of = |courier: &str| {
        let delivery = Delivery { courier: Some(courier.into()), ..Delivery::default() };
        Arc::new(Deliveries { deliveries: Some(vec![Arc::new(delivery)]), ..Deliveries::default() })
    };
    let (old, new, alpha) = (row("orders", value, value.len()), row("orders", value, value.len()), of("Alpha Bah"));
    let mut kept = KeptMasks::default();
    let (first, deliveries) = look(std::slice::from_ref(&old), &alpha, &mut kept);
    let (second, again) = look(&[new, old.clone()], &alpha, &mut kept);
    assert!(Arc::ptr_eq(&first[0], &second[1]) && Arc::ptr_eq(&deliveries, &again));
    assert_eq!(seen(&second[0]).1, r#"{"id":"o-1","customerId":"•••"}"#);
    let (none, other) = look(&[], &of("Fatou Bah"), &mut kept);
    assert!(none.is_empty() && !Arc::ptr_eq(&other, &deliveries) && !format!("{other:?}").contains("Fatou"));
    look(&[], &alpha, &mut kept);
    assert_eq!(Arc::strong_count(&old), 1, "what is not seen any more is let go of");
}
