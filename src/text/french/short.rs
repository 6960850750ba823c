//! What a reason says in a cell of a table.

use crate::model::{Code, Reason};
use crate::text::count;
use crate::text::facts::Facts;
use crate::text::sentences::at_risk;

/// What fires; the first piece is the evidence.
pub fn pieces(f: &Facts<'_>) -> Option<Vec<String>> {
    let lasting = || f.part(", ", "for_s", "");
    let over = |threshold: &str| f.part(" > ", threshold, "");
    let waiting = || f.part(", ", "lag", " attendent");
    let partitions = |what: &str, of: &str| {
        let in_sync = match (f.told("in_sync"), f.told(of)) {
            (Some(some), Some(all)) => format!(" ({some} sur {all})"),
            _ => String::new(),
        };
        vec![f.part("", "partitions", " ") + what, in_sync, lasting()]
    };
    Some(match f.0.code {
        Code::TopicLatency => vec![f.part("p99 ", "p99_ms", ""), over("threshold_ms"), lasting()],
        Code::TopicErrors => vec![f.part("", "error_rate", " en échec"), over("threshold"), lasting()],
        Code::TopicSilent => vec![f.part("muet ", "silent_s", ""), f.part(", d'habitude ", "usual_per_s", "")],
        Code::TopicUnusual => vec![f.part("", "per_s", ""), f.part(", d'habitude ", "usual_per_s", ""), lasting()],
        Code::TopicClockOffset => vec![f.part("horloge\u{202f}? ", "min_ms", ""), lasting()],
        Code::OpenTransaction => {
            vec!["transaction ouverte".into(), f.part(", ", "stands_s", ""), f.part(", retient ", "records", "")]
        }
        Code::GroupLag => vec![f.part("", "lag_s", " de retard"), over("threshold_s"), waiting(), lasting()],
        Code::GroupLagging => {
            vec!["le lag ne baisse pas".into(), f.part("\u{202f}: ", "lag", ""), f.part(", ", "lag_s", " de retard")]
        }
        Code::GroupStopped => vec![f.part("aucun commit ", "since_s", ""), waiting(), no_members(f)],
        Code::GroupStalled => {
            let place = f.several().map_or_else(|| f.place(" sur "), |n| format!(" sur {} partitions", count(n)));
            vec![f.part("bloqué ", "since_s", ""), waiting(), place]
        }
        Code::GroupRewound => vec![f.part("recul de ", "records", ""), f.part(", il y a ", "since_s", ""), f.place(" sur ")],
        Code::RetentionDanger => vec![f.part("supprimé dans ", "deleted_in_s", ""), f.place("\u{202f}: ")],
        Code::DeletedUnread => vec![f.part("", "records", " supprimés non lus"), f.place(" sur ")],
        Code::UnderReplicated => partitions("sous-répliquées", "replicas"),
        Code::UnderMinIsr => partitions("sous l'ISR min", "needed"),
        Code::Offline => partitions("sans leader", "replicas"),
        Code::BrokerDown | Code::ClusterDown => vec![f.part("hors d'atteinte ", "for_s", "")],
        Code::PartitionSkew => vec![f.part("", "share", " dans une partition"), lasting()],
        Code::PipelineStuck => vec![
            f.part("", "stuck", " bloquées"),
            f.part(", max ", "age_s", ""),
            at_risk(f).map(|amount| format!(", {amount}")).unwrap_or_default(),
        ],
        Code::CouriersSilent => vec![f.part("", "silent", " muets"), f.part(" sur ", "of", ""), lasting()],
        Code::DeliveriesLate => vec![f.part("", "late", " en retard"), f.part(" sur ", "of", ""), lasting()],
        Code::PaymentsFailing => {
            let share = f.told("share").map(|share| format!("{share} d'échecs{}", f.part(" ", "method", "")));
            vec![share.unwrap_or_default(), f.part(", ", "failed", "") + &f.part(" sur ", "of", ""), others(f), lasting()]
        }
        Code::DiskLow => vec![f.part("reste ", "free_bytes", ""), f.part(" (", "free", ")")],
        _ => return None,
    })
}

fn others(f: &Facts<'_>) -> String {
    f.others().map_or_else(String::new, |n| format!(", +{}", count(n)))
}

fn no_members(f: &Facts<'_>) -> String {
    if f.0.fact("members").is_some() { ", aucun membre".into() } else { String::new() }
}

pub fn state(reason: &Reason) -> String {
    match reason.code {
        Code::NotConnected => "non connecté".into(),
        Code::TooFewReadings => "trop peu de relevés".into(),
        Code::NotReading => "pas lu".into(),
        Code::NoCatalogueEntry => "hors catalogue".into(),
        Code::Inflated => "vue en retard".into(),
        Code::NeverCommitted => "aucun commit".into(),
        Code::LagUnknown => "âge inconnu".into(),
        Code::GroupKindOpaque => "illisible".into(),
        _ => super::sentence(reason),
    }
}
