//! What the shops have on their shelves.

use super::json::Json;
use super::people::{ARTICLES, ARTICLES_A_SHOP};
use super::world::World;
use fastrand::Rng;

/// Below this the warehouse is warned.
const THRESHOLD: i64 = 20;
/// In ordinary times the wholesaler comes before the threshold is reached.
const REFILL_BELOW: i64 = 40;
const REFILL: i64 = 200;

pub(super) struct Stock {
    /// By shop and slot.
    levels: Vec<i64>,
    /// The place in `levels` that the story empties, while it does.
    drained: Option<usize>,
}

/// A new level of an article.
pub(super) struct Level {
    at: usize,
    level: i64,
    delta: i64,
}

pub(super) struct Checked {
    /// SKUs that are not there in that number.
    pub missing: Vec<String>,
    pub moves: Vec<Level>,
}

pub(super) fn sku(shop: usize, slot: usize) -> String {
    format!("SKU-{:03}-{}", shop + 1, slot + 1)
}

impl Stock {
    pub fn new(rng: &mut Rng, shops: usize) -> Self {
        Self { levels: (0..shops * ARTICLES_A_SHOP).map(|_| rng.i64(80..300)).collect(), drained: None }
    }

    /// What everybody wants from this shop now.
    pub fn wanted(&self, shop: usize) -> Option<usize> {
        self.drained.filter(|at| at / ARTICLES_A_SHOP == shop).map(|at| at % ARTICLES_A_SHOP)
    }

    /// Takes an order's articles from the shelf; an article that is short stays there.
    pub fn take(&mut self, shop: usize, lines: &[(usize, i64)]) -> Checked {
        let mut checked = Checked { missing: Vec::new(), moves: Vec::new() };
        for &(slot, quantity) in lines {
            let at = shop * ARTICLES_A_SHOP + slot;
            if self.levels[at] < quantity {
                checked.missing.push(sku(shop, slot));
                continue;
            }
            checked.moves.push(self.change(at, -quantity));
            if self.levels[at] < REFILL_BELOW && self.drained != Some(at) {
                checked.moves.push(self.change(at, REFILL));
            }
        }
        checked
    }

    fn change(&mut self, at: usize, delta: i64) -> Level {
        self.levels[at] += delta;
        Level { at, level: self.levels[at], delta }
    }
}

impl World {
    pub(super) fn tell_level(&mut self, moved: &Level) {
        let (shop, slot) = (moved.at / ARTICLES_A_SHOP, moved.at % ARTICLES_A_SHOP);
        let sku = sku(shop, slot);
        let keeper = &self.people.shops[shop];
        let body = Json::new()
            .text("sku", &sku)
            .raw("level", moved.level)
            .text("shopId", &keeper.id)
            .text("name", ARTICLES[keeper.sells[slot]].name)
            .raw("threshold", THRESHOLD)
            .raw("delta", moved.delta);
        self.desk.tell("inventory.updated", &sku, body);
        if moved.level <= THRESHOLD {
            let shop = &self.people.shops[shop].id;
            let body = Json::new().text("sku", &sku).raw("level", moved.level).raw("threshold", THRESHOLD).text("shopId", shop);
            self.desk.tell("inventory.low-stock", &sku, body);
        }
    }

    /// Somebody buys nearly all that the busiest shop has of its first article; the wholesaler does not come.
    pub(super) fn run_out(&mut self) {
        let districts_of = |shop: usize| self.people.near.iter().filter(|near| near.contains(&shop)).count();
        let shop = (0..self.people.shops.len()).max_by_key(|&shop| districts_of(shop)).unwrap_or_default();
        let at = shop * ARTICLES_A_SHOP;
        self.stock.drained = Some(at);
        let left = self.stock.levels[at].min(THRESHOLD + 4);
        let moved = self.stock.change(at, left - self.stock.levels[at]);
        self.tell_level(&moved);
    }

    pub(super) fn refill(&mut self) {
        if let Some(at) = self.stock.drained.take() {
            let moved = self.stock.change(at, REFILL);
            self.tell_level(&moved);
        }
    }
}
