use super::PollerConfig;
use super::brokers::BrokerBook;
use super::configs::ConfigBook;
use super::controllers::Probe;
use super::courier::{Courier, Job, Mark, Party, Step};
use super::groups::GroupBook;
use super::marks::MarkBook;
use super::opaque::AllGroups;
use super::topics::{Names, Topics};
use crate::kafka::Causes;
use crate::kafka::native::{self, Handle, Reply};
use crate::kafka::patience::Patience;
use crate::model::{BrokerReading, ClusterReading, Code, Link, Reason, Timestamp};
use rdkafka::consumer::Consumer;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a reading waits for the list of groups, and for each of its other steps. What comes later is taken by the next one.
const LIST: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_secs(2);
/// Where nothing comes for so long, somebody may have gone down.
const GLANCE: Duration = Duration::from_millis(100);

/// Reads the cluster, one reading after the other.
pub struct Beat {
    handle: Handle,
    causes: Arc<Causes>,
    config: PollerConfig,
    courier: Courier,
    /// Carries what may hang: see [`super::start`].
    side: Courier,
    names: Names,
    topics: Topics,
    brokers: BrokerBook,
    groups: GroupBook,
    marks: MarkBook,
    configs: ConfigBook,
    probe: Probe,
    patience: Patience,
    all_groups: Arc<AllGroups>,
    cluster_id: Option<Arc<str>>,
    /// The brokers of the last reading: who was down then is not waited for.
    last: Vec<BrokerReading>,
}

impl Beat {
    pub fn new(handle: &Handle, side: &Handle, causes: &Arc<Causes>, config: PollerConfig, all_groups: &Arc<AllGroups>) -> Self {
        Self {
            handle: Arc::clone(handle),
            causes: Arc::clone(causes),
            courier: Courier::new(handle, config.timeout),
            side: Courier::new(side, config.timeout),
            names: Names::default(),
            topics: Topics::default(),
            brokers: BrokerBook::default(),
            groups: GroupBook::new(config.groups.clone()),
            marks: MarkBook::default(),
            configs: ConfigBook::default(),
            probe: Probe::default(),
            patience: Patience::default(),
            all_groups: Arc::clone(all_groups),
            cluster_id: None,
            last: Vec::new(),
            config,
        }
    }

    pub fn focus(&mut self, groups: Vec<Arc<str>>) {
        self.groups.focus(groups);
    }

    /// One reading; `None`: nobody answered, which the causes know. Groups' offsets are read before the log ends, so that lag is
    /// never negative by the order of the calls.
    pub fn read(&mut self) -> Option<ClusterReading> {
        let asked_at = Timestamp::now();
        self.metadata()?;
        self.ask_the_rest();
        self.groups.ask_list(&mut self.courier);
        self.collect(Step::Listing, LIST);
        self.all_groups.want(self.groups.lists());
        self.groups.plan(&mut self.courier, &self.topics);
        self.collect(Step::Groups, STEP);
        let taken_at = self.read_marks();
        self.collect(Step::Rest, Duration::ZERO);
        while let Some((_, reply)) = self.side.next(Instant::now()) {
            self.probe.take(&reply);
        }
        Some(self.reading(asked_at, taken_at))
    }

    fn metadata(&mut self) -> Option<()> {
        match self.patience.metadata(&self.handle, self.config.timeout) {
            Ok(metadata) => {
                let now = Timestamp::now();
                self.causes.answered(now, self.brokers.seen(&metadata, Instant::now()));
                self.topics = Topics::read(&metadata, &self.config.topics, &mut self.names, &self.causes, now);
                if self.cluster_id.is_none() {
                    self.cluster_id = self.handle.client().fetch_cluster_id(Duration::ZERO).map(Arc::from);
                }
                Some(())
            }
            Err(error) => {
                tracing::debug!(%error, "metadata");
                self.causes.unanswered(Timestamp::now());
                self.groups.forget();
                self.configs.forget();
                self.probe.forget();
                None
            }
        }
    }

    /// Settings and controllers: asked first, taken whenever they come.
    fn ask_the_rest(&mut self) {
        let now = Instant::now();
        self.look_at_brokers();
        let up = |id: &i32| self.last.iter().any(|b| b.id == *id && b.up);
        let controller = native::controller(&self.handle).filter(up);
        // One that is connected and silent may still pass a question on.
        let silent = |b: &&BrokerReading| b.reason.as_ref().is_some_and(|r| r.code == Code::TimedOut);
        let other = self.last.iter().find(|b| b.up).or_else(|| self.last.iter().find(silent));
        let Some(broker) = controller.or_else(|| other.map(|b| b.id)) else { return };
        self.configs.ask(&mut self.courier, &self.topics, broker, now);
        if self.config.probe_controllers {
            let down = self.last.iter().filter(|b| !b.up).count();
            self.probe.ask(&mut self.side, broker, down, now);
        }
    }

