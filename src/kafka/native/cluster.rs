use super::{Desk, Op, Reply, lent, refusal_of};
use rdkafka::bindings as b;
use std::time::Duration;

impl Desk {
    /// Asks a broker for what any can answer, to see whether it does. Its id comes back as the tag.
    pub fn greet(&mut self, broker: i32, timeout: Duration) {
        let options = self.options(Op::RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER, usize::try_from(broker).unwrap_or_default(), timeout);
        options.at_broker(broker);
        // SAFETY: all are alive; librdkafka copies the options.
        unsafe { b::rd_kafka_DescribeCluster(self.rk(), options.0, self.queue) }
    }

    /// Asks a broker what we may do with the cluster as a whole.
    pub fn describe_cluster(&mut self, tag: usize, broker: i32, timeout: Duration) {
        let options = self.options(Op::RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER, tag, timeout);
        options.at_broker(broker);
        // SAFETY: all are alive; librdkafka copies the options. The setter's error would be ours to destroy.
        unsafe {
            let error = b::rd_kafka_AdminOptions_set_include_authorized_operations(options.0, 1);
            if let Some(refusal) = refusal_of(error) {
                tracing::warn!(%refusal, "permissions cannot be asked for");
                b::rd_kafka_error_destroy(error);
            }
            b::rd_kafka_DescribeCluster(self.rk(), options.0, self.queue);
        }
    }
}

impl Reply {
    /// The answer to [`Desk::describe_cluster`]: whether we may describe the cluster; `None` where the brokers do not tell.
    pub fn may_describe_cluster(&self) -> Option<bool> {
        let mut count = 0;
        // SAFETY: the event is alive and lends its parts.
        let operations = unsafe {
            let result = b::rd_kafka_event_DescribeCluster_result(self.0);
            if result.is_null() {
                return None;
            }
            let first = b::rd_kafka_DescribeCluster_result_authorized_operations(result, &raw mut count);
            if first.is_null() {
                return None;
            }
            lent(first, count)
        };
        use b::rd_kafka_AclOperation_t as A;
        Some(operations.iter().any(|o| matches!(o, A::RD_KAFKA_ACL_OPERATION_DESCRIBE | A::RD_KAFKA_ACL_OPERATION_ALL)))
    }
}
