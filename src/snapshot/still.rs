//! What of a picture moves by itself as time passes (ages, lateness) is taken out of the rows of past pictures and put back when somebody looks: so they
//! share the rows that nothing has changed.

use super::{Business, Deliveries, Delivery, Pipeline, Snapshot, Stuck};
use crate::model::{Code, Fact, Reason, Timestamp};
use std::cmp::Ordering;
use std::sync::Arc;

/// Rows that say the same as a row before are that row. Both are in the order of `cmp`.
pub fn share<R: PartialEq>(rows: &mut Vec<Arc<R>>, before: &[Arc<R>], cmp: impl Fn(&R, &R) -> Ordering) {
    // What was collected in place has the room of what its rows were made of, many times as much.
    rows.shrink_to_fit();
    let mut before = before.iter().peekable();
    for row in rows {
        while before.next_if(|old| cmp(old, row) == Ordering::Less).is_some() {}
        if let Some(same) = before.next_if(|old| ***old == **row) {
            *row = Arc::clone(same);
        }
    }
}

impl Snapshot {
    /// As it is kept: without what only grows older. What `before` says too is shared with it.
    pub fn still(&self, before: Option<&Self>) -> Self {
        Self { business: self.business.still(before.map(|before| &before.business)), ..self.clone() }
    }

    /// As it was.
    pub fn moving(&self) -> Self {
        Self { business: self.business.moving(self.taken_at), ..self.clone() }
    }
}

impl Business {
    fn still(&self, before: Option<&Self>) -> Self {
        let pipeline = |now: &Arc<Pipeline>| {
            let before = before.and_then(|b| b.pipelines.as_deref()?.iter().find(|old| old.name == now.name));
            with_stuck(now, |stuck| {
                let mut rows: Vec<_> = stuck.iter().map(|row| Arc::new(row.still())).collect();
                let old = before.and_then(|before| before.stuck.as_deref()).unwrap_or_default();
                share(&mut rows, old, |a, b| a.due().cmp(&b.due()).then_with(|| a.key.cmp(&b.key)));
                rows
            })
        };
        let deliveries = |now: &Arc<Deliveries>| {
            let mut rows: Vec<_> = now.deliveries.iter().flatten().map(|row| Arc::new(row.still())).collect();
            let old = before.and_then(|b| b.deliveries.as_ref()?.deliveries.as_deref()).unwrap_or_default();
            share(&mut rows, old, |a, b| a.order.cmp(&b.order));
            let section = with_rows(now, rows);
            before.and_then(|b| b.deliveries.clone()).filter(|old| *old == section).unwrap_or(section)
        };
        self.with(pipeline, deliveries)
    }

    fn moving(&self, now: Timestamp) -> Self {
        let pipeline = |kept: &Arc<Pipeline>| with_stuck(kept, |stuck| stuck.iter().map(|row| Arc::new(row.moving(now))).collect());
        let deliveries = |kept: &Arc<Deliveries>| {
            let rows = kept.deliveries.iter().flatten().map(|row| Arc::new(row.as_ref().clone().moving(now))).collect();
            with_rows(kept, rows)
        };
        self.with(pipeline, deliveries)
    }

    fn with(
        &self,
        pipeline: impl Fn(&Arc<Pipeline>) -> Arc<Pipeline>,
        deliveries: impl Fn(&Arc<Deliveries>) -> Arc<Deliveries>,
    ) -> Self {
        Self {
            pipelines: self.pipelines.as_ref().map(|all| all.iter().map(pipeline).collect()),
            deliveries: self.deliveries.as_ref().map(deliveries),
            ..self.clone()
        }
    }
}

fn with_stuck(of: &Arc<Pipeline>, rows: impl FnOnce(&[Arc<Stuck>]) -> Vec<Arc<Stuck>>) -> Arc<Pipeline> {
    match of.stuck.as_deref() {
        None | Some([]) => Arc::clone(of),
        Some(stuck) => Arc::new(Pipeline { stuck: Some(rows(stuck)), ..of.as_ref().clone() }),
    }
}

