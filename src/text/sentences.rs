//! English. One room: every reason has one arm of one match, so that none is left out and neighbours read alike.

use super::facts::Facts;
use super::french;
use super::language::{Language, speaking, spoken};
use super::{count, visible};
use crate::model::{Code, Fact, Reason};

/// What a reason says, in one sentence with its evidence first. A fact that is missing leaves its words out.
pub fn sentence(reason: &Reason) -> String {
    match spoken() {
        Language::English => english(reason),
        Language::French => french::sentence(reason),
    }
}

/// The sentence for machines and files: in English, whatever is spoken.
pub fn english_sentence(reason: &Reason) -> String {
    speaking(Language::English, || english(reason))
}

fn english(reason: &Reason) -> String {
    let facts = Facts(reason);
    let mut said = rules(&facts).or_else(|| states(&facts)).unwrap_or_else(|| link(&facts));
    // A finding is kept for a while after its cause is gone, so that it does not flap.
    said.push_str(&facts.part(", well again for ", "gone_s", ""));
    // It keeps its level for a while, with that level's figures.
    if let Some(eased) = facts.told("eased_s") {
        said.push_str(&format!(", eased{} for {eased}", facts.part(" to ", "eased_to", "")));
    }
    said.push_str(&facts.part(" (not judged for ", "unjudged_s", ")"));
    match facts.told("subject") {
        Some(subject) => format!("{subject}: {said}"),
        None => said,
    }
}

impl Facts<'_> {
    /// `1 partition`, `3 partitions`.
    pub(super) fn counted(&self, name: &str, one: &str, many: &str) -> String {
        match self.0.fact(name) {
            Some(Fact::Count(1)) => format!("1 {one}"),
            Some(Fact::Count(n)) => format!("{} {many}", count(*n)),
            _ => many.into(),
        }
    }

    fn lasting(&self) -> String {
        self.part(" for ", "for_s", "")
    }
}

