//! What a picture costs in memory, part by part: parts that two pictures share count once.

use super::{Business, Pipeline, Snapshot};
use std::mem::size_of_val;
use std::sync::Arc;

/// A part of a picture: where it is, and about how many bytes it takes.
pub type Part = (usize, usize);

impl Snapshot {
    /// Every part behind an `Arc`, and this picture's own. Names are left out: they are those of the newest picture too.
    pub fn parts(&self, mut each: impl FnMut(Part)) {
        each((
            std::ptr::from_ref(self) as usize,
            size_of_val(self) + lists(&[self.topics.len(), self.groups.len(), self.alerts.len()]),
        ));
        each(part(&self.source));
        each(with(&self.cluster, size_of_val(self.cluster.brokers.as_slice())));
        each(part(&self.totals));
        for topic in &self.topics {
            each(part(topic));
            each(with(&topic.offsets, size_of_val(topic.offsets.as_slice())));
        }
        for group in &self.groups {
            each(part(group));
            each(with(&group.partitions, size_of_val(group.partitions.as_slice())));
        }
        self.alerts.iter().for_each(|alert| each(with(alert, size_of_val(alert.0.reason.facts.as_slice()))));
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
            rows(section, section.orders.as_deref(), each);
        }
        if let Some(section) = &self.deliveries {
            rows(section, section.deliveries.as_deref(), each);
        }
        if let Some(section) = &self.payments {
            rows(section, section.payment_rows.as_deref(), each);
        }
        if let Some(section) = &self.stock {
            rows(section, section.stock.as_deref(), each);
        }
        if let Some(section) = &self.customers {
            rows(section, Some(&section.customer_rows), each);
        }
        if let Some(section) = &self.notifications {
            rows(section, Some(&section.notifications), each);
            section.messages.iter().for_each(|message| each(part(message)));
        }
    }
}

fn pipeline_parts(pipeline: &Arc<Pipeline>, each: &mut impl FnMut(Part)) {
    let stuck = pipeline.stuck.as_deref().unwrap_or_default();
    let own = size_of_val(pipeline.stages.as_slice()) + size_of_val(pipeline.exits.as_slice()) + size_of_val(stuck);
    each(with(pipeline, own));
    stuck.iter().for_each(|row| each(part(row)));
}

/// A list of rows inside a section.
fn rows<S, R>(section: &Arc<S>, list: Option<&[Arc<R>]>, each: &mut impl FnMut(Part)) {
    let list = list.unwrap_or_default();
    each(with(section, size_of_val(list)));
    list.iter().for_each(|row| each(part(row)));
}

fn lists(lengths: &[usize]) -> usize {
    lengths.iter().sum::<usize>() * size_of::<Arc<()>>()
}

fn part<T>(part: &Arc<T>) -> Part {
    with(part, 0)
}

/// A part with what it holds on the heap beside it.
fn with<T>(part: &Arc<T>, more: usize) -> Part {
    (Arc::as_ptr(part) as usize, size_of::<T>() + 2 * size_of::<usize>() + more)
}
