//! What a reason says in a cell of a table: the evidence first, then as much of the rest as there is room for.

use super::count;
use super::facts::Facts;
use super::french;
use super::language::{Language, spoken};
use super::sentences::{at_risk, sentence};
use crate::model::{Code, Reason};

/// At most `room` characters, as long as the evidence alone has room; only what is whole is shown: `p99 1.2 s > 1 s, 67 s`.
pub fn short_sentence(reason: &Reason, room: usize) -> String {
    let facts = Facts(reason);
    let language = spoken();
    let said = match language {
        Language::English => pieces(&facts),
        Language::French => french::pieces(&facts),
    };
    let said = said.filter(|pieces| pieces.first().is_some_and(|evidence| !evidence.is_empty()));
    // A whole sentence says all that follows by itself.
    let Some(pieces) = said else { return state_in(language, reason) };
    let mut pieces = pieces.into_iter();
    let (was, well_for, eased_to, unjudged_for) = match language {
        Language::English => ("was ", ", well for ", ", eased to ", ", not judged "),
        Language::French => ("était ", ", rétabli depuis ", ", revenu à ", ", non jugé "),
    };
    let mut out = pieces.next().unwrap_or_default();
    let gone = facts.told("gone_s").map(|gone| format!("{well_for}{gone}"));
    let mut rest: Vec<String> = match gone.or_else(|| facts.told("eased_to").map(|figure| format!("{eased_to}{figure}"))) {
        // Beside a column that is well again, or better, the evidence would look like a contradiction.
        Some(since) => {
            out.insert_str(0, was);
            vec![since]
        }
        None => pieces.collect(),
    };
    if let Some(unjudged) = facts.told("unjudged_s") {
        rest.insert(0, format!("{unjudged_for}{unjudged}"));
    }
    let mut used = out.chars().count();
    for piece in rest {
        let wide = piece.chars().count();
        if used + wide > room {
            break;
        }
        out.push_str(&piece);
        used += wide;
    }
    out
}

/// What fires; the first piece is the evidence.
fn pieces(f: &Facts<'_>) -> Option<Vec<String>> {
    let lasting = || f.part(", ", "for_s", "");
    let over = |threshold: &str| f.part(" > ", threshold, "");
    let partitions = |what: &str, of: &str| {
        let in_sync = match (f.told("in_sync"), f.told(of)) {
            (Some(some), Some(all)) => format!(" ({some} of {all})"),
            _ => String::new(),
        };
        vec![f.part("", "partitions", " ") + what, in_sync, lasting()]
    };
    Some(match f.0.code {
        Code::TopicLatency => vec![f.part("p99 ", "p99_ms", ""), over("threshold_ms"), lasting()],
        Code::TopicErrors => vec![f.part("", "error_rate", " failed"), over("threshold"), lasting()],
        Code::TopicSilent => vec![f.part("silent ", "silent_s", ""), f.part(", usual ", "usual_per_s", "")],
        Code::TopicUnusual => vec![f.part("", "per_s", ""), f.part(", usual ", "usual_per_s", ""), lasting()],
        Code::TopicClockOffset => vec![f.part("clock off? ", "min_ms", ""), lasting()],
        Code::OpenTransaction => vec!["open transaction".into(), f.part(", ", "stands_s", ""), f.part(", holds ", "records", "")],
        Code::GroupLag => vec![f.part("", "lag_s", " behind"), over("threshold_s"), f.part(", ", "lag", " wait"), lasting()],
        Code::GroupLagging => vec!["lag does not fall".into(), f.part(": ", "lag", ""), f.part(", ", "lag_s", " behind")],
        Code::GroupStopped => vec![f.part("no commit ", "since_s", ""), f.part(", ", "lag", " wait"), no_members(f)],
        Code::GroupStalled => {
            let place = f.several().map_or_else(|| f.place(" on "), |n| format!(" on {} partitions", count(n)));
            vec![f.part("stalled ", "since_s", ""), f.part(", ", "lag", " wait"), place]
        }
        Code::GroupRewound => vec![f.part("rewound by ", "records", ""), f.part(", ", "since_s", " ago"), f.place(" on ")],
        Code::RetentionDanger => vec![f.part("deleted in ", "deleted_in_s", ""), f.place(": ")],
        Code::DeletedUnread => vec![f.part("", "records", " deleted unread"), f.place(" from ")],
        Code::UnderReplicated => partitions("under-replicated", "replicas"),
        Code::UnderMinIsr => partitions("below min ISR", "needed"),
        Code::Offline => partitions("without leader", "replicas"),
        Code::BrokerDown | Code::ClusterDown => vec![f.part("out of reach ", "for_s", "")],
        Code::PartitionSkew => vec![f.part("", "share", " in one partition"), lasting()],
        Code::PipelineStuck => vec![
            f.part("", "stuck", " stuck"),
            f.part(", oldest ", "age_s", ""),
            at_risk(f).map(|a| format!(", {a}")).unwrap_or_default(),
        ],
        Code::CouriersSilent => vec![f.part("", "silent", " silent"), f.part(" of ", "of", ""), lasting()],
        Code::DeliveriesLate => vec![f.part("", "late", " late"), f.part(" of ", "of", ""), lasting()],
        Code::PaymentsFailing => {
            let share = f.told("share").map(|share| format!("{share}{} failed", f.part(" of ", "method", "")));
            vec![share.unwrap_or_default(), f.part(", ", "failed", "") + &f.part(" of ", "of", ""), others(f), lasting()]
        }
        Code::DiskLow => vec![f.part("", "free_bytes", " left"), f.part(" (", "free", ")")],
        _ => return None,
    })
}