/// What fires.
fn rules(f: &Facts<'_>) -> Option<String> {
    Some(match f.0.code {
        Code::TopicLatency => format!("p99 {}{}{}", f.or("p99_ms", "latency"), f.part(" over ", "threshold_ms", ""), f.lasting()),
        Code::TopicErrors => format!(
            "{} of records failed{}{}{}",
            f.or("error_rate", "too many"),
            f.part(", over ", "threshold", ""),
            match (f.told("errors"), f.told("records")) {
                (Some(errors), Some(records)) => format!(" ({errors} of {records})"),
                _ => String::new(),
            },
            f.lasting()
        ),
        Code::TopicSilent => {
            format!("nothing came for {}{}", f.or("silent_s", "a long time"), f.part(", usually ", "usual_per_s", ""))
        }
        Code::TopicUnusual => format!(
            "{}, usually {}{}{}",
            f.or("per_s", "another rate"),
            f.or("usual_per_s", "different"),
            f.part(" ± ", "deviation_per_s", ""),
            f.lasting()
        ),
        Code::TopicClockOffset => {
            format!("no record arrives younger than {}{}: a clock that is off?", f.or("min_ms", "the threshold"), f.lasting())
        }
        Code::OpenTransaction => format!(
            "an open transaction holds back {}{}{}",
            f.counted("records", "record", "records"),
            f.place(" in "),
            f.part(" for ", "stands_s", "")
        ),
        Code::GroupLag => {
            let lag = f.part(" (", "lag", " records)");
            format!("{} behind{lag}{}{}", f.or("lag_s", "too far"), f.part(", over ", "threshold_s", ""), f.lasting())
        }
        Code::GroupLagging => format!(
            "the lag does not fall: {} records{}{}{}",
            f.or("lag", "many"),
            f.part(" after ", "lag_before", ""),
            f.part(" in ", "window_s", ""),
            f.part(", ", "lag_s", " behind")
        ),
        Code::GroupStopped => format!(
            "{}no commit for {} while records come{}{}",
            if f.0.fact("members").is_some() { "no members, " } else { "" },
            f.or("since_s", "too long"),
            f.part(", ", "lag", " wait"),
            f.part(" (it used to commit every ", "commit_interval_s", ")")
        ),
        Code::GroupStalled if f.several().is_some() => format!(
            "the commits on {} have not moved while {} records wait{}{}{}",
            f.counted("partitions", "partition", "partitions"),
            f.or("lag", "some"),
            f.place(", most on "),
            f.part(", there for ", "since_s", ""),
            f.part(" (it used to commit every ", "commit_interval_s", ")")
        ),
        Code::GroupStalled => format!(
            "the commit{} has not moved for {} while {} records wait{}",
            f.place(" on "),
            f.or("since_s", "too long"),
            f.or("lag", "some"),
            f.part(" (it used to commit every ", "commit_interval_s", ")")
        ),
        Code::GroupRewound => format!(
            "the commit{} went back by {} records{}{}",
            f.place(" on "),
            f.or("records", "some"),
            match (f.told("from"), f.told("to")) {
                (Some(from), Some(to)) => format!(", from {from} to {to}"),
                _ => String::new(),
            },
            f.part(", ", "since_s", " ago")
        ),
        Code::RetentionDanger => {
            format!("the oldest unread record{} is deleted in {}", f.place(" of "), f.or("deleted_in_s", "a short time"))
        }
        Code::DeletedUnread => format!("{} deleted unread{}", f.counted("records", "record", "records"), f.place(" from ")),
        Code::UnderReplicated => format!(
            "{} with too few replicas in sync{}{}",
            f.counted("partitions", "partition", "partitions"),
            replicas(f, "replicas"),
            f.lasting()
        ),
        Code::UnderMinIsr => format!(
            "{} below min.insync.replicas{}{}",
            f.counted("partitions", "partition", "partitions"),
            replicas(f, "needed"),
            f.lasting()
        ),
        Code::Offline => format!("{} without a leader{}", f.counted("partitions", "partition", "partitions"), f.lasting()),
        Code::ClusterDown => {
            out_of_reach(f, "the cluster").unwrap_or_else(|| format!("the cluster does not answer{}", f.lasting()))
        }
        Code::BrokerDown => broker_down(f),
        Code::ControllersSilent => format!("the controllers do not answer{}", f.lasting()),
        Code::ViewBehind => {
            format!("vigie reads {} behind the log end{}", f.or("behind_s", "too far"), f.part(", over ", "threshold_s", ""))
        }
        _ => return rules_of_business(f),
    })
}

/// What fires on partitions, the business and this host.
fn rules_of_business(f: &Facts<'_>) -> Option<String> {
    Some(match f.0.code {
        Code::PartitionSkew => format!(
            "partition {} takes {} of all records{}{}",
            f.or("partition", "(one)"),
            f.or("share", "most"),
            f.part(", its even share is ", "even", ""),
            f.lasting()
        ),
        Code::PipelineStuck => format!(
            "{} stuck{}{}{}",
            f.or("stuck", "some"),
            f.part(", the oldest ", "age_s", "") + &f.part(" in ", "stage", "") + &f.part(" (deadline ", "deadline_s", ")"),
            at_risk(f).map(|amount| format!(", {amount} at risk")).unwrap_or_default(),
            f.lasting()
        ),
        Code::CouriersSilent => format!(
            "{} of {} couriers told no position for {}{}{}",
            f.or("silent", "some"),
            f.or("of", "the"),
            f.or("threshold_s", "too long"),
            f.part(" (the longest ", "longest_s", ")"),
            f.lasting()
        ),
        Code::DeliveriesLate => format!(
            "{} of {} deliveries are more than {} late{}{}",
            f.or("late", "some"),
            f.or("of", "the"),
            f.or("threshold_s", "a while"),
            f.part(" (up to ", "latest_s", ")"),
            f.lasting()
        ),
        Code::PaymentsFailing => failing(f),
        Code::DiskLow => {
            format!(
                "{} left on the disk{}{}",
                f.or("free_bytes", "little"),
                f.part(" (", "free", ")"),
                f.part(", under ", "threshold", "")
            )
        }
        _ => return None,
    })
}

