//! The sections of the snapshot, laid down once a second at most; a section that says the same stays the same.

use super::pipeline_part::Sight;
use super::{Business, rows};
use crate::domain::PipelineId;
use crate::engine::clock::Step;
use crate::engine::past::second;
use crate::engine::topics::Topics;
use crate::model::{Code, Fact, LinkState, Reason, Timestamp};
use crate::snapshot as show;
use std::sync::Arc;

/// What a look at the business has to know beside it.
pub struct Gaze<'a> {
    pub topics: &'a Topics,
    pub now: Timestamp,
    pub link: LinkState,
    pub behind_s: Option<f64>,
    /// A view that is further behind says nothing of who is stuck.
    pub behind_most_s: f64,
    /// The read budget is 0.
    pub nothing_read: bool,
}

/// What was shown last.
#[derive(Default)]
pub struct Picture {
    second: Option<i64>,
    payments_at: Timestamp,
    shown: show::Business,
}

impl Picture {
    pub fn step_back(&mut self, step: Step) {
        self.second.iter_mut().for_each(|second| step.second(second));
    }

    pub fn is_known_of_deliveries(&self) -> bool {
        self.shown.deliveries.as_ref().is_some_and(|section| section.deliveries.is_some())
    }
}

impl Business {
    pub fn picture(&mut self, gaze: &Gaze<'_>) -> show::Business {
        let now = second(gaze.now);
        if self.picture.second == Some(now) {
            return self.picture.shown.clone();
        }
        self.picture.second = Some(now);
        self.begin_anew(gaze);
        self.age(gaze);
        self.show_pipelines(gaze);
        self.show_rows(gaze);
        self.show_profiles(gaze);
        let shown = &self.picture.shown;
        let reason = shown.pipelines.iter().flatten().find_map(|p| p.reason.clone());
        let (source, since) = match &self.store {
            Some(store) => ("store", store.since()),
            None => ("tail", self.since),
        };
        let store = self.store.as_ref().map(super::store::StoreSide::source);
        let source = show::BusinessSource { source, since, store, reason };
        keep(&mut self.picture.shown.source, Some(source));
        self.picture.shown.clone()
    }

    /// Where records are missing, what is known of their entities is given up, and begins anew.
    fn begin_anew(&mut self, gaze: &Gaze<'_>) {
        let mut anew: Vec<PipelineId> = Vec::new();
        let followed = self.store.is_some();
        for way in &mut self.ways {
            if way.knowledge.begins_anew(gaze.topics, gaze.now, followed) {
                anew.push(way.frame.id);
            }
        }
        if !anew.is_empty() {
            self.forget_pipelines(&anew, gaze.now);
        }
        self.channels.begin_anew(gaze.topics, gaze.now, followed);
        if self.shop.begins_anew(gaze.topics, gaze.now, followed) {
            self.customers = super::customers::Customers::default();
        }
        if self.shelves.begins_anew(gaze.topics, gaze.now, followed) {
            self.stock = super::stock::Stock::default();
        }
    }

    /// Forgets the walkers that stand in these pipelines, or have parts in them.
    fn forget_pipelines(&mut self, anew: &[PipelineId], now: Timestamp) {
        let touches = |standing: &crate::domain::Standing, kind| {
            let own = matches!(kind, crate::domain::Kind::Walker(id) if anew.contains(&id));
            own || standing.parts.iter().any(|p| anew.contains(&p.part.pipeline))
        };
        let gone: Vec<_> =
            self.world.walkers.iter().filter(|(s, k)| touches(&k.standing, s.kind)).map(|(s, _)| s.clone()).collect();
        // With a walker its parts go: their pipelines begin anew with it.
        let inside = gone.iter().filter_map(|subject| self.world.walkers.get(subject));
        let inside = inside.flat_map(|kept| kept.standing.parts.iter().map(|part| part.part.pipeline));
        let anew: std::collections::BTreeSet<_> = anew.iter().copied().chain(inside).collect();
        for subject in &gone {
            self.forget(subject);
        }
        for way in self.ways.iter_mut().filter(|way| anew.contains(&way.frame.id)) {
            way.state = super::pipeline::PipelineState::new(self.plans.get(way.frame.id));
        }
        if self.special.payment.is_some_and(|id| anew.contains(&id)) {
            self.payments = super::payments::Payments::default();
        }
        self.since = Some(now);
    }

