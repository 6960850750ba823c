//! What a customer is told: where the order stands, and when it comes.

mod customers;

use super::answer::{Answer, Form};
use super::core::{Core, Told, text, time, value_of};
use super::memory::{Keeps, Memory};
use crate::domain::{Happening, Plan, Step};
use crate::model::{Label, Meaning, Timestamp, Value};
use customers::Customers;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// The page hears of a new time of arrival where it moved by so much, and so often at most (ms, of the events' time).
const PAGE_MOVED_MS: i64 = 30_000;
const PAGE_EVERY_MS: i64 = 15_000;
/// The same of a message that makes a telephone ring.
const PUSH_MOVED_MS: i64 = 180_000;
const PUSH_EVERY_MS: i64 = 300_000;
/// So long after its end an order is remembered, for what is told late; and after so long in any case.
const ENDED_MS: i64 = 3_600_000;
const SILENT_MS: i64 = 48 * 3_600_000;

/// A status is told once, and none that the order is past; a time of arrival only where it moved.
pub struct Notify {
    pub sense: Sense,
    memory: Memory<Standing>,
    customers: Customers,
}

/// What the catalogue says of it.
pub struct Sense {
    pub plan: Plan,
    pub page: Arc<Form>,
    pub push: Arc<Form>,
    /// What is said to a customer at a step. Of others only the page changes.
    pub messages: HashMap<Step, Label>,
    /// What is said of a new time of arrival; `{minutes}` stands for how long it is until then.
    pub eta_message: Option<Arc<str>>,
}

/// What the customer knows of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Standing {
    /// The furthest stage.
    stage: Option<Arc<str>>,
    exit: Option<Arc<str>>,
    customer: Option<Label>,
    page: Option<Eta>,
    push: Option<Eta>,
    /// Of the last event that changed something.
    at: Timestamp,
}

/// A time of arrival, and when it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Eta {
    eta: Timestamp,
    at: Timestamp,
}

impl Eta {
    fn is_news(self, told: Option<Self>, moved_ms: i64, every_ms: i64) -> bool {
        let Some(told) = told else { return true };
        self.at.since_ms(told.at) >= every_ms && self.eta.since_ms(told.eta).abs() >= moved_ms
    }
}

impl Notify {
    pub fn new(sense: Sense) -> Self {
        Self { sense, memory: Memory::default(), customers: Customers::default() }
    }

    fn sweep(&mut self, now: Timestamp) {
        let sense = &self.sense;
        self.memory.sweep(|s| now.since_ms(s.at) > if sense.has_ended(s) { ENDED_MS } else { SILENT_MS });
    }
}

impl Core for Notify {
    fn take(&mut self, told: &Told<'_>) -> Vec<Answer> {
        let known = self.memory.get(told.unit, told.id()).cloned().unwrap_or_default();
        let mut now = known.clone();
        if let Some(customer) = text(told.happening, Meaning::Customer) {
            now.customer = Some(customer.clone());
        }
        let customer = now.customer.as_ref().or_else(|| self.customers.of(told.id())).cloned();
        let answers = match told.happening.step.filter(|step| self.sense.is_news(&known, *step)) {
            Some(step) => self.sense.stands(told, &mut now, step, customer),
            None => self.sense.comes(told, &mut now, customer),
        };
        if now != known {
            now.at = told.at();
            self.memory.put(told.unit, told.id(), now);
        }
        self.sweep(told.at());
        answers
    }

    fn learn(&mut self, happening: &Happening) {
        if let Some(customer) = text(happening, Meaning::Customer) {
            self.customers.learn(&happening.subject.id, customer);
        }
    }

    fn memory(&mut self) -> &mut dyn Keeps {
        &mut self.memory
    }
}

impl Sense {
    fn has_ended(&self, standing: &Standing) -> bool {
        let last = self.plan.step_name(self.plan.end());
        standing.exit.is_some() || standing.stage.as_ref() == Some(last)
    }

    fn is_news(&self, known: &Standing, step: Step) -> bool {
        let furthest = known.stage.as_ref().and_then(|name| self.plan.step(name));
        if self.plan.is_exit(step) {
            return furthest != Some(self.plan.end()) && known.exit.as_ref() != Some(self.plan.step_name(step));
        }
        furthest.is_none_or(|furthest| furthest < step)
    }

    /// The order stands somewhere new.
    fn stands(&self, told: &Told<'_>, now: &mut Standing, step: Step, customer: Option<Label>) -> Vec<Answer> {
        let name = self.plan.step_name(step);
        if self.plan.is_exit(step) {
            now.exit = Some(Arc::clone(name));
        } else {
            // It goes on: what had failed was tried again.
            (now.stage, now.exit) = (Some(Arc::clone(name)), None);
        }
        let eta = time(told.happening, Meaning::Eta).map(|eta| Eta { eta, at: told.at() });
        if let Some(eta) = eta.filter(|_| !self.has_ended(now)) {
            now.page = Some(eta);
            now.push = now.push.or(now.page);
        }
        let mut answers = vec![self.page(told, now)];
        let words = self.messages.get(&step).cloned();
        answers.extend(words.and_then(|words| self.message(told, customer?, format!("order-{name}"), words)));
        answers
    }

    /// Perhaps it comes at another time than was told.
    fn comes(&self, told: &Told<'_>, now: &mut Standing, customer: Option<Label>) -> Vec<Answer> {
        let Some(eta) = time(told.happening, Meaning::Eta).map(|eta| Eta { eta, at: told.at() }) else { return Vec::new() };
        if self.has_ended(now) || !eta.is_news(now.page, PAGE_MOVED_MS, PAGE_EVERY_MS) {
            return Vec::new();
        }
        now.page = Some(eta);
        let mut answers = vec![self.page(told, now)];
        if now.push.is_none() {
            now.push = Some(eta);
        } else if eta.is_news(now.push, PUSH_MOVED_MS, PUSH_EVERY_MS) {
            now.push = Some(eta);
            let minutes = (eta.eta.since_ms(eta.at).max(0) + 59_999) / 60_000;
            let words = self.eta_message.as_ref().map(|m| m.replace("{minutes}", &minutes.to_string()).into());
            answers.extend(words.and_then(|words| self.message(told, customer?, "eta-changed".into(), words)));
        }
        answers
    }

    fn page(&self, told: &Told<'_>, now: &Standing) -> Answer {
        let mut values = Vec::new();
        let status = now.exit.as_ref().or(now.stage.as_ref());
        values.extend(status.map(|status| (Meaning::Status, Value::Text(status.into()))));
        values.extend(value_of(told.happening, Meaning::Position).map(|p| (Meaning::Position, p.clone())));
        let eta = now.page.filter(|_| !self.has_ended(now));
        values.extend(eta.map(|eta| (Meaning::Eta, Value::Time(eta.eta))));
        Answer { form: Arc::clone(&self.page), entity: told.id().clone(), at: told.at(), values }
    }

    fn message(&self, told: &Told<'_>, customer: Label, template: String, words: Label) -> Option<Answer> {
        let values = vec![
            (Meaning::Order, Value::Text(told.id().clone())),
            (Meaning::Template, Value::Text(template.into())),
            (Meaning::Message, Value::Text(words)),
        ];
        Some(Answer { form: Arc::clone(&self.push), entity: customer, at: told.at(), values })
    }
}

#[cfg(test)]
mod tests;