fn failing(f: &Facts<'_>) -> String {
    let share = f.told("share").map_or_else(|| "too many".into(), |share| format!("{share} of"));
    let figures = match (f.told("failed"), f.told("of")) {
        (Some(failed), Some(of)) => format!(" ({failed} of {of})"),
        _ => String::new(),
    };
    // Before the time: what follows that is of the alert as a whole.
    let others = match f.others() {
        Some(1) => ", and 1 other method".into(),
        Some(n) => format!(", and {} other methods", count(n)),
        None => String::new(),
    };
    let failed = format!("{share}{} payments failed{}{figures}", f.part(" ", "method", ""), f.part(" in ", "window_s", ""));
    failed + &f.part(", over ", "threshold", "") + &others + &f.part(", for ", "for_s", "")
}

pub(super) fn at_risk(f: &Facts<'_>) -> Option<String> {
    let least = if f.0.fact("at_risk_of").is_some() { "≥ " } else { "" };
    money(f, "at_risk").map(|amount| format!("{least}{amount}"))
}

/// The amount of this name with the currency that stands beside it.
pub(super) fn money(f: &Facts<'_>, name: &str) -> Option<String> {
    let Some(Fact::Text(digits)) = f.0.fact(name) else { return None };
    Some(visible(&super::money(digits, f.told("currency").filter(|c| !c.is_empty()).as_deref())).into_owned())
}

/// Payments that somebody should look at: alone, or how many there were and the newest.
fn suspicious(f: &Facts<'_>) -> Option<String> {
    let said = match f.0.code {
        Code::PaidTwice => format!("the order {} was paid before", f.or("order", "of it")),
        Code::AmountDiffers => {
            format!("{} paid{}", f.or("paid", "another amount"), f.part(", the order comes to ", "amount", ""))
        }
        Code::PaymentVelocity => {
            let over = f.part(", over ", "threshold", "");
            format!("{} payments of one customer in {}{over}", f.or("count", "many"), f.or("window_s", "a short time"))
        }
        Code::AmountUnusual => {
            let amount = money(f, "amount").unwrap_or_else(|| "the amount".into());
            format!("{amount} is {} times what this customer usually pays", f.or("times", "many"))
        }
        Code::RepeatedFailures => {
            format!("{} failed payments of one customer in {}", f.or("count", "many"), f.or("window_s", "a short time"))
        }
        Code::CountryUnusual => {
            format!("paid from {}, this customer pays from {}", f.or("country", "another country"), f.or("usual", "elsewhere"))
        }
        Code::MethodAbroad => {
            let known = f.part(" among ", "known", " payments");
            format!("{} was never used from {} before{known}", f.or("method", "the method"), f.or("country", "there"))
        }
        _ => return None,
    };
    Some(match (f.0.fact("payments"), f.told("payment")) {
        (Some(Fact::Count(1)), Some(payment)) => format!("{payment}: {said}"),
        (Some(Fact::Count(n)), Some(payment)) => format!("{} payments, the newest {payment}: {said}", count(*n)),
        _ => said,
    })
}

fn broker_down(f: &Facts<'_>) -> String {
    let id = f.part(" ", "id", "");
    let down = || format!("broker{id}{} is down{}", f.part(" (", "broker", ")"), f.lasting());
    out_of_reach(f, &format!("broker{id}")).unwrap_or_else(down)
}

/// With its cause, where that is known.
fn out_of_reach(f: &Facts<'_>, who: &str) -> Option<String> {
    let cause = f.cause()?;
    Some(format!("{who} is out of reach{}: {}", f.lasting(), link(&Facts(&cause))))
}

fn replicas(f: &Facts<'_>, of: &str) -> String {
    match (f.told("in_sync"), f.told(of)) {
        (Some(in_sync), Some(all)) => format!(" ({in_sync} of {all}{})", f.place(" on ")),
        _ => String::new(),
    }
}

