use super::facts::Facts;
use super::french;
use super::language::{Language, spoken};
use crate::model::{Code, Reason};

/// What to do about it, where there is something to do.
pub fn remedy(reason: &Reason) -> Option<&'static str> {
    match spoken() {
        Language::English => english(reason),
        Language::French => french::remedy(reason),
    }
}

fn english(reason: &Reason) -> Option<&'static str> {
    Some(match reason.code {
        Code::BrokerUnreachable => "check that the broker runs and that host, port and firewall let us through",
        Code::ClusterDown => match Facts(reason).cause().filter(|cause| cause.code != Code::ClusterDown) {
            Some(cause) => return english(&cause),
            None => "check that its brokers run and that the network lets us through",
        },
        Code::AllBrokersDown => "check the addresses after -b, and that a broker runs there and may be reached from here",
        Code::AdvertisedAddress => {
            "set the brokers' advertised.listeners to an address that is reachable from here, or give that name a route \
             (a hosts entry, a tunnel for every broker)"
        }
        Code::HostNotFound => "check the name for a typing error, and this host's DNS or hosts file",
        Code::LoginRefused => "check user name, password (or token) and the mechanism; the broker's log names the reason",
        Code::MechanismRefused => "set sasl.mechanism to one that the listener offers (its sasl.enabled.mechanisms)",
        Code::CertificateRefused => {
            "give the authority that signed it (-X ssl.ca.location=FILE), and connect by the name that the certificate holds"
        }
        Code::ClientCertificateRefused => {
            "give a certificate that the broker trusts (-X ssl.certificate.location, ssl.key.location) and that has not expired"
        }
        Code::TlsExpected => "set security.protocol to SSL or SASL_SSL, or use the port of a plaintext listener",
        Code::TlsNotExpected => "set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the port of the TLS listener",
        Code::SaslExpected => "set security.protocol to SASL_SSL (or SASL_PLAINTEXT), sasl.mechanism, and the login",
        Code::TokenFailed => "check the token file, or run the token command by hand and see what it prints",
        Code::TopicRefused => "grant the ACLs Describe, Read and DescribeConfigs on the topic (or on all topics: '*')",
        Code::GroupRefused => "grant the ACL Describe on the group (or on all groups: '*')",
        Code::ClusterRefused => "grant the ACLs Describe and DescribeConfigs on the cluster",
        Code::NothingVisible => {
            "if it is not empty: grant the ACLs Describe, Read and DescribeConfigs on the topics, and Describe on the groups"
        }
        Code::TimedOut => "check the network between here and the broker, and how busy the broker is",
        Code::OffsetGone => "retention or compaction removed it: nothing can bring it back",
        Code::TopicGone => "check the name; `vigie topics` shows what exists",
        Code::NotReading => "give a read budget, as --read-budget 8MiB",
        Code::StoreBehind => "start `vigie consume`, or more of them; or watch without --store",
        Code::StoreAway => "look at the store; vigie tries again by itself",
        Code::Inflated | Code::ViewBehind => "watch fewer topics (--topics), or lower --read-budget so that vigie samples",
        Code::NoCatalogueEntry => "add the topic to a catalogue of your own (--catalogue FILE)",
        Code::DeletedUnread | Code::RetentionDanger => "raise the topic's retention, or let the group read faster",
        Code::OpenTransaction => "look for a producer that died: kafka-transactions.sh find-hanging names it",
        Code::TopicClockOffset => "compare the clocks of the producers, the brokers and this host (NTP)",
        Code::UnderMinIsr | Code::UnderReplicated | Code::Offline | Code::BrokerDown => {
            "look at the brokers that are down or slow, and at their logs"
        }
        Code::ControllersSilent => "look at the controllers: without them no topic, leader or setting can change",
        Code::GroupStopped => "look whether the service runs",
        Code::GroupStalled => "look at the service's log: one record may hold it up",
        Code::GroupLag | Code::GroupLagging => "add members, up to one a partition, or find what makes each record slow",
        Code::GroupRewound => "ask who reset the offsets: what was done since is done again",
        Code::TopicErrors => "look at the newest records that are marked, and at the producer that wrote them",
        Code::TopicLatency => "look at the producer's queue and linger, and at the brokers' load",
        Code::TopicSilent => "look whether its producer runs, and whether it can reach the brokers",
        Code::TopicUnusual => "ask what changed: a campaign, a release, a producer that repeats itself or lost its work",
        Code::PartitionSkew => "look at the keys: one key that many records share goes to one partition",
        Code::PipelineStuck => "open the stage with the most of them, and look at the group that should take them on",
        Code::CouriersSilent => "if many fell silent at once, look at the app's gateway; if one did, call the courier",
        Code::DeliveriesLate => {
            "open Deliveries: is it one district, or all? In rain or traffic promise later; where couriers are short, send more"
        }
        Code::PaymentsFailing => {
            "open Payments: one method, or all? Look at that provider's status; on the topic of failed payments `@` shows the \
             records with their reasons, `f` follows one"
        }
        Code::DiskLow => "make room on this host, or set how long the store keeps what has ended (keep_ended)",
        Code::PaidTwice => "look at both payments of the order, and give one back",
        Code::AmountDiffers => "compare the order's items with what was paid, before it is delivered",
        Code::PaymentVelocity | Code::RepeatedFailures => {
            "look at the customer's payments: a script, or a stolen card, tries again and again"
        }
        Code::AmountUnusual | Code::CountryUnusual | Code::MethodAbroad => "ask the customer before it is delivered",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_way_to_the_cluster_can_be_mended() {
        let first = Code::ALL.iter().position(|c| *c == Code::BrokerUnreachable).unwrap_or_default();
        for code in &Code::ALL[first..] {
            let told = remedy(&Reason::new(*code));
            assert_eq!(told.is_none(), *code == Code::ClientError, "{code:?}");
        }
        assert_eq!(remedy(&Code::Healthy.into()), None);
    }
}
