mod commits;
#[cfg(test)]
mod tests;

use super::coordinators::Coordinators;
use super::courier::{Courier, Job, Party, Step};
use super::topics::{Names, Topics};
use crate::kafka::native::{self, Listed, PartitionList, Reply};
use crate::kafka::{Causes, GroupFilter};
use crate::model::{Code, Fact, GroupKind, GroupReading, GroupState, Member, Reason, Timestamp};
use commits::{Commits, Offsets, with_members, with_never_committed, without_strangers};
use rdkafka::types::RDKafkaErrorCode as E;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A group whose offsets never came, and that the leader of its partition refused so often.
const STRANGE: u32 = 3;
/// Groups asked for at once: more do not answer sooner, and a coordinator is not flooded.
const IN_FLIGHT: usize = 256;
/// With more groups than this, those without members whose offsets did not change are read with every fifth reading only.
const MANY: usize = 100;
const QUIET_EVERY: usize = 5;
/// Readings without a change after which a group without members is quiet.
const QUIET: u32 = 3;
/// Partitions that a broker which tells none of itself is asked for, per group.
const EXPLICIT: usize = 5_000;

/// What is known of the groups: who they are, what they committed, who their members are.
pub struct GroupBook {
    filter: GroupFilter,
    focus: Vec<Arc<str>>,
    listed: BTreeMap<Arc<str>, Listed>,
    /// Why `listed` is not whole.
    missing: Option<Reason>,
    unsupported: bool,
    /// Names that once were in a list: not one of the kinds that never are.
    ever_listed: HashSet<Arc<str>>,
    commits: HashMap<Arc<str>, Commits>,
    members: HashMap<Arc<str>, Result<Vec<Member>, Reason>>,
    queue: VecDeque<Arc<str>>,
    count: usize,
    coordinators: Coordinators,
}

impl GroupBook {
    pub fn new(filter: GroupFilter) -> Self {
        Self {
            filter,
            focus: Vec::new(),
            listed: BTreeMap::new(),
            missing: Some(Code::NotKnownYet.into()),
            unsupported: false,
            ever_listed: HashSet::new(),
            commits: HashMap::new(),
            members: HashMap::new(),
            queue: VecDeque::new(),
            count: 0,
            coordinators: Coordinators::default(),
        }
    }

    pub fn focus(&mut self, groups: Vec<Arc<str>>) {
        self.members.retain(|name, _| groups.contains(name));
        self.focus = groups;
    }

    pub fn lists(&self) -> bool {
        !self.unsupported && self.missing.is_none()
    }

    pub fn ask_list(&mut self, courier: &mut Courier) {
        if !self.unsupported && !courier.is_open(&Party::Listing) {
            courier.send(Job::Listing, |desk, tag, timeout| desk.list_groups(tag, timeout));
        }
    }

    /// The list came. `false`: somebody let it time out.
    pub fn take_list(&mut self, reply: &Reply, causes: &Causes, at: Timestamp) -> bool {
        let mut listing = reply.listing();
        listing.refusals.extend(reply.refusal());
        let before = std::mem::take(&mut self.listed);
        self.unsupported = !listing.refusals.is_empty() && listing.refusals.iter().all(|r| native::is_unsupported(r.code));
        self.missing = listing.refusals.first().map(|r| causes.reason_of_code(r.code, at));
        if self.missing.is_some() && !self.unsupported {
            // Groups of a broker that did not answer are not gone.
            self.listed = before;
        }
        for group in listing.groups {
            self.ever_listed.insert(Arc::clone(&group.name));
            self.listed.insert(Arc::clone(&group.name), group);
        }
        !listing.refusals.iter().any(|r| native::is_silence(r.code))
    }

    /// Groups whose offsets may be asked for without leaving a trace: listed ones, and those that the person named where groups
    /// have committed before or the brokers cannot list.
    fn askable(&self, topics: &Topics) -> Vec<Arc<str>> {
        let mut names: Vec<_> = self.listed.keys().filter(|n| self.filter.watches(n)).cloned().collect();
        if self.unsupported || topics.has_offsets() {
            names.extend(self.filter.names().iter().filter(|n| !self.listed.contains_key(n.as_str())).map(|n| n.as_str().into()));
        }
        names
    }