/// What is well, and what is not known.
fn states(f: &Facts<'_>) -> Option<String> {
    Some(match f.0.code {
        Code::Healthy => "healthy".into(),
        Code::CaughtUp => "everything is read".into(),
        // Lag in records and in time stand in the columns beside it.
        Code::KeepingUp => "keeps up".into(),
        Code::NotKnownYet => "not known yet".into(),
        Code::NotKept => "not kept for past moments".into(),
        Code::PastTail => "the live tail of then is not kept: read it from the topic".into(),
        Code::NotAsked => "not asked: nobody looks at it".into(),
        Code::NotSupported => "this cluster cannot tell".into(),
        Code::NoRecords => "no records in the window".into(),
        Code::NotReading => "no records are read (read budget 0)".into(),
        Code::SizesUnknown => "no record was read: their sizes are not known".into(),
        Code::TooFewReadings => match (f.told("history_s"), f.told("needed_s")) {
            (Some(history), Some(needed)) => format!("only {history} of history, {needed} are needed"),
            _ => "too few readings so far".into(),
        },
        Code::LogEndUnknown => match (f.told("partitions"), f.told("of")) {
            (Some(lost), Some(_)) => {
                format!("the log end of {lost} of {} cannot be read", f.counted("of", "partition", "partitions"))
            }
            _ => "the log end cannot be read".into(),
        },
        Code::NeverCommitted => "nothing was ever committed".into(),
        Code::NoGroups => "no group that is known commits here".into(),
        Code::OutOfRange => "no record has a timestamp of the last hour".into(),
        Code::NoCatalogueEntry => "the catalogue does not know this topic".into(),
        Code::Inflated => "our own reading was behind: the figure holds that delay too".into(),
        Code::LagUnknown => "the time of the oldest unread record is not known".into(),
        Code::FallingBehind => "it reads no faster than records come".into(),
        Code::NotConnected => "not connected to the cluster".into(),
        Code::GroupKindOpaque => "groups of this kind cannot be looked into".into(),
        Code::Abandoned => format!("no members and no commit{}", f.part(" for ", "since_s", "")),
        _ => return business(f),
    })
}

/// What is said of orders, payments and deliveries.
fn business(f: &Facts<'_>) -> Option<String> {
    Some(match f.0.code {
        Code::Sampled => format!("records of {} were skipped (read budget)", f.or("topic", "a topic")),
        Code::TopicNotRead => format!("{} is not read", f.or("topic", "one of its topics")),
        Code::NoTopics => "none of its topics is there".into(),
        Code::StoreBehind => match f.told("behind_s") {
            Some(behind) => format!("the store is {behind} behind the topics"),
            None => "the store has not caught up with the topics yet".into(),
        },
        Code::StoreAway => format!("the store cannot be read: {}", f.or("error", "no reason was told")),
        Code::WarmingUp => "the past is still being read".into(),
        Code::NotTold => format!("no event told {}", f.or("what", "it")),
        Code::NotFalling => "the level does not fall".into(),
        Code::LastStage => "nothing comes after the last stage".into(),
        Code::NothingEnded => "nothing came to its end yet".into(),
        Code::OverDeadline => {
            format!("{} in {}{}", f.or("age_s", "too long"), f.or("stage", "a stage"), f.part(", over ", "deadline_s", ""))
        }
        _ => return suspicious(f),
    })
}