    /// Who stands longer than the deadline allows is late from now on.
    pub(super) fn age(&mut self, gaze: &Gaze<'_>) {
        let followed = self.store.is_some();
        for way in &mut self.ways {
            let plan = self.plans.get(way.frame.id);
            let now = way.knowledge.as_of(gaze, followed);
            for (deadline, step) in plan.deadlines_s.iter().zip(&mut way.state.steps) {
                if let Some(deadline) = deadline {
                    step.standers.age(now.plus_ms(-i64::from(*deadline) * 1_000));
                }
            }
        }
    }

    /// Why nobody can be said to be stuck, whatever the counts say.
    fn unsure(gaze: &Gaze<'_>) -> Option<Reason> {
        if !matches!(gaze.link, LinkState::Connected | LinkState::Degraded) {
            return Some(Code::NotConnected.into());
        }
        let most = gaze.behind_most_s;
        let behind = gaze.behind_s.filter(|s| *s > most)?;
        Some(Reason::new(Code::ViewBehind).with("behind_s", Fact::Seconds(behind)).with("threshold_s", Fact::Seconds(most)))
    }

    fn show_pipelines(&mut self, gaze: &Gaze<'_>) {
        let before = self.picture.shown.pipelines.take().unwrap_or_default();
        let mut parts = Vec::with_capacity(self.ways.len());
        let followed = self.store.is_some();
        for way in &mut self.ways {
            let warming = || way.knowledge.warming(gaze.topics).then(|| Code::WarmingUp.into());
            let sight = Sight {
                world: &self.world,
                frame: &way.frame,
                plan: self.plans.get(way.frame.id),
                now: gaze.now,
                live: self.live,
                unknown: way.knowledge.known(gaze, followed).err(),
                unsure: Self::unsure(gaze).or_else(warming),
            };
            let part = sight.part(&mut way.state);
            let old = before.iter().find(|old| ***old == part).cloned();
            parts.push(old.unwrap_or_else(|| Arc::new(part)));
        }
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        self.picture.shown.pipelines = (!parts.is_empty()).then_some(parts);
    }

    fn show_rows(&mut self, gaze: &Gaze<'_>) {
        self.show_orders(gaze);
        self.show_deliveries(gaze);
        self.show_payments(gaze);
        for way in &mut self.ways {
            way.state.changed = false;
        }
    }

    fn show_orders(&mut self, gaze: &Gaze<'_>) {
        let Some((id, way)) = self.special.order.and_then(|id| Some((id, self.ways.get(usize::from(id.0))?))) else { return };
        let unknown = way.knowledge.known(gaze, self.store.is_some()).err();
        let same = self.picture.shown.orders.as_ref().is_some_and(|shown| shown.orders_reason == unknown);
        if same && !way.state.changed {
            return;
        }
        let plan = self.plans.get(id);
        let known = unknown.is_none();
        let rows = || {
            let before = self.picture.shown.orders.as_ref().and_then(|shown| shown.orders.as_deref());
            let mut rows = rows::orders(&self.world, id, plan, &way.state);
            show::share(&mut rows, before.unwrap_or_default(), |a, b| a.id.cmp(&b.id));
            rows
        };
        let open = way.state.standing(plan);
        let section = show::Orders {
            orders: known.then(rows),
            orders_oldest: known.then_some(if open > rows::SHOWN { rows::OLDEST } else { 0 }),
            orders_open: known.then_some(open),
            orders_reason: unknown,
        };
        keep(&mut self.picture.shown.orders, Some(section));
    }

    fn show_deliveries(&mut self, gaze: &Gaze<'_>) {
        let Some((id, way)) = self.special.delivery.and_then(|id| Some((id, self.ways.get(usize::from(id.0))?))) else { return };
        let unknown = way.knowledge.known(gaze, self.store.is_some()).err();
        let plan = self.plans.get(id);
        let known = unknown.is_none();
        let section = show::Deliveries {
            deliveries: known.then(|| rows::deliveries(&self.world, id, plan, &way.state, gaze.now)),
            deliveries_active: known.then(|| way.state.standing(plan)),
            deliveries_reason: unknown,
        };
        keep(&mut self.picture.shown.deliveries, Some(section));
    }

