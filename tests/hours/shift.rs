//! One shift at the dashboard: the town, the engine and the interface, some seconds at a time, by a clock that nobody waits for.

use crate::town::{Desk, Plan, Town};
use std::collections::BTreeSet;
use std::sync::Arc;
use vigie::model::{Code, Timestamp};
use vigie::snapshot::{Alert, View};
use vigie::ui::ColorChoice;

const SIZE: (u16, u16) = (120, 40);
/// Between two frames, and two keys.
pub const FRAME_S: i64 = 10;
/// A tour of all screens, popups, lists and languages, and into the past: `\n` is Enter, `\x1b` Esc.
const TOUR: &str = concat!(
    "1++js\n\tjf\x1b",           // Overview with its longest curves, a topic, its tail, a key followed
    "1jx1jjx\x1b",               // two topics beside each other
    "3j\n\tj\x1b",               // a group
    "4jj\njf\x1b\x1b/CMD\n\x1b", // an order, its key, and a search for orders
    "5j\n+FO\x1b",               // a delivery and its map
    "6s7s8s9s0oa\n\x1b",         // payments, stock, customers, messages, cluster, log, alerts
    ":ord\x1b?\x1bLTPL",         // the palette, help, a language, a theme, privacy
    "1[{{{}4 PPT"                // the past, and back to now
);

pub struct Shift {
    town: Town,
    desk: Desk<std::io::Sink>,
    keys: std::iter::Cycle<std::str::Chars<'static>>,
    pub newest: Arc<View>,
    pub seconds: i64,
    pub screens: BTreeSet<String>,
    /// Frames that showed the past.
    pub of_the_past: usize,
    /// Seconds in which late deliveries were told.
    pub late: Vec<i64>,
}

impl Shift {
    pub fn begin(plan: Plan) -> Self {
        let (town, desk, newest) = (Town::new(plan), Desk::new(ColorChoice::C256, std::io::sink()), Arc::default());
        let keys = TOUR.chars().cycle();
        Self { town, desk, keys, newest, seconds: 0, screens: BTreeSet::new(), of_the_past: 0, late: Vec::new() }
    }

    /// So many seconds later: a picture, and now and then a key and a frame.
    pub fn go_on(&mut self, seconds: i64) {
        let frame = self.seconds % FRAME_S == 0;
        self.seconds += seconds;
        if frame {
            self.keys.next().into_iter().for_each(|key| self.desk.canvas.press(key));
        }
        self.newest = self.desk.later(&mut self.town, seconds * 1_000);
        let late = |alert: &Arc<Alert>| alert.0.reason.code == Code::DeliveriesLate;
        if self.newest.past.is_none() && self.newest.snapshot.alerts.iter().any(late) {
            self.late.push(self.seconds);
        }
        if frame {
            self.desk.canvas.frame(SIZE.0, SIZE.1).expect("a sink takes all");
            self.screens.insert(self.desk.canvas.screen());
            self.of_the_past += usize::from(self.newest.past.is_some());
        }
    }

    pub fn now(&self) -> Timestamp {
        self.newest.snapshot.taken_at
    }
}