/// How we stand with the cluster.
fn link(f: &Facts<'_>) -> String {
    let broker = f.or("broker", "the broker");
    let text = f.part(" (", "text", ")");
    match f.0.code {
        Code::BrokerUnreachable => format!("{broker} does not answer{}{text}", f.part(" for ", "after_s", "")),
        Code::AllBrokersDown => match f.told("broker") {
            Some(list) => format!("no broker answers: {list}{text}"),
            None => format!("no broker answers{text}"),
        },
        Code::AdvertisedAddress => {
            format!("the cluster names {broker} as a broker's address, which does not answer from here{text}")
        }
        Code::HostNotFound => format!("the name of {broker} cannot be resolved{text}"),
        Code::LoginRefused => format!("{broker} refused the login{}{text}", f.part(" of ", "principal", "")),
        Code::MechanismRefused => format!("{broker} does not offer this SASL mechanism{text}"),
        Code::CertificateRefused => format!("the certificate of {broker} is not trusted{text}"),
        Code::ClientCertificateRefused => format!("{broker} refused our client certificate{text}"),
        Code::TlsExpected => format!("{broker} speaks TLS and we do not{text}"),
        Code::TlsNotExpected => format!("we speak TLS and {broker} does not{text}"),
        Code::SaslExpected => format!("{broker} wants a login (SASL) and we gave none{text}"),
        Code::TokenFailed => format!("no token for the login could be had{text}"),
        Code::TopicRefused => {
            format!("no permission on topic {}{}{text}", f.or("topic", "(some)"), f.part(" for ", "principal", ""))
        }
        Code::GroupRefused => {
            format!("no permission on group {}{}{text}", f.or("group", "(some)"), f.part(" for ", "principal", ""))
        }
        Code::ClusterRefused => format!("no permission on the cluster{}{text}", f.part(" for ", "principal", "")),
        Code::NothingVisible => format!("the cluster shows us nothing: it is empty, or permissions are missing{text}"),
        Code::TimedOut => format!("{broker} took too long to answer{}{text}", f.part(", over ", "after_s", "")),
        Code::OffsetGone => format!("the wanted offset{} is not there any more{text}", f.place(" of ")),
        Code::TopicGone => format!("topic {} does not exist{text}", f.or("topic", "(asked for)")),
        _ => match f.told("text") {
            Some(text) => format!("the Kafka client says: {text}"),
            None => "the Kafka client reports an error".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The facts that a reason of this code may carry.
    const NAMES: &[(&str, Fact)] = &[
        ("p99_ms", Fact::Millis(1_900.0)),
        ("threshold_ms", Fact::Millis(1_000.0)),
        ("for_s", Fact::Seconds(240.0)),
        ("error_rate", Fact::Ratio(0.03)),
        ("lag_s", Fact::Seconds(80.0)),
        ("lag", Fact::Count(312)),
        ("partition", Fact::Count(2)),
        ("records", Fact::Count(1)),
    ];

    fn full(code: Code) -> Reason {
        let reason = NAMES.iter().fold(Reason::new(code), |reason, (name, fact)| reason.with(name, fact.clone()));
        reason.text("broker", "10.0.0.7:9092").text("topic", "orders\u{202e}").text("text", "Broken\x1b[2J")
    }

    #[test]
    fn every_code_has_a_sentence_with_facts_and_without() {
        for code in Code::ALL {
            for reason in [Reason::new(*code), full(*code)] {
                let said = sentence(&reason);
                assert!(!said.trim().is_empty(), "{code:?}");
                assert!(said == "healthy" || said != code.name(), "{code:?} has no sentence");
                assert!(!code.name().contains('-') || !said.contains(code.name()), "{said}");
                assert!(!said.contains("  ") && said == said.trim(), "{code:?}: {said:?}");
                assert!(!said.chars().any(|c| c.is_control() || c == '\u{202e}'), "hostile text: {said:?}");
            }
        }
    }

    #[test]
    fn evidence_comes_with_threshold_and_duration() {
        let latency = full(Code::TopicLatency);
        assert_eq!(sentence(&latency), "p99 1.9 s over 1 s for 4 min");
        assert_eq!(sentence(&latency.text("subject", "payments")), "payments: p99 1.9 s over 1 s for 4 min");
        let down = Reason::new(Code::BrokerDown).with("id", Fact::Count(2)).with("for_s", Fact::Seconds(12.0));
        assert_eq!(sentence(&down), "broker 2 is down for 12 s");
        let nowhere = down.text("broker", "localhost:9092").text("cause", Code::AdvertisedAddress.name());
        assert!(sentence(&nowhere).starts_with("broker 2 is out of reach for 12 s: the cluster names localhost:9092"));
        let lag = Reason::new(Code::GroupLag)
            .with("lag_s", Fact::Seconds(80.0))
            .with("threshold_s", Fact::Seconds(60.0))
            .with("lag", Fact::Count(312))
            .with("for_s", Fact::Seconds(90.0));
        assert_eq!(sentence(&lag), "80 s behind (312 records), over 60 s for 90 s");
        let stopped = Reason::new(Code::GroupStopped).with("since_s", Fact::Seconds(130.0)).with("members", Fact::Count(0));
        assert_eq!(sentence(&stopped), "no members, no commit for 2 min while records come");
    }
}
