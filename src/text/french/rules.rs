//! What fires.

use super::link;
use crate::model::Code;
use crate::text::facts::Facts;

pub fn say(f: &Facts<'_>) -> Option<String> {
    topic(f).or_else(|| group(f)).or_else(|| cluster(f))
}

fn topic(f: &Facts<'_>) -> Option<String> {
    Some(match f.0.code {
        Code::TopicLatency => {
            let p99 = f.told("p99_ms").map_or_else(|| "latence p99 trop haute".into(), |ms| format!("p99 {ms}"));
            format!("{p99}{}{}", f.part(", au-dessus de ", "threshold_ms", ""), f.since())
        }
        Code::TopicErrors => format!(
            "{} messages en échec{}{}{}",
            f.told("error_rate").map_or_else(|| "trop de".into(), |rate| format!("{rate} des")),
            f.part(", au-dessus de ", "threshold", ""),
            match (f.told("errors"), f.told("records")) {
                (Some(errors), Some(records)) => format!(" ({errors} sur {records})"),
                _ => String::new(),
            },
            f.since()
        ),
        Code::TopicSilent => {
            format!("rien n'est venu depuis {}{}", f.or("silent_s", "longtemps"), f.part(", d'habitude ", "usual_per_s", ""))
        }
        Code::TopicUnusual => format!(
            "{}, d'habitude {}{}{}",
            f.or("per_s", "débit inhabituel"),
            f.or("usual_per_s", "différent"),
            f.part(" ± ", "deviation_per_s", ""),
            f.since()
        ),
        Code::TopicClockOffset => format!(
            "aucun message n'arrive plus jeune que {}{}\u{202f}: une horloge décalée\u{202f}?",
            f.or("min_ms", "le seuil"),
            f.since()
        ),
        Code::OpenTransaction => format!(
            "une transaction ouverte retient {}{}{}",
            f.0.fact("records").map_or_else(|| "des messages".into(), |_| f.number("records", "message", "messages")),
            f.place(" sur "),
            f.part(" depuis ", "stands_s", "")
        ),
        _ => return None,
    })
}

fn group(f: &Facts<'_>) -> Option<String> {
    let usual = || f.part(" (d'habitude un commit toutes les ", "commit_interval_s", ")");
    Some(match f.0.code {
        Code::GroupLag => format!(
            "{} de retard{}{}{}",
            f.or("lag_s", "trop"),
            f.part(" (", "lag", " messages)"),
            f.part(", au-dessus de ", "threshold_s", ""),
            f.since()
        ),
        Code::GroupLagging => format!(
            "le lag ne baisse pas\u{202f}: {} messages{}{}{}",
            f.or("lag", "beaucoup de"),
            f.part(" après ", "lag_before", ""),
            f.part(" en ", "window_s", ""),
            f.part(", ", "lag_s", " de retard")
        ),
        Code::GroupStopped => format!(
            "{}aucun commit depuis {} alors que des messages arrivent{}{}",
            if f.0.fact("members").is_some() { "aucun membre, " } else { "" },
            f.or("since_s", "trop longtemps"),
            f.part(", ", "lag", " attendent"),
            usual()
        ),
        Code::GroupStalled if f.several().is_some() => format!(
            "les commits sur {} n'avancent plus alors que {} messages attendent{}{}{}",
            f.counted("partitions", "partition", "partitions"),
            f.or("lag", "des"),
            f.place(", surtout sur "),
            f.part(", là depuis ", "since_s", ""),
            usual()
        ),
        Code::GroupStalled => format!(
            "le commit{} n'avance plus depuis {} alors que {} messages attendent{}",
            f.place(" sur "),
            f.or("since_s", "trop longtemps"),
            f.or("lag", "des"),
            usual()
        ),
        Code::GroupRewound => format!(
            "le commit{} a reculé de {} messages{}{}",
            f.place(" sur "),
            f.or("records", "quelques"),
            match (f.told("from"), f.told("to")) {
                (Some(from), Some(to)) => format!(", de {from} à {to}"),
                _ => String::new(),
            },
            f.part(", il y a ", "since_s", "")
        ),
        Code::RetentionDanger => {
            format!("le plus ancien message non lu{} est supprimé dans {}", f.place(" sur "), f.or("deleted_in_s", "peu de temps"))
        }
        Code::DeletedUnread => {
            f.number("records", "message supprimé sans être lu", "messages supprimés sans être lus") + &f.place(" sur ")
        }
        _ => return None,
    })
}

fn cluster(f: &Facts<'_>) -> Option<String> {
    let partitions = |what: &str| f.number("partitions", "partition", "partitions") + what;
    Some(match f.0.code {
        Code::UnderReplicated => {
            format!("{}{}{}", partitions(" avec trop peu de répliques synchrones"), replicas(f, "replicas"), f.since())
        }
        Code::UnderMinIsr => format!("{}{}{}", partitions(" sous min.insync.replicas"), replicas(f, "needed"), f.since()),
        Code::Offline => format!("{}{}", partitions(" sans leader"), f.since()),
        Code::ClusterDown => out_of_reach(f, "cluster").unwrap_or_else(|| format!("le cluster ne répond pas{}", f.since())),
        Code::BrokerDown => broker_down(f),
        Code::ControllersSilent => format!("les contrôleurs ne répondent pas{}", f.since()),
        Code::ViewBehind => format!(
            "vigie lit avec {} de retard sur la fin du log{}",
            f.or("behind_s", "trop"),
            f.part(", au-dessus de ", "threshold_s", "")
        ),
        _ => return None,
    })
}

fn broker_down(f: &Facts<'_>) -> String {
    let id = f.part(" ", "id", "");
    let down = || format!("broker{id}{} hors service{}", f.part(" (", "broker", ")"), f.since());
    out_of_reach(f, &format!("broker{id}")).unwrap_or_else(down)
}

fn out_of_reach(f: &Facts<'_>, who: &str) -> Option<String> {
    let cause = f.cause()?;
    Some(format!("{who} injoignable{}{}{}", f.since(), super::COLON, link::say(&Facts(&cause))))
}

fn replicas(f: &Facts<'_>, of: &str) -> String {
    match (f.told("in_sync"), f.told(of)) {
        (Some(in_sync), Some(all)) => format!(" ({in_sync} sur {all}{})", f.place(", ")),
        _ => String::new(),
    }
}
