//! The command line itself: help, wrong usage, and the commands that need no cluster.

use crate::support::{Watch, folder, seconds, vigie, vigie_with};

const COMMANDS: &[&str] =
    &["demo", "watch", "snapshot", "check", "publish", "simulate", "topics", "doctor", "config", "keys", "completions", "man"];

#[test]
fn every_command_has_a_page_of_help_with_examples() {
    let whole = vigie(&["--help"]);
    assert_eq!(whole.code, Some(0));
    for command in COMMANDS {
        assert!(whole.out.contains(command), "{command} is not on the first page");
        let page = vigie(&[command, "--help"]);
        assert_eq!(page.code, Some(0), "{page:?}");
        assert!(page.out.contains("Usage:"), "{command}: {page:?}");
        assert!(page.out.contains("Example"), "{command} --help shows no example");
        assert!(page.out.lines().count() < 90, "{command} --help is not short");
    }
}

#[test]
fn connecting_commands_share_their_flags() {
    for command in ["watch", "snapshot", "check", "doctor", "publish", "simulate", "topics"] {
        let page = vigie(&[command, "--help"]).out;
        for flag in ["-b, --brokers", "--profile", "-X", "-F", "--catalogue"] {
            assert!(page.contains(flag), "{command} lacks {flag}");
        }
    }
    for command in ["watch", "snapshot", "check", "doctor"] {
        let page = vigie(&[command, "--help"]).out;
        for flag in ["--topics", "--groups", "--read-budget", "--from"] {
            assert!(page.contains(flag), "{command} lacks {flag}");
        }
    }
}

#[test]
fn wrong_usage_ends_with_two_and_a_word() {
    for wrong in [
        &["watch", "--no-such-flag"][..],
        &["no-such-command"],
        &["snapshot", "-b", "127.0.0.1:1", "--for", "soon"],
        &["snapshot", "-b", "127.0.0.1:1", "--read-budget", "much"],
        &["snapshot", "-b", "127.0.0.1:1", "--from", "yesterday-ish"],
        &["watch", "-b", "127.0.0.1:1", "--no-ui", "-X", "no.such.property=1"],
    ] {
        let ran = vigie(wrong);
        assert_eq!(ran.code, Some(2), "{wrong:?}: {ran:?}");
        assert!(!ran.err.trim().is_empty() && ran.out.is_empty(), "{wrong:?}: {ran:?}");
    }
}

