//! Which workers there are, and what each needs of the catalogue.

use super::answer::Form;
use super::core::Core;
use super::eta::Eta;
use super::notify::{Notify, Sense};
use super::stock::Stock;
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::domain::{PipelineId, Plan, Plans, Step};
use crate::model::Meaning;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkerName {
    /// Positions to times of arrival.
    Eta,
    /// Changes of an order to messages and to the customer's page.
    Notify,
    /// Levels to warnings.
    Stock,
}

/// Why a worker cannot work with this catalogue.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WorkerError {
    #[error("the worker {worker} needs a topic of the role {role}, and the catalogue has none")]
    NoTopic { worker: &'static str, role: &'static str },
    #[error(
        "the worker {worker} cannot fill `{field}`, which the catalogue asks of {topic}: say what it means (`as`), or ask for less"
    )]
    Field { worker: &'static str, topic: Arc<str>, field: Arc<str> },
}

/// A worker, ready for its cluster.
pub struct Worker {
    pub name: WorkerName,
    pub catalogue: Arc<Catalogue>,
    /// What its group reads.
    pub inputs: Vec<Arc<str>>,
    pub outputs: Vec<Arc<str>>,
    /// What every process of it reads whole.
    pub table: Vec<Arc<str>>,
    /// The compacted topic of what it remembers.
    pub memory: Arc<str>,
    pub core: Box<dyn Core>,
}

impl WorkerName {
    pub const ALL: [Self; 3] = [Self::Eta, Self::Notify, Self::Stock];

    pub fn name(self) -> &'static str {
        match self {
            Self::Eta => "eta",
            Self::Notify => "notify",
            Self::Stock => "stock",
        }
    }

    /// Its group, beside the state consumers' own.
    pub fn group(self, beside: &str) -> String {
        format!("{beside}-{}", self.name())
    }
}

impl Worker {
    /// # Errors
    /// The catalogue lacks a topic or a meaning.
    pub fn new(catalogue: &Arc<Catalogue>, name: WorkerName) -> Result<Self, WorkerError> {
        let roster = Roster { catalogue, worker: name.name() };
        match name {
            WorkerName::Eta => roster.eta(),
            WorkerName::Notify => roster.notify(),
            WorkerName::Stock => roster.stock(),
        }
    }
}

/// Looks topics up for one worker.
struct Roster<'a> {
    catalogue: &'a Arc<Catalogue>,
    worker: &'static str,
}

impl Roster<'_> {
    fn stock(self) -> Result<Worker, WorkerError> {
        let inputs = self.all(|entry| entry.role == Role::StockLevel);
        if inputs.is_empty() {
            return Err(self.lacks("stock-level"));
        }
        let alert = self.first("stock-alert", |entry| entry.role == Role::StockAlert)?;
        let form = self.form(alert, &[Meaning::Level, Meaning::Threshold])?;
        let core = Box::new(Stock::new(form));
        self.worker(WorkerName::Stock, inputs, vec![alert.name.clone()], Vec::new(), core)
    }

    fn eta(self) -> Result<Worker, WorkerError> {
        let inputs = self.all(|entry| entry.role == Role::Location);
        if inputs.is_empty() {
            return Err(self.lacks("location"));
        }
        let told = self.first("eta", |entry| matches!(entry.role, Role::Eta { pipeline: Some(_) }))?;
        let way = self.way(told)?;
        let form = self.form(told, &[Meaning::Eta, Meaning::Courier, Meaning::Remaining])?;
        // From the step on in which courier and destination are named; before it nothing is on its way.
        let names_both = |entry: &&TopicEntry| has(entry, Meaning::Destination) && has(entry, Meaning::Courier);
        let assigned = self.catalogue.topics.iter().filter(names_both).filter_map(|entry| way.step(entry)).min();
        let assigned = assigned.ok_or_else(|| self.lacks("stage with a destination and a courier"))?;
        let table = self.all(|entry| way.step(entry).map_or_else(|| way.updates(entry), |step| step >= assigned));
        let core = Box::new(Eta::new(form, way.id, way.plan));
        self.worker(WorkerName::Eta, inputs, vec![told.name.clone()], table, core)
    }

    fn notify(self) -> Result<Worker, WorkerError> {
        let page = self.first("page", |entry| matches!(entry.role, Role::Page { pipeline: Some(_) }))?;
        let push = self.first("notification (channel push)", is_push)?;
        let way = self.way(page)?;
        let is_eta = |entry: &TopicEntry| matches!(&entry.role, Role::Eta { pipeline: Some(p) } if *p == way.plan.name);
        let inputs = self.all(|entry| way.step(entry).is_some() || way.updates(entry) || is_eta(entry));
        let table = self.all(|entry| way.step(entry) == Some(Step(0)) && has(entry, Meaning::Customer));
        let topics = || self.catalogue.topics.iter();
        let messages =
            topics().filter_map(|entry| Some((way.step(entry)?, entry.message.as_ref()?.into()))).collect::<HashMap<_, _>>();
        let sense = Sense {
            page: self.form(page, &[Meaning::Status])?.into(),
            push: self.form(push, &[Meaning::Order, Meaning::Template, Meaning::Message])?.into(),
            messages,
            eta_message: topics().find(|entry| is_eta(entry)).and_then(|entry| entry.message.clone()),
            plan: way.plan,
        };
        let outputs = vec![page.name.clone(), push.name.clone()];
        self.worker(WorkerName::Notify, inputs, outputs, table, Box::new(Notify::new(sense)))
    }

    /// The pipeline that a topic belongs to.
    fn way(&self, of: &TopicEntry) -> Result<Way, WorkerError> {
        let plans = Plans::new(self.catalogue);
        let pipeline = match &of.role {
            Role::Eta { pipeline } | Role::Page { pipeline } => pipeline.as_deref(),
            _ => None,
        };
        let id = pipeline.and_then(|name| plans.id(name)).ok_or_else(|| self.lacks("stage"))?;
        Ok(Way { id, plan: plans.get(id).clone() })
    }

    fn worker(
        &self,
        name: WorkerName,
        inputs: Vec<Arc<str>>,
        outputs: Vec<Arc<str>>,
        table: Vec<Arc<str>>,
        core: Box<dyn Core>,
    ) -> Result<Worker, WorkerError> {
        let memory = self.first("internal", |entry| entry.role == Role::Internal)?.name.clone();
        Ok(Worker { name, catalogue: Arc::clone(self.catalogue), inputs, outputs, table, memory, core })
    }

    fn all(&self, of: impl Fn(&TopicEntry) -> bool) -> Vec<Arc<str>> {
        self.catalogue.topics.iter().filter(|entry| of(entry)).map(|entry| entry.name.clone()).collect()
    }

    fn first(&self, role: &'static str, of: impl Fn(&TopicEntry) -> bool) -> Result<&TopicEntry, WorkerError> {
        self.catalogue.topics.iter().find(|entry| of(entry)).ok_or_else(|| self.lacks(role))
    }

    fn lacks(&self, role: &'static str) -> WorkerError {
        WorkerError::NoTopic { worker: self.worker, role }
    }

    fn form(&self, entry: &TopicEntry, told: &[Meaning]) -> Result<Form, WorkerError> {
        let field = |field| WorkerError::Field { worker: self.worker, topic: entry.name.clone(), field };
        Form::new(entry, told).map_err(field)
    }
}

