//! Starting, killing and restarting brokers.

use super::{Certificates, admin, files, free_port, nursery};
use crate::support::{TempFolder, folder, seconds, wait_for};
use std::fmt::Write as _;
use std::fs::File;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard};

/// What kind of cluster is wanted.
#[derive(Clone, Debug)]
pub struct Options {
    pub brokers: usize,
    /// `auto.create.topics.enable`, which is Kafka's own default.
    pub auto_create: bool,
    /// TLS, SASL and access rules on further listeners; `admin` and whoever comes in plaintext may do all.
    pub secure: bool,
    /// A further listener that sends its clients to an address where nobody answers.
    pub lost_listener: bool,
    pub more: Vec<(&'static str, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { brokers: 1, auto_create: false, secure: false, lost_listener: false, more: Vec::new() }
    }
}

/// A running cluster of one or three. Dropped, it is killed.
pub struct Kafka {
    nodes: Vec<Node>,
    certificates: Option<Certificates>,
    _folder: TempFolder,
}

/// A cluster of one test alone. They run one at a time: the machine is small.
pub struct Own {
    kafka: Kafka,
    _alone: MutexGuard<'static, ()>,
}

impl Deref for Own {
    type Target = Kafka;
    fn deref(&self) -> &Kafka {
        &self.kafka
    }
}

impl DerefMut for Own {
    fn deref_mut(&mut self) -> &mut Kafka {
        &mut self.kafka
    }
}

static ALONE: Mutex<()> = Mutex::new(());

impl Kafka {
    /// A cluster of the caller's own.
    pub fn start(options: Options) -> Own {
        let alone = ALONE.lock().unwrap_or_else(|e| e.into_inner());
        Own { kafka: Self::beside(&options), _alone: alone }
    }

    /// A cluster that runs beside others.
    pub(super) fn beside(options: &Options) -> Self {
        let folder = folder("kafka");
        let certificates = options.secure.then(|| Certificates::make(folder.path()));
        let places: Vec<Ports> = (0..options.brokers).map(|_| Ports::free()).collect();
        let nodes = (0..options.brokers).map(|i| Node::new(folder.path(), i, &places, options, certificates.as_ref())).collect();
        let mut kafka = Self { nodes, certificates, _folder: folder };
        for node in &mut kafka.nodes {
            node.start();
        }
        kafka.await_brokers(options.brokers);
        kafka
    }

    /// `HOST:PORT,…` of the plaintext listeners.
    pub fn address(&self) -> String {
        self.nodes.iter().map(|n| format!("127.0.0.1:{}", n.ports.plain)).collect::<Vec<_>>().join(",")
    }

    pub fn tls_address(&self) -> String {
        format!("127.0.0.1:{}", self.nodes[0].ports.tls)
    }

    pub fn sasl_address(&self) -> String {
        format!("127.0.0.1:{}", self.nodes[0].ports.sasl)
    }

    /// The listener that takes tokens, which nobody has signed.
    pub fn oauth_address(&self) -> String {
        format!("127.0.0.1:{}", self.nodes[0].ports.oauth)
    }

    /// The listener that sends its clients elsewhere, and the port that it names.
    pub fn lost_address(&self) -> (String, u16) {
        (format!("127.0.0.1:{}", self.nodes[0].ports.lost), self.nodes[0].ports.nowhere)
    }

    pub fn certificates(&self) -> &Certificates {
        self.certificates.as_ref().expect("a secure cluster")
    }

    /// The id of the broker at `index` of the list.
    pub fn id(&self, index: usize) -> i64 {
        index as i64 + 1
    }

    pub fn kill9(&mut self, index: usize) {
        self.nodes[index].kill();
    }

    /// Starts a killed broker again, on its old port with its old data, and waits until it serves.
    pub fn restart(&mut self, index: usize) {
        self.nodes[index].start();
        let all = self.nodes.len();
        self.await_brokers(all);
    }

    fn await_brokers(&mut self, wanted: usize) {
        let address = self.address();
        let nodes = &mut self.nodes;
        wait_for("the brokers to serve", seconds(60), || {
            for node in nodes.iter_mut() {
                node.assert_alive();
            }
            (admin::broker_count(&address) == wanted).then_some(())
        });
    }
}

#[derive(Clone, Copy)]
struct Ports {
    plain: u16,
    controller: u16,
    tls: u16,
    sasl: u16,
    oauth: u16,
    lost: u16,
    nowhere: u16,
}

impl Ports {
    fn free() -> Self {
        let port = free_port;
        Self { plain: port(), controller: port(), tls: port(), sasl: port(), oauth: port(), lost: port(), nowhere: port() }
    }
}

struct Node {
    ports: Ports,
    folder: PathBuf,
    child: Option<Child>,
}

impl Node {
    fn new(parent: &Path, index: usize, all: &[Ports], options: &Options, certificates: Option<&Certificates>) -> Self {
        let folder = parent.join(format!("broker-{}", index + 1));
        let data = folder.join("data");
        std::fs::create_dir_all(&data).expect("a data folder");
        let config = folder.join("broker.properties");
        std::fs::write(&config, configuration(index, all, options, certificates, &data)).expect("the broker's configuration");
        if options.secure {
            // Users of SCRAM can be made only by the real formatting.
            let users = ["admin", "observer", "stranger"].map(|u| format!("SCRAM-SHA-512=[name={u},password={u}-pw]"));
            let mut args = vec!["format", "-t", CLUSTER_ID, "-c", config.to_str().expect("a plain path")];
            for user in &users {
                args.extend(["--add-scram", user]);
            }
            super::tool("kafka.tools.StorageTool", &args);
        } else {
            let files = files().expect("checked by the test's needs");
            std::fs::copy(&files.checkpoint, data.join("bootstrap.checkpoint")).expect("the first checkpoint");
            let meta = format!("version=1\ncluster.id={CLUSTER_ID}\nnode.id={}\n", index + 1);
            std::fs::write(data.join("meta.properties"), meta).expect("the log's name plate");
        }
        Self { ports: all[index], folder, child: None }
    }

    fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.join("broker.log")).expect("the broker's log");
        let mut command = java();
        command.arg("kafka.Kafka").arg(self.folder.join("broker.properties"));
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        self.child = Some(nursery::spawn(command).expect("java starts"));
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
            nursery::forget(&child);
        }
    }

    fn assert_alive(&mut self) {
        let Some(child) = &mut self.child else { return };
        if let Some(status) = child.try_wait().expect("our child") {
            let log = std::fs::read_to_string(self.folder.join("broker.log")).unwrap_or_default();
            let tail: Vec<_> = log.lines().rev().take(30).collect();
            panic!("a broker ended ({status}); its log, newest first:\n{}", tail.join("\n"));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

const CLUSTER_ID: &str = "vigie-tests-0000000000w";

/// A small, quickly started Java machine with Kafka in it.
pub(super) fn java() -> Command {
    let files = files().expect("checked by the test's needs");
    let mut command = Command::new("java");
    command.args(["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:-UsePerfData"]);
    if let Some(archive) = &files.archive {
        command.args(["-Xshare:auto", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]);
        command.arg(format!("-XX:SharedArchiveFile={}", archive.display()));
    }
    command.arg(format!("-Dlog4j2.configurationFile={}", files.logging.display()));
    command.arg("-cp").arg(&files.classpath);
    command
}

fn configuration(index: usize, all: &[Ports], options: &Options, certificates: Option<&Certificates>, data: &Path) -> String {
    let ports = all[index];
    let voters: Vec<_> = all.iter().enumerate().map(|(i, p)| format!("{}@127.0.0.1:{}", i + 1, p.controller)).collect();
    let copies = all.len().min(3);
    let mut listeners = vec![format!("PLAINTEXT://127.0.0.1:{}", ports.plain)];
    let mut protocols = vec!["CONTROLLER:PLAINTEXT".to_owned(), "PLAINTEXT:PLAINTEXT".to_owned()];
    if options.secure {
        listeners.push(format!("SSL://127.0.0.1:{}", ports.tls));
        listeners.push(format!("SASL_SSL://127.0.0.1:{}", ports.sasl));
        listeners.push(format!("SASL_PLAINTEXT://127.0.0.1:{}", ports.oauth));
        protocols.extend(["SSL", "SASL_SSL", "SASL_PLAINTEXT"].map(|name| format!("{name}:{name}")));
    }
    let mut advertised = listeners.clone();
    if options.lost_listener {
        listeners.push(format!("LOST://127.0.0.1:{}", ports.lost));
        advertised.push(format!("LOST://127.0.0.1:{}", ports.nowhere));
        protocols.push("LOST:PLAINTEXT".to_owned());
    }
    listeners.push(format!("CONTROLLER://127.0.0.1:{}", ports.controller));

    let mut out = String::new();
    let mut set = |name: &str, value: &str| writeln!(out, "{name}={value}").expect("a string takes all");
    set("process.roles", "broker,controller");
    set("node.id", &(index + 1).to_string());
    set("broker.rack", &format!("r{}", index + 1));
    set("controller.quorum.voters", &voters.join(","));
    set("controller.listener.names", "CONTROLLER");
    set("inter.broker.listener.name", "PLAINTEXT");
    set("listeners", &listeners.join(","));
    set("advertised.listeners", &advertised.join(","));
    set("listener.security.protocol.map", &protocols.join(","));
    set("log.dirs", &data.display().to_string());
    for name in ["offsets.topic", "transaction.state.log", "share.coordinator.state.topic"] {
        set(&format!("{name}.replication.factor"), &copies.to_string());
    }
    for name in ["transaction.state.log", "share.coordinator.state.topic"] {
        set(&format!("{name}.min.isr"), if copies == 3 { "2" } else { "1" });
    }
    for (name, value) in SMALL_AND_QUICK {
        set(name, value);
    }
    set("auto.create.topics.enable", if options.auto_create { "true" } else { "false" });
    if copies == 3 {
        set("default.replication.factor", "3");
        set("min.insync.replicas", "2");
    }
    if let Some(certificates) = certificates {
        for (name, value) in certificates.broker_settings() {
            set(&name, &value);
        }
    }
    for (name, value) in &options.more {
        set(name, value);
    }
    out
}

/// Small internal topics, no waiting for first members, and a killed broker or consumer found out soon.
const SMALL_AND_QUICK: &[(&str, &str)] = &[
    ("offsets.topic.num.partitions", "4"),
    ("transaction.state.log.num.partitions", "4"),
    ("group.initial.rebalance.delay.ms", "0"),
    ("broker.session.timeout.ms", "2000"),
    ("broker.heartbeat.interval.ms", "500"),
    ("controller.quorum.fetch.timeout.ms", "1000"),
    ("controller.quorum.election.timeout.ms", "500"),
    ("leader.imbalance.check.interval.seconds", "5"),
    ("group.min.session.timeout.ms", "1000"),
    ("group.consumer.min.session.timeout.ms", "1500"),
    ("group.consumer.session.timeout.ms", "2000"),
    ("group.consumer.min.heartbeat.interval.ms", "300"),
    ("group.consumer.heartbeat.interval.ms", "500"),
];