#[test]
fn reading_everything_is_asked_for_even_where_nobody_knows_how_much_it_is() {
    for command in ["snapshot", "watch"] {
        let mut args = vec![command, "-b", "127.0.0.1:1", "--from", "beginning"];
        args.extend((command == "watch").then_some("--no-ui"));
        let ran = vigie(&args);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        for word in ["could not be found out", "--yes", "--from 1h"] {
            assert!(ran.err.contains(word), "{word}: {ran:?}");
        }
        assert!(ran.out.is_empty(), "{ran:?}");
        let help = vigie(&[command, "--help"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("beginning, which reads everything at the read budget, without the warm-up's cut"), "{help}");
    }
}

#[test]
fn doctor_says_what_became_of_a_property_that_watching_does_not_follow() {
    let ran = vigie(&["doctor", "-b", "127.0.0.1:1", "-X", "group.id=mine", "-X", "enable.auto.commit=true"]);
    assert!(ran.out.contains("group.id=mine is left out (vigie only reads)"), "{ran:?}");
    assert!(ran.out.contains("enable.auto.commit=true is set to false (vigie only reads)"), "{ran:?}");
}

#[test]
fn doctor_says_what_to_do_about_whatever_is_wrong_and_ticks_nothing_that_cannot_be_told() {
    let ran = vigie(&["doctor", "-b", "127.0.0.1:1"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{ran:?}");
    let lines: Vec<&str> = ran.out.lines().collect();
    let starts = |sign: &str| lines.iter().position(|line| line.starts_with(sign)).unwrap_or_else(|| panic!("no {sign}: {ran:?}"));
    assert!(lines[starts("? terminal")].contains("stdout is no terminal"), "{ran:?}");
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| line.starts_with('✗')) {
        assert!(lines[at + 1].trim_start().starts_with("→ "), "what to do: {ran:?}");
    }
    assert!(lines[starts("✗ bootstrap")].contains("127.0.0.1:1 does not answer"), "{ran:?}");
}

#[test]
fn what_ends_at_once_says_why_nobody_answers_once() {
    for args in [&["snapshot", "--for", "1s"][..], &["topics"], &["publish", "orders.created"]] {
        let ran = vigie(&[args, &["-b", "127.0.0.1:1"]].concat());
        assert!(!ran.err.contains("librdkafka") && !ran.out.contains("librdkafka"), "{ran:?}");
        assert!(ran.words().contains("does not answer"), "{ran:?}");
    }
    let asked_for = vigie(&["snapshot", "--for", "1s", "-b", "127.0.0.1:1", "--log", "warn"]);
    assert!(asked_for.err.contains("librdkafka"), "{asked_for:?}");
}

#[test]
fn a_theme_that_is_not_there_is_told_with_the_line_that_names_it() {
    let place = folder("theme");
    let file = place.path().join("config.toml");
    std::fs::write(&file, "fps = 4\ntheme = \"nope\"\n").expect("a file");
    let path = file.to_str().expect("a plain path");
    let ran = vigie(&["watch", "-b", "127.0.0.1:1", "--config", path]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("config.toml:2: `theme`: there is no theme nope"), "{ran:?}");
    assert_eq!(ran.err.matches("os error").count(), 1, "{ran:?}");
    let flag = vigie(&["watch", "-b", "127.0.0.1:1", "--theme", "nope"]);
    assert!(flag.code == Some(2) && flag.err.contains("command line: `theme`: there is no theme nope"), "{flag:?}");
}

#[test]
fn the_dashboards_files_end_nothing_that_draws_no_dashboard() {
    let place = folder("no-ui");
    let file = place.path().join("config.toml");
    std::fs::write(&file, "theme = \"nope\"\n").expect("a file");
    let path = file.to_str().expect("a plain path");
    assert_eq!(vigie(&["keys", "--config", path]).code, Some(0));
    std::fs::write(place.path().join("keys.toml"), "nonsense = 1\n").expect("a file");
    let drawn = vigie(&["watch", "-b", "127.0.0.1:1", "--config", path]);
    assert!(drawn.code != Some(0) && drawn.err.contains("keys.toml"), "{drawn:?}");
    let mut lines = Watch::start("127.0.0.1:1", &["--config", path]);
    lines.until("a line", seconds(30), |_| true);
    assert_eq!(lines.stop().0, Some(0));
}

#[test]
fn a_check_says_one_line_and_nothing_beside_it() {
    let ran = vigie(&["check", "-b", "127.0.0.1:1", "--timeout", "2s"]);
    assert_eq!((ran.code, ran.out.lines().count(), ran.err.as_str()), (Some(3), 1, ""), "{ran:?}");
    let asked_for = vigie(&["check", "-b", "127.0.0.1:1", "--timeout", "2s", "--log", "info"]);
    assert!(asked_for.err.contains("librdkafka"), "{asked_for:?}");
}

#[test]
fn without_anything_it_says_how_to_start() {
    let ran = vigie(&[]);
    assert_ne!(ran.code, Some(0), "{ran:?}");
    assert!(ran.words().contains("vigie demo"), "{ran:?}");
}

#[test]
fn completions_and_the_man_page_come_out() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = vigie(&["completions", shell]);
        assert!(ran.code == Some(0) && ran.out.contains("snapshot"), "{shell}: {ran:?}");
    }
    let man = vigie(&["man"]);
    assert!(man.code == Some(0) && man.out.contains(".TH vigie"), "{man:?}");
}

#[test]
fn the_configuration_is_told_with_its_sources_and_without_secrets() {
    let place = folder("config");
    let file = place.path().join("config.toml");
    std::fs::write(&file, "no_such_setting = 1\n").expect("a file");
    let path = file.to_str().expect("a plain path");
    let refused = vigie(&["config", "--config", path]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("no_such_setting") && refused.err.contains("config.toml"), "file and key: {refused:?}");

    let told = vigie(&["config", "-b", "kafka-1:9092", "-X", "sasl.password=geheim-1", "-X", "sasl.username=observer"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("kafka-1:9092") && told.out.contains("observer"), "{told:?}");
    assert!(!told.words().contains("geheim-1"), "{told:?}");

    let secret = place.path().join("password");
    std::fs::write(&secret, "geheim-2\n").expect("a file");
    let property = format!("sasl.password=@file:{}", secret.display());
    let told = vigie_with(
        &["config", "-b", "kafka-1:9092", "-X", &property, "-X", "ssl.key.password=@env:KEY_PASSWORD"],
        |command| {
            command.env("KEY_PASSWORD", "geheim-3");
        },
        seconds(10),
    );
    assert!(!told.words().contains("geheim"), "{told:?}");
}

#[test]
fn a_caches_address_is_checked_before_anything_is_reached_and_its_password_is_not_shown() {
    for (address, word) in
        [("http://u:geheim@h", "redis://"), ("redis://u:geheim@h/x", "/0"), ("redis://:geheim@h?ttl=5s", "silent")]
    {
        let ran = vigie(&["consume", "-b", "127.0.0.1:1", "--store", "sqlite:/nowhere/x.db", "--cache", address]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(word) && ran.err.contains("cache") && !ran.err.contains("geheim"), "{ran:?}");
    }
    let config = |address: &str| vigie_with(&["config"], |c| _ = c.env("VIGIE_CACHE", address), seconds(20));
    let shown = config("redis://u:geheim@h:6380/1");
    assert!(shown.out.contains("redis://u:***@h:6380/1") && shown.out.contains("VIGIE_CACHE"), "{shown:?}");
    assert!(!config("redis:geheim").words().contains("geheim"));
}
