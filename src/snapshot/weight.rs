//! What a picture costs in memory, part by part: parts that two pictures share count once.

use super::{Article, Business, Customer, Delivery, Order, Payment, Pipeline, Snapshot, Stuck, Suspicious};
use crate::model::{Fact, OutletReading, Reason};
use std::mem::size_of_val;
use std::sync::Arc;

/// A part of a picture: where it is, and about how many bytes it takes.
pub type Part = (usize, usize);

/// Two counters before what is shared, and what the allocator keeps of it.
const SHARED: usize = 3 * size_of::<usize>();

impl Snapshot {
    /// Every part behind an `Arc`, and this picture's own. Names of topics and groups are left out: they are those of the newest
    /// picture too. What a row has to itself counts with it.
    pub fn parts(&self, mut each: impl FnMut(Part)) {
        each((
            std::ptr::from_ref(self) as usize,
            size_of_val(self) + SHARED + room(&self.topics) + room(&self.groups) + room(&self.alerts) + room(&self.outlets),
        ));
        each(part(&self.source));
        each(with(&self.cluster, room(&self.cluster.brokers)));
        each(with(&self.cluster.partitions_at_risk, room(&self.cluster.partitions_at_risk)));
        each(part(&self.totals));
        for topic in &self.topics {
            each(with(topic, facts(&topic.health.reason) + topic.throughput.reason.as_ref().map_or(0, facts)));
            each(with(&topic.offsets, room(&topic.offsets)));
        }
        for group in &self.groups {
            each(with(group, facts(&group.status.reason)));
            let members: usize = group.partitions.iter().map(|p| name(&p.member)).sum();
            each(with(&group.partitions, room(&group.partitions) + members));
        }
        self.alerts.iter().for_each(|alert| each(with(alert, facts(&alert.0.reason))));
        each(with(&self.alerts_past, room(&self.alerts_past)));
        self.alerts_past.iter().for_each(|past| each(with(past, facts(&past.finding.reason))));
        let failure = |outlet: &OutletReading| outlet.error.as_ref().map_or(0, String::capacity);
        self.outlets.iter().for_each(|outlet| each(with(outlet, text(&outlet.name) + failure(outlet))));
        self.state_consumers.iter().for_each(|reading| each(part(reading)));
        self.workers.iter().for_each(|reading| each(part(reading)));
        self.business.parts(&mut each);
    }
}

impl Business {
    fn parts(&self, each: &mut impl FnMut(Part)) {
        self.source.iter().for_each(|source| each(part(source)));
        self.pipelines.iter().flatten().for_each(|pipeline| pipeline_parts(pipeline, each));
        if let Some(section) = &self.orders {
            rows(section, section.orders.as_ref(), each);
        }
        if let Some(section) = &self.deliveries {
            rows(section, section.deliveries.as_ref(), each);
        }
        if let Some(section) = &self.payments {
            let figures = &section.payments;
            let lists = room(&figures.by_method) + room(&figures.amounts) + room(&figures.suspicious);
            each(with(section, lists + section.payment_rows.as_ref().map_or(0, room)));
            section.payment_rows.iter().flatten().for_each(|row| each(with(row, row.names())));
            figures.suspicious.iter().for_each(|row| each(with(row, row.names())));
        }
        if let Some(section) = &self.stock {
            rows(section, section.stock.as_ref(), each);
        }
        if let Some(section) = &self.customers {
            rows(section, Some(&section.customer_rows), each);
        }
        if let Some(section) = &self.notifications {
            each(with(section, room(&section.notifications) + room(&section.messages)));
            section.notifications.iter().for_each(|channel| each(part(channel)));
            section.messages.iter().for_each(|message| each(part(message)));
        }
    }
}

fn pipeline_parts(pipeline: &Arc<Pipeline>, each: &mut impl FnMut(Part)) {
    let own = room(&pipeline.stages) + room(&pipeline.exits) + pipeline.stuck.as_ref().map_or(0, room);
    each(with(pipeline, own));
    pipeline.stuck.iter().flatten().for_each(|row| each(with(row, row.names())));
}

/// A row, and the texts that were made for it alone.
trait Named {
    fn names(&self) -> usize;
}

