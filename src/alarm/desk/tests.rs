use super::*;
use crate::alarm::config::{Shape, Target};
use crate::model::{Code, Finding, FindingState, Level, Marked, Reason, Subject};
use crate::snapshot::{Alert, Cluster as ClusterPart, PastAlert, Source, Viewer};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

const PATIENCE: Duration = Duration::from_secs(20);

/// A picture in which these fire; `over`: they just ended.
fn picture(topics: &[&str], over: bool) -> Arc<View> {
    let finding = |name: &&str| Finding {
        subject: Subject::Topic((*name).into()),
        level: Level::Critical,
        state: FindingState::Firing,
        since: Timestamp(1_000),
        reason: Reason::new(Code::Offline),
    };
    let mut snapshot = Snapshot {
        taken_at: Timestamp::now(),
        source: Arc::new(Source {
            cluster_id: Some("Test-1".into()),
            name: "test".into(),
            state: LinkState::Connected,
            ..Source::default()
        }),
        cluster: Arc::new(ClusterPart { age_s: Some(0.1), ..ClusterPart::default() }),
        viewer: Viewer { warmed_up: true, behind_s: Some(0.0), ..Viewer::default() },
        ..Snapshot::default()
    };
    let findings = topics.iter().map(finding);
    match over {
        false => snapshot.alerts = findings.map(|f| Arc::new(Alert(f, None))).collect(),
        true => {
            let past = findings.map(|finding| Arc::new(PastAlert { finding, ended_at: Timestamp(61_000) }));
            snapshot.alerts_past = Arc::new(past.collect());
        }
    }
    snapshot.alerts_count = snapshot.alerts.len();
    Arc::new(View { snapshot: Arc::new(snapshot), ..View::default() })
}

struct Running {
    view: Arc<ArcSwap<View>>,
    marks: Sender<Vec<Mark>>,
    inputs: Receiver<Timed>,
    stop: Option<Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

fn start(folder: &Path, url: Option<&str>, view: Arc<View>) -> Running {
    let outlet = |url: &str| OutletConfig {
        name: "hook".into(),
        target: Target::Webhook { url: url.into(), headers: BTreeMap::new(), shape: Shape::Json },
        least: Level::Warning,
        resolved: true,
        timeout: Duration::from_secs(5),
    };
    let config =
        DeskConfig { folder: Some(folder.into()), outlets: url.map(outlet).into_iter().collect(), ..DeskConfig::default() };
    let view = Arc::new(ArcSwap::new(view));
    let ((marks, marks_in), (inputs_out, inputs), (stop, stopped)) = (bounded(4), bounded(64), bounded(0));
    let ports = Ports { view: Arc::clone(&view), marks: marks_in, inputs: inputs_out, stop: stopped };
    let desk = Desk::new(config, ports).unwrap();
    let thread = std::thread::spawn(move || desk.run());
    Running { view, marks, inputs, stop: Some(stop), thread: Some(thread) }
}

impl Running {
    /// The newest reading that is as it is wanted.
    fn outlet(&self, wanted: impl Fn(&OutletReading) -> bool) -> OutletReading {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.inputs.recv_deadline(until).expect("a reading in time").input {
                Input::Outlets(all) if all.first().is_some_and(&wanted) => return all[0].clone(),
                _ => {}
            }
        }
    }

