use crate::kafka::native::{Desk, Handle, Reply};
use crate::model::Reason;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Who answers a call. One who was late once is asked on, but no reading waits for him again until he answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    Listing,
    Group(Arc<str>),
    Members(Arc<str>),
    /// The leader of partitions.
    Leader(i32),
    Configs,
    Controllers,
}

/// Which offsets were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Low,
    High,
    LastStable,
}

/// What was asked.
#[derive(Clone, Debug)]
pub enum Job {
    Listing,
    Commits { group: Arc<str>, explicit: bool, coordinator: Option<i32> },
    Members { group: Arc<str>, coordinator: Option<i32> },
    Marks { leader: i32, mark: Mark },
    Configs { topics: Vec<Arc<str>> },
    Controllers,
}

/// The steps of a reading, each of which waits for its own answers only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Listing,
    Groups,
    Marks,
    Rest,
}

impl Job {
    pub fn party(&self) -> Party {
        match self {
            Self::Listing => Party::Listing,
            Self::Commits { group, .. } => Party::Group(Arc::clone(group)),
            Self::Members { group, .. } => Party::Members(Arc::clone(group)),
            Self::Marks { leader, .. } => Party::Leader(*leader),
            Self::Configs { .. } => Party::Configs,
            Self::Controllers => Party::Controllers,
        }
    }

    /// Whether this broker's answer is needed.
    fn needs(&self, broker: i32) -> bool {
        match self {
            Self::Listing => true,
            Self::Commits { coordinator, .. } | Self::Members { coordinator, .. } => *coordinator == Some(broker),
            Self::Marks { leader, .. } => *leader == broker,
            Self::Configs { .. } | Self::Controllers => false,
        }
    }

    fn step(&self) -> Step {
        match self {
            Self::Listing => Step::Listing,
            Self::Commits { .. } | Self::Members { .. } => Step::Groups,
            Self::Marks { .. } => Step::Marks,
            Self::Configs { .. } | Self::Controllers => Step::Rest,
        }
    }
}

struct Open {
    job: Job,
    awaited: bool,
}

/// Keeps the calls under way over the readings: what comes too late for one is taken by the next.
pub struct Courier {
    desk: Desk,
    open: HashMap<usize, Open>,
    parties: HashMap<Party, usize>,
    late: HashMap<Party, Instant>,
    awaited: HashMap<Step, usize>,
    tag: usize,
    /// Brokers that cannot be reached now, and why: they are not asked.
    pub down: HashMap<i32, Reason>,
    /// How long a call may take before librdkafka gives it up.
    pub timeout: Duration,
}

impl Courier {
    pub fn new(handle: &Handle, timeout: Duration) -> Self {
        Self {
            desk: Desk::new(handle),
            open: HashMap::new(),
            parties: HashMap::new(),
            late: HashMap::new(),
            awaited: HashMap::new(),
            tag: 0,
            down: HashMap::new(),
            timeout,
        }
    }

    /// Sends a call: `call` gets the desk, the call's tag and its time.
    pub fn send(&mut self, job: Job, call: impl FnOnce(&mut Desk, usize, Duration)) {
        self.tag += 1;
        let party = job.party();
        let awaited = !self.late.contains_key(&party) && job.step() != Step::Rest;
        if awaited {
            *self.awaited.entry(job.step()).or_default() += 1;
        }
        *self.parties.entry(party).or_default() += 1;
        self.open.insert(self.tag, Open { job, awaited });
        call(&mut self.desk, self.tag, self.timeout);
    }

    /// An answer of this party is still to come.
    pub fn is_open(&self, party: &Party) -> bool {
        self.parties.contains_key(party)
    }

    /// Since when this party owes an answer.
    pub fn late_since(&self, party: &Party) -> Option<Instant> {
        self.late.get(party).copied()
    }

    /// Nobody waits for it from now on: it is known to be away.
    pub fn expect_late(&mut self, party: Party) {
        self.late.entry(party).or_insert_with(Instant::now);
    }

    /// Answers that the step still waits for.
    pub fn awaited(&self, step: Step) -> usize {
        self.awaited.get(&step).copied().unwrap_or_default()
    }

    /// The next answer of any call, until then at most.
    pub fn next(&mut self, until: Instant) -> Option<(Job, Reply)> {
        loop {
            let reply = self.desk.next(until.saturating_duration_since(Instant::now()))?;
            let Some(open) = self.open.remove(&reply.tag()) else { continue };
            self.settle(&open);
            return Some((open.job, reply));
        }
    }

    fn settle(&mut self, open: &Open) {
        let party = open.job.party();
        if let Some(count) = self.awaited.get_mut(&open.job.step()).filter(|_| open.awaited) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.parties.get_mut(&party) {
            *count -= 1;
            if *count == 0 {
                self.parties.remove(&party);
            }
        }
    }

    /// What an answer was worth: a party that let a call time out is late, one that says anything at all is not.
    pub fn judge(&mut self, party: Party, answered: bool) {
        if answered {
            self.late.remove(&party);
        } else {
            self.expect_late(party);
        }
    }

    /// Nobody waits any more for what needs this broker.
    pub fn excuse(&mut self, broker: i32) {
        for open in self.open.values_mut().filter(|o| o.awaited && o.job.needs(broker)) {
            open.awaited = false;
            self.late.entry(open.job.party()).or_insert_with(Instant::now);
            if let Some(count) = self.awaited.get_mut(&open.job.step()) {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// The step's time is over: who has not answered is late.
    pub fn leave(&mut self, step: Step) {
        for open in self.open.values_mut().filter(|o| o.awaited && o.job.step() == step) {
            open.awaited = false;
            self.late.entry(open.job.party()).or_insert_with(Instant::now);
        }
        self.awaited.remove(&step);
    }

    /// Forgets who was late among parties that are no more.
    pub fn keep_late(&mut self, known: &HashSet<Arc<str>>) {
        self.late.retain(|party, _| match party {
            Party::Group(group) | Party::Members(group) => known.contains(group),
            _ => true,
        });
    }
}