fn with_rows(of: &Arc<Deliveries>, rows: Vec<Arc<Delivery>>) -> Arc<Deliveries> {
    Arc::new(Deliveries {
        deliveries: of.deliveries.is_some().then_some(rows),
        deliveries_active: of.deliveries_active,
        deliveries_reason: of.deliveries_reason.clone(),
    })
}

impl Delivery {
    fn still(&self) -> Self {
        Self { position_age_s: None, late_s: None, ..self.clone() }
    }

    /// With the figures that grow older, as of now.
    pub fn moving(self, now: Timestamp) -> Self {
        let late_s = self.eta_at.map(|eta| late_s(eta, self.promised_at, now));
        Self { position_age_s: self.position_at.map(|at| now.since_s(at).max(0.0)), late_s, ..self }
    }
}

/// By how many seconds it comes later than promised, as far as is known now.
pub fn late_s(eta: Timestamp, promised: Option<Timestamp>, now: Timestamp) -> f64 {
    eta.max(now).since_s(promised.unwrap_or(eta)).max(0.0)
}

impl Stuck {
    fn due(&self) -> Timestamp {
        self.since.plus_ms(i64::from(self.deadline_s) * 1_000)
    }

    fn still(&self) -> Self {
        Self { age_s: 0.0, reason: None, ..self.clone() }
    }

    /// With the figures that grow older, as of now.
    pub fn moving(&self, now: Timestamp) -> Self {
        let age_s = now.since_s(self.since);
        let reason = Reason::new(Code::OverDeadline)
            .with("age_s", Fact::Seconds(age_s))
            .text("stage", self.stage.clone())
            .with("deadline_s", Fact::Seconds(f64::from(self.deadline_s)));
        Self { age_s, reason: Some(reason), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(n: i64) -> Arc<Delivery> {
        let at = |s: i64| Some(Timestamp(s * 1_000));
        let row = Delivery {
            order: format!("o-{n:03}").into(),
            position_at: at(n),
            eta_at: at(500),
            promised_at: at(400 + n),
            ..Delivery::default()
        };
        Arc::new(row)
    }

    fn picture(s: i64, rows: impl Iterator<Item = i64>) -> Snapshot {
        let now = Timestamp(s * 1_000);
        let deliveries = rows.map(|n| Arc::new(delivery(n).as_ref().clone().moving(now))).collect();
        let stuck = Stuck { key: "o-1".into(), since: Timestamp(1_000), deadline_s: 9, ..Stuck::default() }.moving(now);
        let pipeline = Pipeline { stuck: Some(vec![Arc::new(stuck)]), stuck_count: Some(s as usize), ..Pipeline::default() };
        let mut picture = Snapshot { taken_at: now, ..Snapshot::default() };
        picture.business.pipelines = Some(vec![Arc::new(pipeline)]);
        picture.business.deliveries = Some(Arc::new(Deliveries { deliveries: Some(deliveries), ..Deliveries::default() }));
        picture
    }

    fn rows(picture: &Snapshot) -> &[Arc<Delivery>] {
        picture.business.deliveries.as_ref().unwrap().deliveries.as_deref().unwrap()
    }

    #[test]
    fn what_was_kept_is_told_as_it_was() {
        for s in [450, 600] {
            let picture = picture(s, 0..20);
            let again = picture.still(None).moving();
            assert_eq!(rows(&again), rows(&picture));
            assert_eq!(again.business.pipelines, picture.business.pipelines);
            assert_eq!(rows(&again)[3].position_age_s, Some(s as f64 - 3.0));
        }
        assert_eq!(rows(&picture(600, 0..9).still(None).moving())[4].late_s, Some(196.0), "later than its own time of arrival");
    }

    #[test]
    fn rows_that_nothing_changed_are_shared_though_time_passed() {
        let first = picture(600, 0..20).still(None);
        let second = picture(601, (5..25).filter(|n| n % 2 == 0)).still(Some(&first));
        let shared = rows(&second).iter().filter(|row| rows(&first).iter().any(|old| Arc::ptr_eq(old, row))).count();
        assert_eq!((shared, rows(&second).len()), (7, 10));
        let stuck = |of: &Snapshot| of.business.pipelines.as_ref().unwrap()[0].stuck.as_ref().unwrap()[0].clone();
        assert!(Arc::ptr_eq(&stuck(&first), &stuck(&second)));
    }
}
