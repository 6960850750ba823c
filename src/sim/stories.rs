//! What goes wrong in the town, and when: the same in every demo, so that its first five minutes show what vigie is for.

use std::ops::Range;

/// A poisoned record on `orders.updated` (not JSON).
pub const POISON_S: i64 = 45;
/// Records that break their contract, on `payments.completed` and `delivery.tracking`.
pub const BREACH_S: i64 = 50;
/// Text messages that the notifier gave up, on `notifications.sms.dlq`.
pub const DEAD_LETTERS_S: i64 = 55;
/// The payment provider answers late and in bursts: `payments.completed` arrives seconds after its timestamp.
pub const SLOW_PAYMENTS_S: Range<i64> = 60..120;
/// The group [`STALLED_GROUP`] reads nothing, then catches up.
pub const STALL_S: Range<i64> = 90..150;
/// A courier on the way sends no position.
pub const SILENT_COURIER_S: Range<i64> = 130..250;
/// A shop runs out of an article: `inventory.low-stock`, orders with `available: false`.
pub const OUT_OF_STOCK_S: Range<i64> = 150..230;
/// A shower: the couriers ride at little more than half their speed.
pub const RAIN_S: Range<i64> = 200..290;

/// The group that stalls.
pub const STALLED_GROUP: &str = "kitchen-board";
/// A foreign dead-letter topic, which the catalogue knows by pattern only.
pub const DEAD_LETTER_TOPIC: &str = "notifications.sms.dlq";

/// The stories with what they are about, in their order: seconds after the start, the end where there is one.
pub const STORIES: [(&str, i64, Option<i64>); 8] = [
    ("a poisoned record arrives", POISON_S, None),
    ("two records break their contract", BREACH_S, None),
    ("text messages are dead-lettered", DEAD_LETTERS_S, None),
    ("the payment provider slows down", SLOW_PAYMENTS_S.start, Some(SLOW_PAYMENTS_S.end)),
    ("a consumer group stalls and catches up", STALL_S.start, Some(STALL_S.end)),
    ("a courier falls silent", SILENT_COURIER_S.start, Some(SILENT_COURIER_S.end)),
    ("a shop runs out", OUT_OF_STOCK_S.start, Some(OUT_OF_STOCK_S.end)),
    ("rain slows the couriers", RAIN_S.start, Some(RAIN_S.end)),
];