/// The texts' fields of a row that may be absent, and those that are there.
macro_rules! named {
    ($($row:ident: $($there:ident)* | $($may:ident)* $(| $more:expr)?;)*) => { $(
        impl Named for $row {
            fn names(&self) -> usize {
                let there: [&Arc<str>; _] = [$(&self.$there),*];
                let may: [&Option<Arc<str>>; _] = [$(&self.$may),*];
                let more: usize = 0 $(+ $more(self))?;
                there.into_iter().map(text).chain(may.into_iter().map(name)).sum::<usize>() + more
            }
        }
    )* };
}

named! {
    Order: id | currency customer | |of: &Order| amount(&of.amount);
    Delivery: order | courier district | |of: &Delivery| of.reason.as_ref().map_or(0, facts);
    Payment: id | order method currency customer | |of: &Payment| amount(&of.amount);
    Article: sku | name | |of: &Article| of.reason.as_ref().map_or(0, facts);
    Customer: id | ;
    Stuck: key | currency | |of: &Stuck| amount(&of.amount) + of.reason.as_ref().map_or(0, facts);
    Suspicious: id | order | |of: &Suspicious| facts(&of.reason);
}

fn text(text: &Arc<str>) -> usize {
    text.len().next_multiple_of(16) + SHARED
}

fn name(text: &Option<Arc<str>>) -> usize {
    text.as_ref().map_or(0, self::text)
}

fn amount(amount: &Option<super::Amount>) -> usize {
    amount.as_ref().map_or(0, |amount| amount.text().len().next_multiple_of(16) + SHARED)
}

fn facts(reason: &Reason) -> usize {
    let told = reason.facts.iter().map(|(_, fact)| if let Fact::Text(told) = fact { text(told) } else { 0 });
    room(&reason.facts) + told.sum::<usize>()
}

/// A list of rows inside a section.
fn rows<S, R: Named>(section: &Arc<S>, list: Option<&Vec<Arc<R>>>, each: &mut impl FnMut(Part)) {
    each(with(section, list.map_or(0, room)));
    list.into_iter().flatten().for_each(|row| each(with(row, row.names())));
}

/// What a list takes, also where it is not full.
fn room<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}

fn part<T>(part: &Arc<T>) -> Part {
    with(part, 0)
}

/// A part with what it holds on the heap beside it.
fn with<T>(part: &Arc<T>, more: usize) -> Part {
    (Arc::as_ptr(part) as usize, size_of::<T>() + SHARED + more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, Finding, FindingState, Level, Subject, Timestamp};
    use crate::snapshot::PastAlert;
    use std::collections::HashMap;

    fn cost<'a>(pictures: impl IntoIterator<Item = &'a Snapshot>) -> usize {
        let mut parts = HashMap::new();
        pictures.into_iter().for_each(|picture| picture.parts(|(place, bytes)| _ = parts.insert(place, bytes)));
        parts.values().sum()
    }

    fn ended() -> Arc<PastAlert> {
        let reason = Reason::new(Code::TopicSilent).with("told", Fact::Text("so".into()));
        let finding = Finding {
            subject: Subject::Topic("orders".into()),
            level: Level::Warning,
            state: FindingState::Resolved,
            since: Timestamp::default(),
            reason,
        };
        Arc::new(PastAlert { finding, ended_at: Timestamp(1) })
    }

    #[test]
    fn alerts_that_ended_and_outlets_count_once_for_all_pictures_that_share_them() {
        let bare = Snapshot::default();
        let past: Vec<_> = (0..200).map(|_| ended()).collect();
        let error = Some("refused ".repeat(100));
        let outlet = Arc::new(OutletReading { name: "pager".into(), error, ..OutletReading::default() });
        let told = Snapshot { alerts_past: Arc::new(past), outlets: vec![outlet], ..bare.clone() };
        let more = cost([&told]) - cost([&bare]);
        assert!(more > 200 * size_of::<PastAlert>() + 800, "{more}");
        assert_eq!(cost([&told, &told.clone()]) - cost([&told]), own(&told), "a second picture has only what is its own");
        let mut next = told.clone();
        Arc::make_mut(&mut next.alerts_past).push(ended());
        let another = cost([&told, &next]) - cost([&told, &told.clone()]);
        assert!(another > 201 * size_of::<usize>() && another < more / 4, "a new list of the same alerts: {another}");
    }

    fn own(picture: &Snapshot) -> usize {
        let (mut first, at) = (0, std::ptr::from_ref(picture) as usize);
        picture.parts(|(place, bytes)| {
            if place == at {
                first = bytes
            }
        });
        first
    }
}
