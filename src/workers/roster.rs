//! Which workers there are, and what each needs of the catalogue.

use super::answer::Form;
use super::core::Core;
use super::stock::Stock;
use crate::catalogue::{Catalogue, Role, TopicEntry};
use crate::model::Meaning;
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
}

impl Worker {
    /// # Errors
    /// The catalogue lacks a topic or a meaning.
    pub fn new(catalogue: &Arc<Catalogue>, name: WorkerName) -> Result<Self, WorkerError> {
        let roster = Roster { catalogue, worker: name.name() };
        match name {
            WorkerName::Stock => roster.stock(),
            _ => roster.stock(),
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