    /// Plans the questions of this reading; [`Self::send`] puts them on their way.
    pub fn plan(&mut self, courier: &mut Courier, topics: &Topics) {
        self.count += 1;
        self.coordinators = Coordinators::read(topics.get("__consumer_offsets"));
        let names = self.askable(topics);
        let known: HashSet<_> = names.iter().cloned().collect();
        self.commits.retain(|name, _| known.contains(name));
        courier.keep_late(&known);
        for group in self.focus.iter().filter(|g| known.contains(*g)) {
            let party = Party::Members(Arc::clone(group));
            if !courier.is_open(&party)
                && let Ok(at) = self.whom(courier, group)
            {
                let asked = Job::Members { group: Arc::clone(group), coordinator: at };
                courier.send(asked, |desk, tag, timeout| desk.describe_groups(tag, std::slice::from_ref(group), at, timeout));
            }
        }
        // Those that answered last time come first: a coordinator that is away holds nobody else up.
        let asked: Vec<_> = names.into_iter().enumerate().filter(|(i, n)| !self.is_quiet(*i, n, known.len())).collect();
        let (late, usual): (Vec<_>, Vec<_>) =
            asked.into_iter().map(|(_, n)| n).partition(|n| courier.late_since(&Party::Group(Arc::clone(n))).is_some());
        self.queue = usual.into_iter().chain(late).collect();
    }

    /// Whether a group may be passed over in this reading. They take turns, so that each reading costs the same.
    fn is_quiet(&mut self, place: usize, name: &Arc<str>, groups: usize) -> bool {
        let empty = self.listed.get(name).is_some_and(|l| l.state == GroupState::Empty);
        let turn = (place + self.count).is_multiple_of(QUIET_EVERY);
        let Some(known) = self.commits.get_mut(name) else { return false };
        known.quiet = groups > MANY && empty && !turn && known.unchanged >= QUIET && known.refusal.is_none();
        known.quiet
    }

    /// Sends what fits beside the questions under way.
    pub fn send(&mut self, courier: &mut Courier, topics: &Topics) {
        while courier.awaited(Step::Groups) < IN_FLIGHT
            && let Some(group) = self.queue.pop_front()
        {
            if courier.is_open(&Party::Group(Arc::clone(&group))) {
                continue;
            }
            let at = match self.whom(courier, &group) {
                Ok(at) => at,
                Err(reason) => {
                    self.commits.entry(group).or_default().refusal = Some(reason);
                    continue;
                }
            };
            // Such a broker answers "all partitions" with none.
            let explicit = self.unsupported.then(|| watched_partitions(topics));
            let asked = Job::Commits { group: Arc::clone(&group), explicit: explicit.is_some(), coordinator: at };
            courier.send(asked, |desk, tag, timeout| _ = desk.group_offsets(tag, &group, explicit.as_ref(), at, timeout));
        }
    }

    /// The broker to ask about a group; `None`: librdkafka is to look for it. `Err`: there is nobody to ask now.
    fn whom(&self, courier: &Courier, group: &str) -> Result<Option<i32>, Reason> {
        if self.coordinators.is_headless(group) {
            return Err(Reason::new(Code::Offline).with("partitions", Fact::Count(1)));
        }
        let is_strange = self.commits.get(group).is_some_and(|known| known.strange);
        let at = self.coordinators.of(group).filter(|_| !is_strange);
        at.and_then(|id| courier.down.get(&id)).map_or(Ok(at), |reason| Err(reason.clone()))
    }

    /// A group's offsets came. `false`: its coordinator did not answer.
    pub fn take_commits(
        &mut self,
        group: &Arc<str>,
        explicit: bool,
        reply: &Reply,
        names: &mut Names,
        causes: &Causes,
        at: Timestamp,
    ) -> bool {
        let mut offsets = Offsets::new();
        let result = match reply.refusal() {
            Some(refusal) => Err(refusal),
            None => reply.each_commit(|topic, partition, offset| offsets.push((names.intern(topic), partition, offset))),
        };
        let known = self.commits.entry(Arc::clone(group)).or_default();
        match result {
            Ok(()) => {
                if explicit {
                    without_strangers(&mut offsets);
                }
                offsets.sort_unstable();
                let unchanged = if known.offsets == offsets { known.unchanged + 1 } else { 0 };
                *known = Commits {
                    offsets,
                    read: Some(Instant::now()),
                    refusal: None,
                    unchanged,
                    quiet: false,
                    moved: 0,
                    strange: known.strange,
                };
                true
            }
            Err(refusal) => {
                // The metadata of the next reading says who it is now; where it never does, these are no brokers of Kafka's.
                known.moved = if refusal.code == E::NotCoordinator { known.moved + 1 } else { 0 };
                known.strange |= known.moved >= STRANGE && known.read.is_none();
                known.refusal = Some(causes.reason_of_code(refusal.code, at));
                !native::is_silence(refusal.code)
            }
        }
    }

