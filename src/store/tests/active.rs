use super::{Rig, apply, events};
use crate::model::Timestamp;
use crate::store::cache::{Cursor, Table, of_changes};
use std::sync::Arc;

/// What a cache is made from: every active row once, as the batch that wrote it handed it on.
pub fn active_rows_come_in_pages_as_they_were_handed_on<R: Rig>() {
    let told: Vec<String> = (0..25).map(|n| format!(r#"{{"id":"A{n:02}","customerId":"c1","total":"450.50"}}"#)).collect();
    let mut lines: Vec<(i64, &'static str, &str)> = told.iter().map(|json| (5, "orders.created", json.as_str())).collect();
    lines.extend([
        // A change without a stage: nobody knows since when it is where.
        (6, "orders.updated", r#"{"orderId":"U1","currency":"GNF"}"#),
        (6, "orders.updated", r#"{"orderId":"U2"}"#),
        (7, "payments.initiated", r#"{"paymentId":"p1","orderId":"A07","amount":450.50,"currency":"GNF"}"#),
        (8, "delivery.assigned", r#"{"orderId":"A08","courierId":"k9","etaAt":90000}"#),
        (9, "delivery.tracking", r#"{"orderId":"A08","lat":9.5312,"lon":-13.6}"#),
        (9, "location.updated", r#"{"courierId":"k9","orderId":"A08","lat":9.5,"lon":-13.6789}"#),
        (9, "delivery.delivered", r#"{"orderId":"A09"}"#),
    ]);
    let (plans, told) = events(&lines);
    let mut store = R::fresh(&plans);
    let before = store.mark().unwrap();
    let applied = apply(&mut store, told);
    assert!(applied.changes.version > before.version);
    assert_eq!((store.mark().unwrap().version, store.mark().unwrap().id), (applied.changes.version, before.id));
    let mut read = Vec::new();
    for (pipeline, table) in [("order", Table::Walkers), ("payment", Table::Parts), ("delivery", Table::Parts)] {
        let pipeline: Arc<str> = pipeline.into();
        let mut next = Some(Cursor::first());
        while let Some(cursor) = next {
            let page = store.active(table, &pipeline, &cursor, 5).unwrap();
            read.extend(page.iter().map(|(entry, _)| entry.clone()));
            next = cursor.after(&page, 5);
        }
        let ended = store.named(table, &pipeline, &["A09".into(), "nowhere".into()]).unwrap();
        read.extend(ended.into_iter().map(|(entry, _)| entry));
    }
    read.extend(store.couriers(Timestamp(9_000), "", 5).unwrap());
    assert!(
        store.couriers(Timestamp(9_001), "", 5).unwrap().is_empty() && store.couriers(Timestamp(0), "k9", 5).unwrap().is_empty()
    );
    let mut handed = of_changes(&applied.changes, &plans);
    assert_eq!(handed.len(), 27 + 1 + 2 + 1, "orders, a payment, deliveries (one has ended), a courier");
    for all in [&mut read, &mut handed] {
        all.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    }
    assert_eq!(read, handed);
}
