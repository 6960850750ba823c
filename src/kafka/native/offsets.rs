use super::list::element;
use super::{Desk, Op, PartitionList, Reply, lent};
use rdkafka::bindings as b;
use rdkafka::types::RDKafkaErrorCode;
use std::marker::PhantomData;
use std::time::Duration;

/// Which offset is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Log start.
    Earliest,
    /// Log end, or the last stable offset: see [`Isolation`].
    Latest,
    /// The first record of this time or later, in epoch milliseconds.
    Time(i64),
}

impl At {
    /// The offset that stands for it in a [`PartitionList`].
    pub fn spec(self) -> i64 {
        match self {
            Self::Earliest => -2,
            Self::Latest => -1,
            Self::Time(ms) => ms.max(0),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// The latest offset is the log end.
    Uncommitted,
    /// The latest offset is the last stable one: the first of an open transaction.
    Committed,
}

impl Desk {
    /// Asks the leaders for offsets; best as [`super::Led`] parts them. A partition without a leader makes the call wait to its end.
    pub fn list_offsets(&mut self, tag: usize, partitions: &PartitionList, isolation: Isolation, timeout: Duration) {
        let options = self.options(Op::RD_KAFKA_ADMIN_OP_LISTOFFSETS, tag, timeout);
        let level = match isolation {
            Isolation::Uncommitted => b::rd_kafka_IsolationLevel_t::RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED,
            Isolation::Committed => b::rd_kafka_IsolationLevel_t::RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED,
        };
        // SAFETY: all are alive; librdkafka copies the list. An error object of the setter would be ours: it only comes with
        // options of another call.
        unsafe {
            b::rd_kafka_AdminOptions_set_isolation_level(options.0, level);
            b::rd_kafka_ListOffsets(self.rk(), partitions.0, options.0, self.queue);
        }
    }
}

impl Reply {
    /// Gives each partition's offset, or what its leader said against it.
    pub fn each_offset(&self, mut give: impl FnMut(&str, i32, Result<i64, RDKafkaErrorCode>)) {
        let mut count = 0;
        // SAFETY: the event is alive and lends its parts; a null result is an empty one.
        let infos = unsafe {
            let result = b::rd_kafka_event_ListOffsets_result(self.0);
            if result.is_null() {
                return;
            }
            let infos = b::rd_kafka_ListOffsets_result_infos(result, &raw mut count);
            lent(infos, count)
        };
        for info in infos {
            // SAFETY: each info lends its partition for as long as the event lives.
            let Some(e) = (unsafe { element(b::rd_kafka_ListOffsetsResultInfo_topic_partition(*info), PhantomData) }) else {
                continue;
            };
            give(e.topic, e.partition, told(e.offset, e.error));
        }
    }
}

/// What was told of a partition. When a leader dies under the call, librdkafka may leave its placeholder of an offset (−1001)
/// without an error beside it: nobody answered then. −1 is also the answer where no record is as young as it was asked for.
fn told(offset: i64, error: Option<RDKafkaErrorCode>) -> Result<i64, RDKafkaErrorCode> {
    match error {
        Some(error) => Err(error),
        None if offset == -1 => Err(RDKafkaErrorCode::NoOffset),
        None if offset < 0 => Err(RDKafkaErrorCode::OperationTimedOut),
        None => Ok(offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_no_offset() {
        use RDKafkaErrorCode as E;
        assert_eq!(told(0, None), Ok(0));
        assert_eq!(told(i64::MAX, None), Ok(i64::MAX));
        for placeholder in [-1, -2, -1001, i64::MIN] {
            let Err(code) = told(placeholder, None) else { panic!("{placeholder} is taken for an offset") };
            assert!(crate::kafka::native::is_silence(code));
            assert_eq!(told(placeholder, Some(E::NotLeaderForPartition)), Err(E::NotLeaderForPartition));
        }
        assert_eq!(told(7, Some(E::TopicAuthorizationFailed)), Err(E::TopicAuthorizationFailed));
    }
}
