use super::served::Served;
use crate::kafka::native::{self, At, Handle, Isolation, PartitionList, Reader};
use crate::kafka::{Causes, KafkaConfig, KafkaError, lookup};
use crate::model::{Code, Fact, OwnedRecord, Reason, Timestamp};
use rdkafka::consumer::Consumer;
use rdkafka::metadata::Metadata;
use rdkafka::types::RDKafkaErrorCode as E;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Topics of which one record is tried, until one gives something.
const TRIES: usize = 3;

/// What is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The addresses that the person gave.
    Bootstrap,
    ClusterId,
    /// A broker answers at the address that it says it has.
    Broker {
        id: i32,
        address: String,
    },
    DescribeTopics,
    ReadTopics,
    DescribeConfigs,
    ListGroups,
    DescribeCluster,
    Controllers,
}

/// One check: what was found, in named figures, or what is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    pub what: Checked,
    pub result: Result<Vec<(&'static str, Fact)>, Reason>,
}

#[derive(Clone, Copy, Debug)]
pub struct ProbeOptions {
    /// How long one check may take.
    pub timeout: Duration,
    /// Ask whether the controllers answer (`CreateTopics` with `validate_only`, which makes nothing).
    pub controllers: bool,
}

/// Checks every connection and permission that vigie needs. Where the cluster is not reached, only that is told.
///
/// # Errors
/// Settings that librdkafka refuses, or no thread to be had. What is wrong with the cluster is in the probes.
pub fn probe(config: &KafkaConfig, options: ProbeOptions) -> Result<Vec<Probe>, KafkaError> {
    let served = Served::new(config, options.timeout)?;
    let asked = Instant::now();
    let metadata = match served.metadata() {
        Ok(metadata) => metadata,
        Err(reason) => return Ok(vec![Probe { what: Checked::Bootstrap, result: Err(reason) }]),
    };
    let found = vec![
        ("brokers", count(metadata.brokers().len())),
        ("answer_ms", Fact::Millis(asked.elapsed().as_secs_f64() * 1_000.0)),
        ("address", Fact::Text(config.bootstrap().join(",").into())),
    ];
    let mut probes = vec![Probe { what: Checked::Bootstrap, result: Ok(found) }];
    let mut add = |what, result| probes.push(Probe { what, result });
    add(Checked::ClusterId, cluster_id(&served));
    // Every broker is asked, which makes the client connect to each.
    let groups = groups(&served);
    for (what, result) in brokers(&served, &metadata, &config.bootstrap()) {
        add(what, result);
    }
    add(Checked::DescribeTopics, topics(&metadata));
    let reader = lookup::client(config, &served.causes)?;
    add(Checked::ReadTopics, read(&served, reader, &metadata)?);
    add(Checked::DescribeConfigs, configs(&served, &metadata));
    add(Checked::ListGroups, groups);
    add(Checked::DescribeCluster, cluster(&served, &metadata));
    if options.controllers {
        add(Checked::Controllers, controllers(&served, &metadata));
    }
    Ok(probes)
}