    /// Who went down meanwhile is not waited for, nor asked until he is back.
    fn look_at_brokers(&mut self) {
        self.last = self.brokers.read(&self.causes, &self.courier, Timestamp::now(), Instant::now());
        let away = |b: &BrokerReading| Some((b.id, b.reason.clone()?));
        // One that is connected and silent is asked on: only its answers tell when it is well again.
        self.courier.down = self.last.iter().filter_map(away).filter(|(_, r)| r.code != Code::TimedOut).collect();
        for broker in self.last.iter().filter(|b| !b.up) {
            self.courier.excuse(broker.id);
        }
        if self.last.iter().any(|b| !b.up && self.brokers.is_named(b.id)) {
            self.courier.expect_late(Party::Listing);
        }
    }

    fn read_marks(&mut self) -> Timestamp {
        let committed = self.groups.topics();
        let wanted = |t: &crate::model::TopicReading| t.watched || committed.contains(&t.name);
        self.marks.begin(&self.topics);
        self.marks.prepare(&self.topics, wanted);
        self.marks.ask_ends(&mut self.courier, &self.topics, wanted);
        self.collect(Step::Marks, STEP);
        let taken_at = Timestamp::now();
        self.marks.ask_stable(&mut self.courier, &self.topics);
        self.collect(Step::Marks, STEP);
        taken_at
    }

    /// Waits for a step's answers, so long at most, and takes whatever comes meanwhile.
    fn collect(&mut self, step: Step, patience: Duration) {
        let until = Instant::now() + patience.min(self.config.timeout);
        loop {
            if step == Step::Groups {
                self.groups.send(&mut self.courier, &self.topics);
            }
            if self.courier.awaited(step) == 0 && step != Step::Rest {
                break;
            }
            match self.courier.next(until.min(Instant::now() + GLANCE)) {
                Some((job, reply)) => self.take(job, &reply),
                None if Instant::now() >= until => break,
                None => self.look_at_brokers(),
            }
        }
        self.courier.leave(step);
    }

    fn take(&mut self, job: Job, reply: &Reply) {
        let (at, now) = (Timestamp::now(), Instant::now());
        let party = job.party();
        let causes = &self.causes;
        let answered = match job {
            Job::Listing => self.groups.take_list(reply, causes, at),
            Job::Commits { group, explicit, .. } => self.groups.take_commits(&group, explicit, reply, &mut self.names, causes, at),
            Job::Members { .. } => self.groups.take_members(reply, causes, at),
            Job::Marks { mark, .. } => self.take_marks(mark, reply),
            Job::Configs { topics } => {
                self.configs.take(&topics, reply, causes, at, now);
                true
            }
            // Goes by the side.
            Job::Controllers => true,
        };
        self.courier.judge(party, answered);
    }

    fn take_marks(&mut self, mark: Mark, reply: &Reply) -> bool {
        self.marks.take(mark, reply)
    }

    fn reading(&mut self, asked_at: Timestamp, taken_at: Timestamp) -> ClusterReading {
        let mut topics = std::mem::take(&mut self.topics);
        let opaque = self.all_groups.names();
        let patience = self.config.timeout.max(self.config.every * 2);
        let (groups, groups_missing) = self.groups.read(&topics, patience, &opaque);
        for topic in &mut topics.all {
            self.marks.write(&topic.name, &mut topic.partitions);
            if topic.error.is_none() && self.marks.is_refused(&topic.name) {
                topic.error = Some(Reason::new(Code::TopicRefused).text("topic", Arc::clone(&topic.name)));
            }
        }
        let brokers = self.brokers.read(&self.causes, &self.courier, Timestamp::now(), Instant::now());
        self.names.tidy();
        ClusterReading {
            asked_at,
            taken_at,
            cluster_id: self.cluster_id.clone(),
            controller: native::controller(&self.handle).filter(|id| brokers.iter().any(|b| b.id == *id)),
            controllers: self.probe.state,
            brokers,
            topics: topics.all,
            groups,
            groups_missing,
            configs: self.configs.drain(),
        }
    }

    /// How we stand with the cluster, by what the reading lacks.
    pub fn link(&self, missing: &[Reason]) -> Link {
        self.causes.link(Timestamp::now(), missing)
    }

    /// What this reading lacks, for the state of the connection.
    pub fn missing(&self, reading: &ClusterReading) -> Vec<Reason> {
        let mut missing: Vec<Reason> = Vec::new();
        let mut add = |reason: Reason| {
            if !missing.iter().any(|m| m.code == reason.code && m.fact("broker") == reason.fact("broker")) {
                missing.push(reason);
            }
        };
        if reading.topics.is_empty() {
            add(Code::NothingVisible.into());
        }
        let known = |b: &&BrokerReading| self.causes.tells_of(&b.host, b.port, Timestamp::now());
        reading.brokers.iter().filter(|b| !known(b)).filter_map(|b| b.reason.clone()).for_each(&mut add);
        reading.topics.iter().filter(|t| t.watched).filter_map(|t| t.error.clone()).for_each(&mut add);
        self.groups.refusals().cloned().for_each(&mut add);
        missing
    }
}