    fn end(mut self) {
        self.stop.take();
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Answers with these statuses in turn, the last for ever; the bodies come out.
fn server(statuses: &'static [u16]) -> (String, Receiver<serde_json::Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (send, bodies) = bounded(100);
    std::thread::spawn(move || {
        for nth in 0.. {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let (mut text, mut bytes) = (String::new(), [0; 65_536]);
            while let Ok(n @ 1..) = stream.read(&mut bytes) {
                text.push_str(&String::from_utf8_lossy(&bytes[..n]));
                if text.ends_with('}') {
                    break;
                }
            }
            let status = statuses[nth.min(statuses.len() - 1)];
            let _ = stream.write_all(format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").as_bytes());
            let body = text.split("\r\n\r\n").nth(1).and_then(|b| serde_json::from_str(b).ok());
            if status == 200
                && let Some(body) = body
            {
                let _ = send.send(body);
            }
        }
    });
    (url, bodies)
}

#[test]
fn an_alert_goes_out_once_whatever_fails_and_starts_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (url, bodies) = server(&[500, 200]);
    let running = start(folder.path(), Some(&url), picture(&["a"], false));
    let body = bodies.recv_timeout(PATIENCE).expect("500, then 200");
    assert_eq!((body["state"].as_str(), body["subject"].as_str()), (Some("firing"), Some("a")));
    let reading = running.outlet(|r| r.sent == 1);
    assert_eq!((reading.failed, reading.error, reading.waiting), (1, None, 0));
    running.end();
    let again = start(folder.path(), Some(&url), picture(&["a", "b"], false));
    assert_eq!(bodies.recv_timeout(PATIENCE).unwrap()["subject"], "b", "of a it was told before");
    again.outlet(|r| r.sent == 1);
    again.view.store(picture(&["a", "b"], true));
    let mut over: Vec<_> = (0..2).map(|_| bodies.recv_timeout(PATIENCE).unwrap()).collect();
    over.sort_by_key(|b| b["subject"].to_string());
    assert!(over.iter().all(|b| b["state"] == "resolved"), "{over:?}");
    assert_eq!(over[0]["key"], body["key"]);
    again.outlet(|r| r.sent == 3 && r.waiting == 0);
    again.end();
    assert!(bodies.try_recv().is_err());
}

#[test]
fn one_that_refuses_for_good_and_one_that_is_away_are_counted_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let (url, _bodies) = server(&[404]);
    let running = start(folder.path(), Some(&url), picture(&["a"], false));
    let reading = running.outlet(|r| r.failed == 1);
    assert!(reading.dropped == 1 && reading.waiting == 0 && reading.error.unwrap().contains("answers 404"));
    running.end();
    let elsewhere = tempfile::tempdir().unwrap();
    let running = start(elsewhere.path(), Some("http://127.0.0.1:1/"), picture(&["a"], false));
    let reading = running.outlet(|r| r.failed >= 2);
    assert!(reading.waiting == 1 && reading.dropped == 0, "{reading:?}");
    running.end();
}

#[test]
fn two_processes_do_not_send_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (url, bodies) = server(&[200]);
    let one = start(folder.path(), Some(&url), picture(&["a"], false));
    bodies.recv_timeout(PATIENCE).unwrap();
    let other = start(folder.path(), Some(&url), picture(&["a"], false));
    let told = other.outlet(|r| r.error.is_some()).error.unwrap();
    assert!(told.contains("another vigie"), "{told}");
    other.end();
    one.end();
    assert!(bodies.try_recv().is_err());
}

#[test]
fn what_people_decided_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let mark = Mark {
        rule: Code::Offline,
        subject: Subject::Topic("a".into()),
        what: Marked::Silenced { until: Some(Timestamp(9)) },
        at: Timestamp(5),
        by: "awa@ops".into(),
        count: None,
        acknowledged: false,
    };
    let read = |running: &Running| {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Input::Marks(marks) = running.inputs.recv_deadline(until).expect("marks in time").input {
                return marks;
            }
        }
    };
    let running = start(folder.path(), None, picture(&[], false));
    running.marks.send(vec![mark.clone()]).unwrap();
    running.end();
    let again = start(folder.path(), None, picture(&[], false));
    assert_eq!(read(&again), std::slice::from_ref(&mark));
    // Another dashboard of the same user.
    let other = start(folder.path(), None, picture(&[], false));
    assert_eq!(read(&other), [mark]);
    other.marks.send(Vec::new()).unwrap();
    assert_eq!(read(&again), []);
    other.end();
    again.end();
}

fn silenced(topic: &str) -> Mark {
    Mark {
        rule: Code::Offline,
        subject: Subject::Topic(topic.into()),
        what: Marked::Silenced { until: Some(Timestamp(i64::MAX)) },
        at: Timestamp(5),
        by: "awa@ops".into(),
        count: None,
        acknowledged: false,
    }
}

#[test]
fn a_new_start_does_not_send_what_was_silenced_before() {
    let folder = tempfile::tempdir().unwrap();
    Kept::new(folder.path(), "marks", "Test-1").write(&vec![silenced("a")]).unwrap();
    let (url, bodies) = server(&[200]);
    let running = start(folder.path(), Some(&url), picture(&["a", "b"], false));
    assert_eq!(bodies.recv_timeout(PATIENCE).unwrap()["subject"], "b");
    let reading = running.outlet(|r| r.sent == 1);
    assert_eq!(reading.waiting, 0);
    running.end();
    assert!(bodies.try_recv().is_err());
}

#[test]
fn nothing_is_written_over_marks_that_a_busy_engine_did_not_take() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Kept::new(folder.path(), "marks", "Test-1");
    kept.write(&vec![silenced("a")]).unwrap();
    let ((_marks, marks), (inputs, taken), (_stop, stop)) = (bounded(1), bounded(1), bounded::<()>(0));
    inputs.send(Timed { at: Timestamp(0), input: Input::Tick }).unwrap();
    let view = Arc::new(ArcSwap::new(picture(&["a"], false)));
    let config = DeskConfig { folder: Some(folder.path().into()), ..DeskConfig::default() };
    let mut desk = Desk::new(config, Ports { view, marks, inputs, stop }).unwrap();
    desk.look();
    desk.take_marks(vec![silenced("b")]);
    assert_eq!(kept.read::<Vec<Mark>>().unwrap(), Some(vec![silenced("a")]), "the engine has not joined them");
    taken.recv().unwrap();
    desk.look();
    assert!(matches!(taken.try_recv().unwrap().input, Input::Marks(marks) if marks == [silenced("a")]));
    desk.take_marks(vec![silenced("a"), silenced("b")]);
    assert_eq!(kept.read::<Vec<Mark>>().unwrap().unwrap().len(), 2);
}