type Found = Result<Vec<(&'static str, Fact)>, Reason>;

fn count(n: usize) -> Fact {
    Fact::Count(u64::try_from(n).unwrap_or(u64::MAX))
}

fn cluster_id(served: &Served) -> Found {
    let id = served.handle.client().fetch_cluster_id(Duration::ZERO);
    id.map(|id| vec![("id", Fact::Text(id.into()))]).ok_or_else(|| Code::NotSupported.into())
}

fn groups(served: &Served) -> Found {
    let listing = served.call(|desk, timeout| desk.list_groups(0, timeout))?.listing();
    // A broker that is away is told as such by its own line.
    match listing.refusals.iter().find(|r| !native::is_silence(r.code)) {
        Some(refusal) => Err(served.reason(refusal.code)),
        None => Ok(vec![("groups", count(listing.groups.len()))]),
    }
}

fn brokers(served: &Served, metadata: &Metadata, given: &[String]) -> Vec<(Checked, Found)> {
    let patience = served.timeout.min(Duration::from_secs(3));
    let at = |b: &rdkafka::metadata::MetadataBroker| (b.id(), b.host().to_owned(), u16::try_from(b.port()).unwrap_or_default());
    let all: Vec<_> = metadata.brokers().iter().map(at).collect();
    thread::scope(|scope| {
        let tries: Vec<_> = all
            .into_iter()
            .map(|(id, host, port)| {
                scope.spawn(move || (id, broker(&served.causes, &host, port, given, patience), format!("{host}:{port}")))
            })
            .collect();
        let found = tries.into_iter().filter_map(|t| t.join().ok());
        found.map(|(id, result, address)| (Checked::Broker { id, address }, result)).collect()
    })
}

/// A connection of our own to the address that the broker advertises, and what the client's log says of it.
fn broker(causes: &Causes, host: &str, port: u16, given: &[String], patience: Duration) -> Found {
    let address = format!("{host}:{port}");
    let asked = Instant::now();
    let connected =
        (host, port).to_socket_addrs().map(|all| all.map(|a| TcpStream::connect_timeout(&a, patience)).find(Result::is_ok));
    let told = causes.broker(host, port, Timestamp::now());
    match (connected, told) {
        (Ok(Some(_)), None) => Ok(vec![("connect_ms", Fact::Millis(asked.elapsed().as_secs_f64() * 1_000.0))]),
        (_, Some(reason)) => Err(reason),
        (Ok(None), None) if given.contains(&address) => Err(Reason::new(Code::BrokerUnreachable).text("broker", address)),
        (Ok(None), None) => Err(Reason::new(Code::AdvertisedAddress).text("broker", address)),
        (Err(error), None) => Err(Reason::new(Code::HostNotFound).text("broker", address).text("text", error.to_string())),
    }
}

fn topics(metadata: &Metadata) -> Found {
    match metadata.topics().len() {
        0 => Err(Code::NothingVisible.into()),
        n => Ok(vec![("topics", count(n))]),
    }
}

fn configs(served: &Served, metadata: &Metadata) -> Found {
    let Some(topic) = metadata.topics().first() else { return Err(Code::NothingVisible.into()) };
    let broker = served.controller(metadata);
    let reply = served.call(|desk, timeout| desk.describe_configs(0, std::iter::once(topic.name()), broker, timeout))?;
    let mut found: Found = Ok(Vec::new());
    reply.each_config(|name, result| {
        found = match result {
            Ok(_) => Ok(vec![("topic", Fact::Text(name.into()))]),
            Err(refusal) => Err(served.reason(refusal.code)),
        };
    });
    found
}

fn cluster(served: &Served, metadata: &Metadata) -> Found {
    let broker = served.controller(metadata);
    let reply = served.call(|desk, timeout| desk.describe_cluster(0, broker, timeout))?;
    match reply.may_describe_cluster() {
        Some(true) => Ok(Vec::new()),
        Some(false) => Err(Code::ClusterRefused.into()),
        None => Err(Code::NotSupported.into()),
    }
}

fn controllers(served: &Served, metadata: &Metadata) -> Found {
    let topic = [crate::kafka::poller::nowhere()];
    let broker = served.controller(metadata);
    let mut bad = None;
    let reply = served.call(|desk, timeout| bad = desk.create_topics(0, &topic, true, broker, timeout).err());
    let refusal = match reply {
        Ok(reply) => reply.outcomes().into_iter().find_map(|(_, result)| result.err()),
        Err(reason) if matches!(reason.code, Code::TimedOut) => return Err(Code::ControllersSilent.into()),
        Err(reason) => return Err(reason),
    };
    match refusal.or(bad).map(|r| r.code) {
        Some(E::RequestTimedOut) => Err(Code::ControllersSilent.into()),
        // Any other answer, a refusal too, comes from a controller that lives.
        _ => Ok(Vec::new()),
    }
}

/// Reads one record of a topic that has some. Without any, an end of a partition shows as well that reading is allowed.
fn read(served: &Served, handle: Handle, metadata: &Metadata) -> Result<Found, KafkaError> {
    let usable = |t: &&rdkafka::metadata::MetadataTopic| !crate::kafka::is_internal(t.name()) && t.error().is_none();
    let topics: Vec<_> = metadata.topics().iter().filter(usable).collect();
    let reading = Served::serve(handle, Arc::clone(&served.causes), served.timeout)?;
    let mut found: Found = Err(Code::NothingVisible.into());
    for topic in topics.into_iter().take(TRIES) {
        found = read_topic(served, &reading.handle, topic);
        if found.is_err() {
            break;
        }
    }
    Ok(found)
}

/// The first record, end or lasting refusal; leaders that are being elected or found are waited for.
fn first_word(reader: &mut Reader, timeout: Duration) -> Option<Result<OwnedRecord, E>> {
    let until = Instant::now() + timeout;
    loop {
        let read = reader.next(until.saturating_duration_since(Instant::now()))?;
        let passing = [E::NotLeaderForPartition, E::LeaderNotAvailable, E::UnknownTopicOrPartition, E::UnknownPartition];
        match read.result {
            Err(code) if passing.contains(&code) && Instant::now() < until => {}
            result => return Some(result),
        }
    }
}

fn read_topic(served: &Served, handle: &Handle, topic: &rdkafka::metadata::MetadataTopic) -> Found {
    let led = |p: &&rdkafka::metadata::MetadataPartition| p.leader() >= 0;
    let Some(partition) = topic.partitions().iter().find(led).map(|p| p.id()) else { return Err(Code::Offline.into()) };
    let mut list = PartitionList::with_capacity(1);
    list.extend(topic.name(), std::iter::once(partition), At::Earliest.spec());
    let reply = served.call(|desk, timeout| desk.list_offsets(0, &list, Isolation::Uncommitted, timeout))?;
    let mut start = Err(E::UnknownPartition);
    reply.each_offset(|_, _, result| start = result);
    let start = start.map_err(|code| served.reason(code))?;
    let name: Arc<str> = topic.name().into();
    let mut reader = Reader::new(handle);
    if !reader.start(&name, partition, start) {
        return Err(Code::TopicGone.into());
    }
    let read = first_word(&mut reader, served.timeout);
    reader.stop(&name, partition);
    match read {
        Some(Ok(_) | Err(E::PartitionEOF)) => Ok(vec![("topic", Fact::Text(name))]),
        Some(Err(code)) => Err(served.reason(code)),
        None => Err(served.reason(E::OperationTimedOut)),
    }
}