/// A pipeline, and what topics say of it.
struct Way {
    id: PipelineId,
    plan: Plan,
}

impl Way {
    /// Where an event of the topic brings an entity.
    fn step(&self, entry: &TopicEntry) -> Option<Step> {
        match &entry.role {
            Role::Stage { pipeline, stage: step } | Role::Exit { pipeline, exit: step } if *pipeline == self.plan.name => {
                self.plan.step(step)
            }
            _ => None,
        }
    }

    /// An event of the topic may say it by its status.
    fn updates(&self, entry: &TopicEntry) -> bool {
        matches!(&entry.role, Role::Update { pipeline } if *pipeline == self.plan.name)
    }
}

fn has(entry: &TopicEntry, meaning: Meaning) -> bool {
    entry.fields.iter().any(|field| field.meaning == Some(meaning))
}

fn is_push(entry: &TopicEntry) -> bool {
    matches!(&entry.role, Role::Notification { channel } if channel.as_ref() == "push")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::BUILTIN_TOML;

    fn names(of: &[Arc<str>]) -> Vec<&str> {
        of.iter().map(AsRef::as_ref).collect()
    }

    #[test]
    fn the_catalogue_says_what_each_reads_and_writes() {
        let catalogue = Catalogue::builtin();
        let eta = Worker::new(&catalogue, WorkerName::Eta).unwrap();
        assert_eq!((names(&eta.inputs), names(&eta.outputs)), (vec!["location.updated"], vec!["delivery.eta-updated"]));
        let table = names(&eta.table);
        assert!(
            ["delivery.assigned", "delivery.delivered", "orders.cancelled", "delivery.updated"].iter().all(|t| table.contains(t))
        );
        assert!(!table.contains(&"orders.created"), "{table:?}");
        let notify = Worker::new(&catalogue, WorkerName::Notify).unwrap();
        assert_eq!(
            (names(&notify.outputs), names(&notify.table)),
            (vec!["ui.tracking-updated", "notifications.push"], vec!["orders.created"])
        );
        assert!(names(&notify.inputs).contains(&"delivery.eta-updated") && notify.inputs.len() == 16, "{:?}", notify.inputs);
        let stock = Worker::new(&catalogue, WorkerName::Stock).unwrap();
        assert_eq!((names(&stock.inputs), stock.memory.as_ref()), (vec!["inventory.updated"], "vigie.worker-state"));
    }

    #[test]
    fn what_the_catalogue_lacks_is_named() {
        let without = |topic: &str| {
            let (before, after) = BUILTIN_TOML.split_once(&format!("[[topic]]\nname = \"{topic}\"")).unwrap();
            let rest = after.find("[[topic]]").map_or("", |at| &after[at..]);
            Arc::new(Catalogue::from_toml(&format!("{before}{rest}"), "a test").unwrap())
        };
        let refused = |topic: &str, name| Worker::new(&without(topic), name).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(refused("inventory.low-stock", WorkerName::Stock).contains("stock-alert"));
        assert!(refused("delivery.assigned", WorkerName::Eta).contains("destination"));
        assert!(refused("notifications.push", WorkerName::Notify).contains("push"));
        assert!(refused("vigie.worker-state", WorkerName::Eta).contains("internal"));
        let asks = BUILTIN_TOML.replace("remainingM = \"number\"", "remainingM = \"number\"\nmood = \"text required\"");
        let catalogue = Arc::new(Catalogue::from_toml(&asks, "a test").unwrap());
        let error = Worker::new(&catalogue, WorkerName::Eta).err().map(|e| e.to_string()).unwrap();
        assert!(error.contains("mood") && error.contains("delivery.eta-updated"), "{error}");
    }
}