    fn show_payments(&mut self, gaze: &Gaze<'_>) {
        let Some((id, way)) = self.special.payment.and_then(|id| Some((id, self.ways.get(usize::from(id.0))?))) else { return };
        let unknown = way.knowledge.known(gaze, self.store.is_some()).err();
        let same = self.picture.shown.payments.as_ref().is_some_and(|shown| shown.payments.reason == unknown);
        if same && !way.state.changed && !self.payments.passed(self.picture.payments_at, gaze.now) {
            return;
        }
        self.picture.payments_at = gaze.now;
        let (plan, known) = (self.plans.get(id), unknown.is_none());
        let ended = |exit: bool| {
            let steps = (0..).map(crate::domain::Step).zip(&way.state.steps);
            steps.filter(|(step, _)| plan.is_exit(*step) == exit).map(|(_, s)| s.ended).sum::<u64>()
        };
        let (completed, failed) = (ended(false), ended(true));
        let (suspicious, suspicious_count) = self.payments.suspicious();
        let by_method = if known { self.payments.by_method(gaze.now) } else { Vec::new() };
        let lately = |ends: fn(&show::Method) -> u64| by_method.iter().map(ends).sum::<u64>();
        let (completed_10m, failed_10m) = (lately(|method| method.completed_10m), lately(|method| method.failed_10m));
        let payments = show::Payments {
            initiated: known.then_some(way.state.entered),
            completed: known.then_some(completed),
            failed: known.then_some(failed),
            success_rate: super::payments::share(completed, failed).filter(|_| known),
            completed_10m: known.then_some(completed_10m),
            failed_10m: known.then_some(failed_10m),
            success_rate_10m: super::payments::share(completed_10m, failed_10m),
            by_method,
            amounts: if known { self.payments.amounts() } else { Vec::new() },
            reason: unknown,
            suspicious,
            suspicious_count,
        };
        let rows = || {
            let before = self.picture.shown.payments.as_ref().and_then(|shown| shown.payment_rows.as_deref());
            let (mut rows, waiting) = rows::payments(&self.world, id, plan, &way.state);
            show::share(&mut rows, before.unwrap_or_default(), |a, b| a.id.cmp(&b.id).then_with(|| a.order.cmp(&b.order)));
            (rows, waiting)
        };
        let (payment_rows, payments_waiting) = known.then(rows).unzip();
        let section =
            show::PaymentSections { payments, payment_rows, payments_waiting, payments_known: known.then(|| way.state.known()) };
        keep(&mut self.picture.shown.payments, Some(section));
    }

    fn show_profiles(&mut self, gaze: &Gaze<'_>) {
        let followed = self.store.is_some();
        if !self.shelves.is_empty() {
            let mut section = self.stock.section(&self.world, self.shelves.known(gaze, followed), gaze.now);
            let before = self.picture.shown.stock.as_ref().and_then(|shown| shown.stock.as_deref());
            if let Some(rows) = &mut section.stock {
                show::share(rows, before.unwrap_or_default(), |a, b| a.sku.cmp(&b.sku));
            }
            keep(&mut self.picture.shown.stock, Some(section));
        }
        if !self.shop.is_empty() {
            let known = self.shop.counted(gaze, followed);
            let same = self.picture.shown.customers.as_ref().is_some_and(|shown| shown.customers.logins.is_some() == known.is_ok());
            if self.customers.changed || !same {
                self.customers.changed = false;
                let mut section = self.customers.sections(known, self.store.as_ref());
                let before = self.picture.shown.customers.as_ref().map(|shown| shown.customer_rows.as_slice());
                show::share(&mut section.customer_rows, before.unwrap_or_default(), |a, b| a.id.cmp(&b.id));
                keep(&mut self.picture.shown.customers, Some(section));
            }
        }
        let mut messages = self.messages.newest();
        let before = self.picture.shown.notifications.as_ref().map(|shown| shown.messages.as_slice());
        show::share(&mut messages, before.unwrap_or_default(), super::messages::newer_first);
        let section = self.channels.section(gaze, self.store.as_ref(), self.live, messages);
        keep(&mut self.picture.shown.notifications, section);
    }
}

/// Keeps the shared part when it says the same.
fn keep<T: PartialEq>(kept: &mut Option<Arc<T>>, new: Option<T>) {
    if kept.as_deref() != new.as_ref() {
        *kept = new.map(Arc::new);
    }
}
