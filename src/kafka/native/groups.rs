use super::list::elements;
use super::{Desk, Op, PartitionList, Refusal, Reply, c_name, lent, refusal_of, string};
use crate::model::{GroupKind, GroupState, Member};
use rdkafka::bindings as b;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

/// A group as the brokers list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: Arc<str>,
    pub kind: GroupKind,
    pub state: GroupState,
}

/// The list of groups, with what single brokers said against it: each broker lists only the groups that it coordinates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub groups: Vec<Listed>,
    pub refusals: Vec<Refusal>,
}

impl Desk {
    /// Asks every broker for its groups: classic consumers and KIP-848 ones.
    pub fn list_groups(&mut self, tag: usize, timeout: Duration) {
        let options = self.options(Op::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, tag, timeout);
        // SAFETY: all are alive; librdkafka copies the options.
        unsafe { b::rd_kafka_ListConsumerGroups(self.rk(), options.0, self.queue) }
    }

    /// Asks for a group's committed offsets: of all partitions that it ever committed, or of those given. Only for groups that a
    /// listing or the person named: Kafka creates `__consumer_offsets` for the question alone. `coordinator`: the broker to ask;
    /// `None`: librdkafka looks it up first.
    pub fn group_offsets(
        &mut self,
        tag: usize,
        group: &str,
        partitions: Option<&PartitionList>,
        coordinator: Option<i32>,
        timeout: Duration,
    ) -> bool {
        let Some(group) = c_name(group) else { return false };
        let options = self.options(Op::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, tag, timeout);
        if let Some(id) = coordinator {
            options.at_broker(id);
        }
        let list = partitions.map_or(ptr::null(), |p| p.0.cast_const());
        // SAFETY: all are alive; librdkafka copies request and options.
        unsafe {
            let mut request = b::rd_kafka_ListConsumerGroupOffsets_new(group.as_ptr(), list);
            b::rd_kafka_ListConsumerGroupOffsets(self.rk(), &raw mut request, 1, options.0, self.queue);
            b::rd_kafka_ListConsumerGroupOffsets_destroy(request);
        }
        true
    }

    /// Asks for members of groups: dear (0.7 ms a group), so only for those that somebody looks at.
    /// `coordinator`: the broker to ask; `None`: librdkafka looks it up first.
    pub fn describe_groups(&mut self, tag: usize, groups: &[Arc<str>], coordinator: Option<i32>, timeout: Duration) {
        let names: Vec<_> = groups.iter().filter_map(|g| c_name(g)).collect();
        let mut pointers: Vec<_> = names.iter().map(|n| n.as_ptr()).collect();
        let options = self.options(Op::RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, tag, timeout);
        if let Some(id) = coordinator {
            options.at_broker(id);
        }
        // SAFETY: `pointers` and the names behind them are alive during the call, which copies them.
        unsafe { b::rd_kafka_DescribeConsumerGroups(self.rk(), pointers.as_mut_ptr(), pointers.len(), options.0, self.queue) }
    }
}

impl Reply {
    /// The answer to [`Desk::list_groups`].
    pub fn listing(&self) -> Listing {
        let (mut valid, mut failed) = (0, 0);
        // SAFETY: the event is alive and lends its parts.
        unsafe {
            let result = b::rd_kafka_event_ListConsumerGroups_result(self.0);
            if result.is_null() {
                return Listing::default();
            }
            let groups = lent(b::rd_kafka_ListConsumerGroups_result_valid(result, &raw mut valid), valid);
            let errors = lent(b::rd_kafka_ListConsumerGroups_result_errors(result, &raw mut failed), failed);
            Listing {
                groups: groups.iter().filter_map(|g| listed(*g)).collect(),
                refusals: errors.iter().filter_map(|e| refusal_of(*e)).collect(),
            }
        }
    }

    /// The answer to [`Desk::group_offsets`]: gives topic, partition and offset (`None`: never committed).
    ///
    /// # Errors
    /// What the group's coordinator said against it.
    pub fn each_commit(&self, mut give: impl FnMut(&str, i32, Option<i64>)) -> Result<(), Refusal> {
        let mut count = 0;
        // SAFETY: the event is alive and lends its parts.
        unsafe {
            let result = b::rd_kafka_event_ListConsumerGroupOffsets_result(self.0);
            if result.is_null() {
                return Ok(());
            }
            let groups = lent(b::rd_kafka_ListConsumerGroupOffsets_result_groups(result, &raw mut count), count);
            for group in groups {
                if let Some(refusal) = refusal_of(b::rd_kafka_group_result_error(*group)) {
                    return Err(refusal);
                }
                for e in elements(b::rd_kafka_group_result_partitions(*group)).filter(|e| e.error.is_none()) {
                    give(e.topic, e.partition, (e.offset >= 0).then_some(e.offset));
                }
            }
        }
        Ok(())
    }

