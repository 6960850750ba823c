//! What the wrapper's mock cluster lacks.

use rdkafka::ClientContext;
use rdkafka::bindings as b;
use rdkafka::client::Client;

/// How long new groups of the mock cluster that belongs to this client wait for their first members, in ms (3,000 where
/// nothing is said). Says whether there is such a cluster: a client has one when it was made with `test.mock.num.brokers`.
pub fn set_join_delay_ms<C: ClientContext>(client: &Client<C>, ms: i32) -> bool {
    // SAFETY: the client is alive, and with it its mock cluster, which locks itself; null is looked for.
    unsafe {
        let cluster = b::rd_kafka_handle_mock_cluster(client.native_ptr());
        if cluster.is_null() {
            return false;
        }
        b::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, ms);
    }
    true
}