fn others(f: &Facts<'_>) -> String {
    f.others().map_or_else(String::new, |n| format!(", +{}", count(n)))
}

fn no_members(f: &Facts<'_>) -> String {
    if f.0.fact("members").is_some() { ", no members".into() } else { String::new() }
}

fn state_in(language: Language, reason: &Reason) -> String {
    match language {
        Language::English => state(reason),
        Language::French => french::state(reason),
    }
}

fn state(reason: &Reason) -> String {
    match reason.code {
        Code::NotConnected => "not connected".into(),
        Code::TooFewReadings => "too few readings".into(),
        Code::NotReading => "not read".into(),
        Code::NoCatalogueEntry => "not in catalogue".into(),
        Code::Inflated => "view was behind".into(),
        Code::NeverCommitted => "never committed".into(),
        Code::LagUnknown => "age not known".into(),
        Code::GroupKindOpaque => "cannot be read".into(),
        _ => sentence(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Fact;

    fn latency() -> Reason {
        Reason::new(Code::TopicLatency)
            .with("p99_ms", Fact::Millis(1_200.0))
            .with("threshold_ms", Fact::Millis(1_000.0))
            .with("for_s", Fact::Seconds(67.4))
    }

    #[test]
    fn the_evidence_stays_and_the_rest_leaves_whole() {
        assert_eq!(short_sentence(&latency(), 40), "p99 1.2 s > 1 s, 67 s");
        assert_eq!(short_sentence(&latency(), 16), "p99 1.2 s > 1 s");
        assert_eq!(short_sentence(&latency(), 3), "p99 1.2 s");
    }

    #[test]
    fn what_is_gone_is_told_as_past() {
        assert_eq!(short_sentence(&latency().with("gone_s", Fact::Seconds(20.0)), 40), "was p99 1.2 s, well for 20 s");
        let eased = latency().with("eased_to", Fact::Millis(900.0)).with("eased_s", Fact::Seconds(20.0));
        assert_eq!(short_sentence(&eased, 40), "was p99 1.2 s, eased to 900 ms");
    }

    #[test]
    fn what_is_not_judged_says_so_before_the_rest() {
        let stands = latency().with("unjudged_s", Fact::Seconds(20.0));
        assert_eq!(short_sentence(&stands, 30), "p99 1.2 s, not judged 20 s");
        assert_eq!(crate::text::sentence(&stands), "p99 1.2 s over 1 s for 67 s (not judged for 20 s)");
    }

    #[test]
    fn every_code_says_something_without_facts() {
        for code in Code::ALL {
            assert!(!short_sentence(&Reason::new(*code), 16).trim().is_empty(), "{code:?}");
        }
    }
}