    /// The answer to [`Desk::describe_groups`]: gives each group's name with its members or what was said against it.
    pub fn each_description(&self, mut give: impl FnMut(String, GroupState, Result<Vec<Member>, Refusal>)) {
        let mut count = 0;
        // SAFETY: the event is alive and lends its parts.
        unsafe {
            let result = b::rd_kafka_event_DescribeConsumerGroups_result(self.0);
            if result.is_null() {
                return;
            }
            let groups = lent(b::rd_kafka_DescribeConsumerGroups_result_groups(result, &raw mut count), count);
            for group in groups {
                let Some(name) = string(b::rd_kafka_ConsumerGroupDescription_group_id(*group)) else { continue };
                let state = state(b::rd_kafka_ConsumerGroupDescription_state(*group));
                let members = match refusal_of(b::rd_kafka_ConsumerGroupDescription_error(*group)) {
                    Some(refusal) => Err(refusal),
                    None => Ok(members(*group)),
                };
                give(name, state, members);
            }
        }
    }
}

/// # Safety
/// `group` is a live listing.
unsafe fn listed(group: *const b::rd_kafka_ConsumerGroupListing_t) -> Option<Listed> {
    // SAFETY: the caller's promise.
    unsafe {
        Some(Listed {
            name: string(b::rd_kafka_ConsumerGroupListing_group_id(group))?.into(),
            kind: kind(b::rd_kafka_ConsumerGroupListing_type(group)),
            state: state(b::rd_kafka_ConsumerGroupListing_state(group)),
        })
    }
}

/// # Safety
/// `group` is a live description.
unsafe fn members(group: *const b::rd_kafka_ConsumerGroupDescription_t) -> Vec<Member> {
    // SAFETY: the caller's promise; indices stay below the count.
    unsafe {
        let count = b::rd_kafka_ConsumerGroupDescription_member_count(group);
        (0..count).map(|i| member(b::rd_kafka_ConsumerGroupDescription_member(group, i))).collect()
    }
}

/// # Safety
/// `member` is a live description.
unsafe fn member(member: *const b::rd_kafka_MemberDescription_t) -> Member {
    // SAFETY: the caller's promise.
    unsafe {
        let assignment = b::rd_kafka_MemberDescription_assignment(member);
        let list = if assignment.is_null() { ptr::null() } else { b::rd_kafka_MemberAssignment_partitions(assignment) };
        Member {
            id: string(b::rd_kafka_MemberDescription_consumer_id(member)).unwrap_or_default().into(),
            client_id: string(b::rd_kafka_MemberDescription_client_id(member)).unwrap_or_default().into(),
            host: string(b::rd_kafka_MemberDescription_host(member)).unwrap_or_default().into(),
            assigned: elements(list).map(|e| (e.topic.into(), e.partition)).collect(),
        }
    }
}

fn kind(kind: b::rd_kafka_consumer_group_type_t) -> GroupKind {
    use b::rd_kafka_consumer_group_type_t as T;
    match kind {
        T::RD_KAFKA_CONSUMER_GROUP_TYPE_CLASSIC => GroupKind::Classic,
        T::RD_KAFKA_CONSUMER_GROUP_TYPE_CONSUMER => GroupKind::Consumer,
        _ => GroupKind::Unknown,
    }
}

fn state(state: b::rd_kafka_consumer_group_state_t) -> GroupState {
    use b::rd_kafka_consumer_group_state_t as S;
    match state {
        S::RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE => GroupState::PreparingRebalance,
        S::RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE => GroupState::CompletingRebalance,
        S::RD_KAFKA_CONSUMER_GROUP_STATE_STABLE => GroupState::Stable,
        S::RD_KAFKA_CONSUMER_GROUP_STATE_DEAD => GroupState::Dead,
        S::RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY => GroupState::Empty,
        _ => GroupState::Unknown,
    }
}
