//! From cluster to cluster in one terminal: real sessions on clusters that live in the test.

use crate::support::{Terminal, folder, seconds, wait_for};
use rdkafka::mocking::MockCluster;
use std::path::Path;

/// Two clusters that answer, each with a topic that the other has not, one that does not, and one whose settings are wrong.
fn config(alpha: &str, beta: &str, to: &Path) -> String {
    let file = to.join("config.toml");
    let text = format!(
        "default_profile = \"alpha\"\n[profiles.alpha]\nbrokers = \"{alpha}\"\nbadge = \"#204060\"\n[profiles.beta]\nbrokers = \
         \"{beta}\"\nproduction = true\n[profiles.gone]\nbrokers = \"127.0.0.1:1\"\n[profiles.wrong]\nbrokers = \"{alpha}\"\n\
         [profiles.wrong.properties]\n\"security.protocol\" = \"SSL\"\n\"ssl.ca.location\" = \"/not/there.crt\"\n"
    );
    std::fs::write(&file, text).expect("a configuration");
    file.display().to_string()
}

fn go(terminal: &mut Terminal, name: &str) {
    terminal.send(":");
    terminal.wait_for("palette", seconds(5));
    terminal.send(&format!("cluster {name}"));
    terminal.wait_until(&format!("{name} in the palette"), seconds(5), |s| s.contains(&format!("cluster {name}")));
    terminal.send("\r");
}

fn threads(pid: i32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/task")).expect("a running process").count()
}

fn rss_kib(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).expect("a figure");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}

#[test]
fn clusters_are_exchanged_without_a_restart_and_leave_nothing_behind() {
    let (alpha, beta) = (MockCluster::new(1).expect("a cluster"), MockCluster::new(1).expect("another one"));
    alpha.create_topic("only-alpha", 2, 1).expect("a topic");
    beta.create_topic("only-beta", 2, 1).expect("a topic");
    let settings = folder("clusters");
    let file = config(&alpha.bootstrap_servers(), &beta.bootstrap_servers(), settings.path());
    let mut terminal = Terminal::start(&["--config", &file, "watch"], 40, 120);
    terminal.wait_for("only-alpha", seconds(20));

    go(&mut terminal, "beta");
    let screen = terminal.wait_for("only-beta", seconds(20));
    assert!(screen.contains("beta · PRODUCTION") && !screen.contains("only-alpha"), "{screen}");
    terminal.send("/only\r");
    terminal.wait_for("filter: only", seconds(5));

    go(&mut terminal, "wrong");
    let screen = terminal.wait_for("not switched to wrong", seconds(20));
    assert!(screen.contains("ssl.ca.location failed"), "it says why:\n{screen}");
    terminal.send("\x1b");
    // A key right behind Esc would be one with Alt.
    terminal.wait_until("the notice to go", seconds(5), |s| !s.contains("not switched to"));

    go(&mut terminal, "gone");
    terminal.wait_for("Esc goes back to beta", seconds(20));
    terminal.send("\x1b");
    let screen = terminal.wait_for("only-beta", seconds(20));
    assert!(screen.contains("filter: only"), "it stands as it was left:\n{screen}");

    let (pid, mut names) = (terminal.pid(), ["alpha", "beta"].into_iter().cycle());
    let mut rounds = |n: usize| {
        for name in names.by_ref().take(n) {
            go(&mut terminal, name);
            terminal.wait_for(&format!("only-{name}"), seconds(20));
        }
    };
    rounds(4);
    let at_rest = settled(pid);
    let before = rss_kib(pid);
    rounds(20);
    wait_for("the threads of the clusters before to end", seconds(30), || (threads(pid) <= at_rest).then_some(()));
    let after = rss_kib(pid);
    eprintln!("{at_rest} threads, {before} KiB, after twenty more switches {after} KiB");
    assert!(after < before + 20 * 1024, "{before} KiB became {after} KiB");

    let kept = terminal.home().join(".local/state/vigie/clusters");
    let files: Vec<_> = std::fs::read_dir(&kept).expect("a folder").map(|f| f.expect("a file").path()).collect();
    let beta = files.iter().find(|f| f.display().to_string().contains("/beta-")).expect("a file of beta");
    let text = std::fs::read_to_string(beta).expect("a text");
    assert!(text.contains("topics = \"only\""), "{text}");
    terminal.quit();
}

/// How many threads there are when their number stands.
fn settled(pid: i32) -> usize {
    let mut last = Vec::new();
    wait_for("the number of threads to stand", seconds(30), || {
        last.push(threads(pid));
        let newest = last.iter().rev().take(20).collect::<Vec<_>>();
        (newest.len() == 20 && newest.iter().all(|n| *n == newest[0])).then(|| *newest[0])
    })
}
