//! Views of more than anybody looks through: made by hand, for what is drawn of them.

use std::sync::Arc;
use vigie::model::{LinkState, Point, Timestamp};
use vigie::snapshot::{Cluster, Deliveries, Delivery, Fix, Focus, MapFocus, Snapshot, Source, Topic, Trail, Underway, View};

const NOW: Timestamp = Timestamp(1_780_000_000_000);
const HERE: Point = Point { lat: 9.57, lon: -13.62 };
/// As many as the engine keeps of one.
const FIXES: i64 = 32;
/// As many as the table has.
const ROWS: usize = 1_000;

fn snapshot(later: i64) -> Snapshot {
    let source = Source { state: LinkState::Connected, ..Source::default() };
    // Else the screen says that no broker has answered yet.
    let cluster = Cluster { topics: Some(1), ..Cluster::default() };
    Snapshot { taken_at: NOW.plus_ms(later * 1_000), source: Arc::new(source), cluster: Arc::new(cluster), ..Snapshot::default() }
}

/// So many topics.
pub fn topics(count: usize) -> Arc<View> {
    let team = |n: usize| ["orders", "payments", "deliveries", "stock", "audit", "metrics"][n % 6];
    let topic = |n: usize| Topic { name: format!("{}.{:05}.events", team(n), n).into(), partitions: 12, ..Topic::default() };
    let mut topics: Vec<_> = (0..count).map(|n| Arc::new(topic(n))).collect();
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    Arc::new(View { snapshot: Arc::new(Snapshot { topics, ..snapshot(0) }), ..View::default() })
}

/// So many couriers on their ways, each with a whole trail, `later` seconds later.
pub fn couriers(count: usize, later: i64) -> Arc<View> {
    let all: Vec<_> = (0..count).map(|n| courier(n, later)).collect();
    let rows = all.iter().take(ROWS).map(|of| Arc::clone(&of.delivery)).collect();
    let deliveries = Deliveries { deliveries: Some(rows), deliveries_active: Some(count), deliveries_reason: None };
    let mut snapshot = snapshot(later);
    snapshot.business.deliveries = Some(Arc::new(deliveries));
    let focus = Focus { map: Some(Arc::new(MapFocus { couriers: all })), ..Focus::default() };
    Arc::new(View { snapshot: Arc::new(snapshot), focus: Arc::new(focus), ..View::default() })
}

fn courier(n: usize, later: i64) -> Underway {
    let now = NOW.plus_ms(later * 1_000);
    let (angle, far) = (n as f64 * 2.399_963, 9_000.0 * ((n % 997) as f64 / 997.0).sqrt());
    // Five metres a second, away from the middle.
    let at = |s: i64| HERE.moved((far + 5.0 * (later + s) as f64) * angle.sin(), (far + 5.0 * (later + s) as f64) * angle.cos());
    let fixes = (0..FIXES).rev().map(|back| Fix::new(now.plus_ms(-back * 18_000), at(-back * 18)));
    let (place, to) = (at(0), at(600));
    let delivery = Delivery {
        order: format!("CMD-{n:06}").into(),
        courier: Some(format!("LIV-{n:05}").into()),
        state: "in-transit".into(),
        since: now.plus_ms(-600_000),
        lat: Some(place.lat),
        lon: Some(place.lon),
        position_at: Some(now.plus_ms(-(n as i64 % 70) * 1_000)),
        to_lat: Some(to.lat),
        to_lon: Some(to.lon),
        progress: Some(0.5),
        eta_at: Some(now.plus_ms(600_000)),
        promised_at: Some(now.plus_ms(600_000 - (n as i64 % 5) * 60_000)),
        remaining_m: Some(3_000.0),
        ..Delivery::default()
    };
    Underway {
        delivery: Arc::new(delivery.moving(now)),
        began: now.plus_ms(-600_000),
        trail: Some(Arc::new(Trail(fixes.collect()))),
    }
}
