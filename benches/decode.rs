//! What it costs to judge one record: `cargo bench --bench decode`, and for instructions
//! `valgrind --tool=callgrind target/release/deps/decode-… 10000`.

use std::hint::black_box;
use std::time::Instant;
use vigie::catalogue::{Catalogue, Field, FieldKind};
use vigie::decode::{Decoder, Outcome};
use vigie::model::{NoHeaders, Record, Slot};

const EVENT: &str = r#"{"id":"CMD-104233","customerId":"CLI-00817","customerName":"Aïssatou Diallo","shopId":"BTQ-012","items":[{"sku":"SKU-0142","name":"Riz gras au poisson","quantity":2,"unitPrice":45000}],"total":90000,"currency":"GNF","paymentMethod":"orange_money","address":{"district":"Kipé","lat":9.5921,"lon":-13.6432},"createdAt":"2026-03-01T12:04:31.250Z","occurredAt":"2026-03-01T12:04:31.250Z"}"#;

fn main() {
    let records: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(2_000_000);
    let mut entry = Catalogue::builtin().topic("orders.created").expect("shipped").clone();
    // Six fields kept, all of them required.
    for name in ["id", "customerId", "total", "currency", "paymentMethod"] {
        entry.fields.iter_mut().filter(|f| f.name.as_ref() == name).for_each(|f| f.required = true);
    }
    entry.fields.push(Field { name: "shopId".into(), kind: FieldKind::Text, required: true, private: false, meaning: None });
    let mut decoder = Decoder::new(&entry);
    let record = Record {
        slot: Slot(0),
        offset: 0,
        time: None,
        key: Some(b"CMD-104233"),
        value: Some(EVENT.as_bytes()),
        headers: &NoHeaders,
    };
    let start = Instant::now();
    for _ in 0..records {
        assert_eq!(decoder.judge(black_box(&record)), Outcome::Event);
    }
    let ns = start.elapsed().as_nanos() as f64 / records as f64;
    println!("decode: {} bytes, {ns:.0} ns/record", EVENT.len());
}
