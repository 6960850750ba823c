//! A courier on the way with an order: where, how fast, how winding, and what was told.

use super::geo::metres;
use super::orders::Way;
use crate::model::{Point, Timestamp};
use serde::{Deserialize, Serialize};

/// A motorbike in a town, until its own speed is known, in metres a second.
const USUAL_M_S: f64 = 7.0;
/// Whoever stands goes on sooner or later, at least so fast.
const SLOWEST_M_S: f64 = 1.4;
/// Quicker than this, a position was wrong.
const FASTEST_M_S: f64 = 45.0;
/// Speeds of so long ago weigh a third.
const RECENT_S: f64 = 45.0;
/// A longer silence says nothing of the speed in it.
const SILENCE_S: f64 = 180.0;
/// How much longer ways are than straight ones: so at first, as if seen over so many metres; and never more or less than this.
const WINDING: f64 = 1.2;
const WINDING_M: f64 = 1_500.0;
const WINDING_MOST: f64 = 1.8;
/// So near to the shop, the goods are taken.
const AT_SHOP_M: f64 = 80.0;
/// A forecast is told where it moved by so much, or by so much of what is left; never more often, and after so long in any case (ms).
const MOVED_MS: f64 = 30_000.0;
const MOVED_SHARE: f64 = 0.1;
const MOVED_LEAST_MS: f64 = 8_000.0;
const OFTEN_MS: i64 = 20_000;
const SELDOM_MS: i64 = 60_000;

/// Where a courier was.
pub struct Fix {
    pub at: Timestamp,
    pub position: Point,
    /// Its speed in metres a second, as it says itself.
    pub told_m_s: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    pub at: Timestamp,
    position: Point,
    speed_m_s: f64,
    picked_up: bool,
    /// Where this leg began, and how far the courier went since.
    from: Point,
    gone_m: f64,
    /// What was left at the beginning.
    first_m: Option<f64>,
    told: Option<Guess>,
    /// The forecast of half way: the one that is held against the arrival.
    pub half: Option<Guess>,
}

/// A forecast that was made.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    pub at: Timestamp,
    pub eta: Timestamp,
    /// Seconds without the hour's slowness.
    pub plain_s: f64,
}

pub struct Forecast {
    pub eta: Timestamp,
    pub left_m: f64,
    plain_s: f64,
}

impl Track {
    /// `None`: the position is not newer than what is known.
    pub fn next(known: Option<&Self>, way: &Way, fix: &Fix) -> Option<Self> {
        let mut track = match known {
            Some(known) if fix.at <= known.at => return None,
            Some(known) => known.moved(fix),
            None => Self::begin(fix),
        };
        let at_shop = way.pickup.is_some_and(|shop| metres(shop, fix.position) < AT_SHOP_M);
        if !track.picked_up && (at_shop || way.is_picked_up()) {
            (track.picked_up, track.from, track.gone_m) = (true, fix.position, 0.0);
        }
        Some(track)
    }

    fn begin(fix: &Fix) -> Self {
        let told = fix.told_m_s.filter(|speed| (SLOWEST_M_S..FASTEST_M_S).contains(speed));
        Self {
            at: fix.at,
            position: fix.position,
            speed_m_s: told.unwrap_or(USUAL_M_S),
            picked_up: false,
            from: fix.position,
            gone_m: 0.0,
            first_m: None,
            told: None,
            half: None,
        }
    }

    fn moved(&self, fix: &Fix) -> Self {
        let (took_s, gone_m) = (fix.at.since_s(self.at), metres(self.position, fix.position));
        let speed = gone_m / took_s;
        let mut next = Self { at: fix.at, position: fix.position, ..self.clone() };
        if speed > FASTEST_M_S {
            return next;
        }
        next.gone_m += gone_m;
        if took_s <= SILENCE_S {
            let weight = 1.0 - (-took_s / RECENT_S).exp();
            next.speed_m_s += weight * (speed - next.speed_m_s);
        }
        next
    }

    pub fn forecast(&self, way: &Way, slowness: f64) -> Forecast {
        let straight = match (way.pickup.filter(|_| !self.picked_up), way.destination) {
            (Some(shop), Some(to)) => metres(self.position, shop) + metres(shop, to),
            (None, Some(to)) => metres(self.position, to),
            (_, None) => 0.0,
        };
        let left_m = straight * self.winding();
        let plain_s = left_m / self.speed_m_s.max(SLOWEST_M_S);
        let eta = self.at.plus_ms((plain_s * slowness * 1_000.0).round() as i64);
        Forecast { eta, left_m, plain_s }
    }

    /// The way that was gone against the straight one.
    fn winding(&self) -> f64 {
        let straight = metres(self.from, self.position);
        ((self.gone_m + WINDING * WINDING_M) / (straight + WINDING_M)).clamp(1.0, WINDING_MOST)
    }

    pub fn is_news(&self, forecast: &Forecast) -> bool {
        let Some(told) = self.told else { return true };
        let since = self.at.since_ms(told.at);
        let moved = forecast.eta.since_ms(told.eta).abs() as f64;
        let left_ms = forecast.eta.since_ms(self.at) as f64;
        let enough = (left_ms * MOVED_SHARE).clamp(MOVED_LEAST_MS, MOVED_MS);
        since >= SELDOM_MS || since >= OFTEN_MS && moved >= enough || self.is_half_way(forecast)
    }

    fn is_half_way(&self, forecast: &Forecast) -> bool {
        self.half.is_none() && self.first_m.is_some_and(|first| forecast.left_m <= first / 2.0)
    }

    pub fn told(&mut self, forecast: &Forecast) {
        let guess = Guess { at: self.at, eta: forecast.eta, plain_s: forecast.plain_s };
        if self.is_half_way(forecast) {
            self.half = Some(guess);
        }
        self.first_m = self.first_m.or(Some(forecast.left_m));
        self.told = Some(guess);
    }
}
