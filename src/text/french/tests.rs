//! Every code says something in French, with facts and without, and as French is written.

use crate::model::{Code, Fact, Reason};
use crate::text::{Language, remedy, sentence, short_sentence, speaking};

/// All the facts that a reason may carry, so that each sentence shows all of its parts.
fn full(code: Code) -> Reason {
    let counts = [
        "lag",
        "lag_before",
        "partition",
        "records",
        "partitions",
        "replicas",
        "in_sync",
        "needed",
        "of",
        "members",
        "id",
        "stuck",
        "silent",
        "late",
        "count",
        "known",
        "payments",
        "failed",
        "methods",
    ];
    let seconds = [
        "for_s",
        "gone_s",
        "eased_s",
        "lag_s",
        "silent_s",
        "since_s",
        "stands_s",
        "window_s",
        "commit_interval_s",
        "deleted_in_s",
        "behind_s",
        "age_s",
        "deadline_s",
        "after_s",
        "history_s",
        "needed_s",
        "threshold_s",
        "latest_s",
    ];
    let texts = [
        "broker",
        "topic",
        "text",
        "group",
        "principal",
        "error",
        "stage",
        "order",
        "paid",
        "country",
        "usual",
        "method",
        "payment",
    ];
    let mut reason = Reason::new(code)
        .with("p99_ms", Fact::Millis(1_900.0))
        .with("min_ms", Fact::Millis(1_900.0))
        .with("eased_to", Fact::Millis(1_200.0))
        .with("threshold_ms", Fact::Millis(1_000.0))
        .with("throttle_ms", Fact::Millis(1_500.0))
        .with("error_rate", Fact::Ratio(0.035))
        .with("threshold", Fact::Ratio(0.01))
        .with("usual_per_s", Fact::PerSecond(38.2))
        .with("deviation_per_s", Fact::PerSecond(2.5))
        .with("per_s", Fact::PerSecond(0.4))
        .with("from", Fact::Offset(12))
        .with("to", Fact::Offset(7))
        .text("what", "a position and the way left")
        .with("share", Fact::Ratio(0.9))
        .with("even", Fact::Ratio(0.25))
        .with("times", Fact::Count(9))
        .with("free_bytes", Fact::Bytes(5_000))
        .with("free", Fact::Ratio(0.04))
        .text("at_risk", "1500.50")
        .text("amount", "45000.50")
        .text("cause", Code::AdvertisedAddress.name());
    for name in counts {
        reason = reason.with(name, Fact::Count(3));
    }
    for name in seconds {
        reason = reason.with(name, Fact::Seconds(2.5));
    }
    texts.iter().fold(reason, |reason, name| reason.text(name, format!("<{name}>")))
}

fn french<T>(say: impl FnOnce() -> T) -> T {
    speaking(Language::French, say)
}

#[test]
fn every_code_has_a_sentence_of_its_own_in_french() {
    let unknown = french(|| sentence(&Code::ClientError.into()));
    for code in Code::ALL {
        for reason in [Reason::new(*code), full(*code)] {
            let (english, said) = (sentence(&reason), french(|| sentence(&reason)));
            assert_ne!(said, english, "{code:?}");
            assert!(*code == Code::ClientError || !said.starts_with("le client Kafka"), "{code:?} has none");
            assert!(!said.trim().is_empty() && said != unknown || *code == Code::ClientError, "{code:?}");
            well_written(&said);
        }
    }
}

#[test]
fn french_leaves_no_fact_out_that_english_tells() {
    for code in Code::ALL {
        let reason = full(*code);
        let told = |said: &str| {
            let mut facts: Vec<String> = said
                .split(|c: char| !(c.is_ascii_digit() || ",.<>_".contains(c) || c.is_ascii_lowercase()))
                .filter(|piece| piece.starts_with('<') || piece.starts_with(|c: char| c.is_ascii_digit()))
                .map(|piece| piece.replace(',', ".").trim_end_matches('.').to_owned())
                .collect();
            facts.sort();
            facts
        };
        assert_eq!(told(&french(|| sentence(&reason))), told(&sentence(&reason)), "{code:?}: {}", french(|| sentence(&reason)));
        assert_eq!(
            told(&french(|| short_sentence(&reason, 200))),
            told(&short_sentence(&reason, 200)),
            "{code:?}: {}",
            french(|| short_sentence(&reason, 200))
        );
    }
}

#[test]
fn every_code_is_short_in_a_cell() {
    for code in Code::ALL {
        let said = french(|| short_sentence(&Reason::new(*code), 16));
        assert!(!said.trim().is_empty(), "{code:?}");
        well_written(&said);
    }
}

#[test]
fn what_can_be_mended_is_said_in_both_languages() {
    for code in Code::ALL {
        let reason = Reason::new(*code);
        let (english, said) = (remedy(&reason), french(|| remedy(&reason)));
        assert_eq!(english.is_some(), said.is_some(), "{code:?}");
        if let Some(said) = said {
            assert_ne!(Some(said), english, "{code:?}");
            well_written(said);
        }
    }
}

#[test]
fn a_sentence_for_machines_is_english_whatever_is_spoken() {
    let reason = full(Code::TopicLatency);
    assert_eq!(french(|| crate::text::english_sentence(&reason)), sentence(&reason));
}

/// A sign of two parts has its narrow space, and nothing is doubled or left open.
fn well_written(said: &str) {
    assert!(!said.contains("  ") && said == said.trim(), "{said:?}");
    for (at, sign) in said.match_indices([':', ';', '?', '!']) {
        let free = said[at + sign.len()..].chars().next().is_none_or(|c| c == ' ');
        assert!(!free || said[..at].ends_with('\u{202f}'), "{said:?}");
    }
}
