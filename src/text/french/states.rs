//! What is well, what is not known, and what is said of orders, payments and deliveries.

use crate::model::Code;
use crate::text::facts::Facts;

pub fn say(f: &Facts<'_>) -> Option<String> {
    Some(match f.0.code {
        Code::Healthy => "sain".into(),
        Code::CaughtUp => "tout est lu".into(),
        Code::KeepingUp => "suit".into(),
        Code::NotKnownYet => "pas encore connu".into(),
        Code::NotKept => "pas conservé pour les moments passés".into(),
        Code::PastTail => "le direct d'alors n'est pas conservé\u{202f}: il se relit dans le topic".into(),
        Code::NotAsked => "pas demandé, car personne ne le regarde".into(),
        Code::NotSupported => "ce cluster ne sait pas le dire".into(),
        Code::NoRecords => "aucun message dans la fenêtre".into(),
        Code::NotReading => "aucun message n'est lu (budget de lecture 0)".into(),
        Code::SizesUnknown => "aucun message lu, donc tailles inconnues".into(),
        Code::TooFewReadings => match (f.told("history_s"), f.told("needed_s")) {
            (Some(history), Some(needed)) => format!("seulement {history} d'historique, il faut {needed}"),
            _ => "trop peu de relevés pour l'instant".into(),
        },
        Code::LogEndUnknown => match (f.told("partitions"), f.told("of")) {
            (Some(_), Some(of)) => {
                format!("la fin du log de {} sur {of} est illisible", f.counted("partitions", "partition", "partitions"))
            }
            _ => "la fin du log est illisible".into(),
        },
        Code::NeverCommitted => "rien n'a jamais été commité".into(),
        Code::NoGroups => "aucun groupe connu ne commite ici".into(),
        Code::OutOfRange => "aucun message horodaté dans la dernière heure".into(),
        Code::NoCatalogueEntry => "le catalogue ne connaît pas ce topic".into(),
        Code::Inflated => "notre lecture était en retard et le chiffre contient aussi ce délai".into(),
        Code::LagUnknown => "l'heure du plus ancien message non lu est inconnue".into(),
        Code::FallingBehind => "il ne lit pas plus vite que les messages n'arrivent".into(),
        Code::NotConnected => "non connecté au cluster".into(),
        Code::GroupKindOpaque => "ce type de groupe ne se laisse pas examiner".into(),
        Code::Abandoned => format!("aucun membre et aucun commit{}", f.part(" depuis ", "since_s", "")),
        _ => return business(f),
    })
}

fn business(f: &Facts<'_>) -> Option<String> {
    Some(match f.0.code {
        Code::Sampled => format!("des messages de {} ont été sautés (budget de lecture)", f.or("topic", "ce topic")),
        Code::TopicNotRead => format!("{} n'est pas lu", f.or("topic", "un de ses topics")),
        Code::NoTopics => "aucun de ses topics n'est là".into(),
        Code::StoreBehind => match f.told("behind_s") {
            Some(behind) => format!("la base d'état a {behind} de retard sur les topics"),
            None => "la base d'état n'a pas encore rattrapé les topics".into(),
        },
        Code::StoreAway => format!("base d'état illisible\u{202f}: {}", f.or("error", "aucune raison donnée")),
        Code::WarmingUp => "le passé est encore en lecture".into(),
        Code::NotTold => {
            format!("aucun événement ne donne {}", f.told("what").map_or_else(|| "cette valeur".into(), |what| missing(&what)))
        }
        Code::NotFalling => "le niveau ne baisse pas".into(),
        Code::LastStage => "rien ne suit la dernière étape".into(),
        Code::NothingEnded => "rien n'est encore arrivé à sa fin".into(),
        Code::OverDeadline => format!(
            "{} à l'étape {}{}",
            f.or("age_s", "trop longtemps"),
            f.or("stage", "en cours"),
            f.part(", au-dessus de ", "deadline_s", "")
        ),
        _ => return None,
    })
}

/// What the engine names in English, since the JSON has it too.
fn missing(what: &str) -> String {
    let french = what.split(" and ").map(|one| match one {
        "a position" => "de position",
        "a time of arrival" => "d'heure d'arrivée",
        "the way left" => "de distance restante",
        other => other,
    });
    french.collect::<Vec<_>>().join(" ni ")
}
