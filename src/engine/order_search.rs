//! Orders that the open screen looks for by id, customer or state: all that is known is gone through, a portion for each picture,
//! so that nobody waits for it.

use super::business::Business;
use super::clock::Step;
use super::filter::Filter;
use crate::model::{Label, TailFilter, Timestamp};
use crate::snapshot::FoundOrders;
use std::sync::Arc;

/// Orders looked through for one picture.
const PORTION: usize = 10_000;
/// Rows that are shown.
const SHOWN: usize = 1_000;
/// What was found is looked for again after this long, in ms: orders move on.
const AGAIN_MS: i64 = 5_000;

/// What is typed to find orders of which a stage was never told, in every language.
pub const GAP: &str = "gap";

pub struct OrderSearch {
    asked: TailFilter,
    filter: Filter,
    /// Newest last.
    left: Vec<Label>,
    round: FoundOrders,
    began: Option<Timestamp>,
    /// Of the last whole round, or of the first one so far.
    shown: Arc<FoundOrders>,
}

impl OrderSearch {
    /// `None`: nothing is looked for.
    pub fn of(asked: &TailFilter) -> Option<Self> {
        let shown = Arc::new(FoundOrders { asked: asked.clone(), ..FoundOrders::default() });
        (*asked != TailFilter::All).then(|| Self {
            asked: asked.clone(),
            filter: Filter::new(asked),
            left: Vec::new(),
            round: FoundOrders::default(),
            began: None,
            shown,
        })
    }

    pub fn is_of(&self, asked: &TailFilter) -> bool {
        self.asked == *asked
    }

    pub fn step_back(&mut self, step: Step) {
        step.moments(&mut self.began);
    }

    /// Goes on; returns what is to be shown where it is news.
    pub fn advance(&mut self, business: &Business, now: Timestamp) -> Option<Arc<FoundOrders>> {
        if self.left.is_empty() {
            if self.began.is_some_and(|began| now.since_ms(began) < AGAIN_MS) {
                return None;
            }
            self.left = business.order_ids();
            self.round = FoundOrders { asked: self.asked.clone(), of: self.left.len(), ..FoundOrders::default() };
            self.began = Some(now);
        }
        let first = self.shown.of == 0 || !self.shown.is_done();
        for _ in 0..PORTION {
            let Some(id) = self.left.pop() else { break };
            self.round.searched += 1;
            let Some(order) = business.order(&id) else { continue };
            let gap = if order.gap { GAP } else { "" };
            if self.filter.passes_texts(&[&order.id, &order.state, order.customer.as_deref().unwrap_or_default(), gap]) {
                self.round.count += 1;
                if self.round.orders.len() < SHOWN {
                    self.round.orders.push(Arc::new(order));
                }
            }
        }
        let news = (first || self.left.is_empty()) && self.round != *self.shown;
        news.then(|| {
            self.shown = Arc::new(self.round.clone());
            Arc::clone(&self.shown)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::business::properties::{START, tell};
    use super::*;
    use crate::catalogue::Catalogue;

    fn town(orders: i64) -> Business {
        let mut business = Business::new(Catalogue::builtin());
        for n in 0..orders {
            let json = format!(r#"{{"id":"o{n}","customerId":"c{}","total":5,"currency":"GNF"}}"#, n % 7);
            tell(&mut business, "orders.created", n, n, n, &json);
        }
        business
    }

    fn search(text: &str) -> OrderSearch {
        OrderSearch::of(&TailFilter::Text(text.into())).unwrap()
    }

    #[test]
    fn an_order_past_the_newest_thousand_is_found_by_id_customer_and_state() {
        let mut business = town(3_000);
        tell(&mut business, "orders.cancelled", 0, 5_000, 5_000, r#"{"orderId":"o2"}"#);
        tell(&mut business, "delivery.assigned", 1, 5_500, 5_500, r#"{"orderId":"o8","courierId":"k1"}"#);
        let now = Timestamp(START + 6_000);
        let found = |text: &str| search(text).advance(&business, now).unwrap();
        let ids = |found: &FoundOrders| found.orders.iter().map(|o| o.id.to_string()).collect::<Vec<_>>();
        assert_eq!(ids(&found("o17"))[..2], ["o1799", "o1798"], "newest first");
        assert_eq!((found("o2999").count, found("c3").count), (1, 429));
        let cancelled = found("cancelled");
        assert_eq!((ids(&cancelled), cancelled.of), (vec!["o2".to_owned()], 3_000), "also one that has ended");
        assert_eq!(ids(&found(GAP)), ["o8"], "what lies between was never told");
        let all = found("o");
        assert_eq!((all.orders.len(), all.count, all.is_done()), (1_000, 3_000, true));
    }

    #[test]
    fn many_orders_are_gone_through_in_portions_and_again_after_a_while() {
        let mut business = town(25_000);
        let mut search = search("c6");
        let at = |ms: i64| Timestamp(START + 30_000 + ms);
        let mut told = Vec::new();
        for beat in 0..4 {
            told.push(search.advance(&business, at(beat * 250)).map(|found| (found.searched, found.is_done())));
        }
        assert_eq!(told, [Some((10_000, false)), Some((20_000, false)), Some((25_000, true)), None]);
        tell(
            &mut business,
            "orders.created",
            30_000,
            30_000,
            30_000,
            r#"{"id":"new","customerId":"c6","total":5,"currency":"GNF"}"#,
        );
        assert!(search.advance(&business, at(4_000)).is_none());
        let mut again = None;
        for beat in 0..4 {
            again = again.or(search.advance(&business, at(5_000 + beat * 250)));
        }
        let again = again.expect("a second round");
        assert_eq!((again.orders[0].id.as_ref(), again.of), ("new", 25_001));
    }

    #[test]
    fn what_nobody_looks_for_costs_nothing() {
        assert!(OrderSearch::of(&TailFilter::All).is_none());
    }
}