    /// Members came. `false`: the coordinator did not answer.
    pub fn take_members(&mut self, reply: &Reply, causes: &Causes, at: Timestamp) -> bool {
        let mut answered = true;
        reply.each_description(|name, state, result| {
            if let Some(listed) = self.listed.get_mut(name.as_str()).filter(|_| state != GroupState::Unknown) {
                listed.state = state;
            }
            let result = result.map_err(|refusal| {
                answered = !native::is_silence(refusal.code);
                causes.reason_of_code(refusal.code, at)
            });
            self.members.insert(name.into(), result);
        });
        answered
    }

    /// Topics that some group commits to: their log ends are needed, watched or not.
    pub fn topics(&self) -> HashSet<Arc<str>> {
        self.commits.values().flat_map(|c| &c.offsets).map(|(topic, _, _)| Arc::clone(topic)).collect()
    }

    /// The groups as they are known now, and why the list is not whole.
    pub fn read(
        &self,
        topics: &Topics,
        patience: Duration,
        opaque: &[(Arc<str>, GroupKind)],
    ) -> (Vec<GroupReading>, Option<Reason>) {
        let now = Instant::now();
        let mut groups: Vec<_> = self.askable(topics).into_iter().map(|name| self.group(name, topics, patience, now)).collect();
        let strange = |name: &Arc<str>| !self.ever_listed.contains(name) && self.filter.watches(name);
        for (name, kind) in opaque.iter().filter(|(name, _)| strange(name)) {
            groups.retain(|g| g.name != *name);
            groups.push(GroupReading {
                name: Arc::clone(name),
                kind: *kind,
                offsets_missing: Some(Code::GroupKindOpaque.into()),
                members_missing: Some(Code::GroupKindOpaque.into()),
                ..GroupReading::default()
            });
        }
        groups.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        (groups, self.lacks().cloned())
    }

    /// Why the list is not whole, where it is needed: groups that are all named are asked for one by one.
    fn lacks(&self) -> Option<&Reason> {
        self.missing.as_ref().filter(|_| !self.filter.only_names())
    }

    fn group(&self, name: Arc<str>, topics: &Topics, patience: Duration, now: Instant) -> GroupReading {
        let listed = self.listed.get(&name);
        let unknown = || (Offsets::new(), Some(Code::TimedOut.into()));
        let (mut offsets, offsets_missing) = self.commits.get(&name).map_or_else(unknown, |c| c.known(patience, now));
        if listed.is_some_and(|l| with_members(l.state)) {
            with_never_committed(&mut offsets, topics);
        }
        // A whole list without it says that it does not exist; but a list that we may not see looks whole and empty.
        let gone = self.missing.is_none() && offsets.is_empty() && offsets_missing.is_none();
        let unlisted = if gone { GroupState::Dead } else { GroupState::Unknown };
        let (members, members_missing) = match self.members.get(&name) {
            Some(Ok(members)) => (Some(members.clone()), None),
            Some(Err(reason)) => (None, Some(reason.clone())),
            None => (None, Some(Code::NotAsked.into())),
        };
        GroupReading {
            kind: listed.map_or(GroupKind::Unknown, |l| l.kind),
            state: listed.map_or(unlisted, |l| l.state),
            name,
            offsets,
            offsets_missing,
            members,
            members_missing,
        }
    }

    /// Refusals of single groups and of the list, for the state of the connection.
    pub fn refusals(&self) -> impl Iterator<Item = &Reason> {
        let refused = |r: &&Reason| matches!(r.code, Code::GroupRefused | Code::ClusterRefused);
        self.lacks().into_iter().chain(self.commits.values().filter_map(|c| c.refusal.as_ref())).filter(refused)
    }

    /// The cluster was away: it may be another one, or a newer, when it comes back.
    pub fn forget(&mut self) {
        self.unsupported = false;
    }
}

fn watched_partitions(topics: &Topics) -> PartitionList {
    let mut list = PartitionList::with_capacity(64);
    let mut left = EXPLICIT;
    for topic in topics.watched() {
        list.extend(&topic.name, topic.partitions.iter().take(left).map(|p| p.partition), 0);
        left = left.saturating_sub(topic.partitions.len());
    }
    list
}
