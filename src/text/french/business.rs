//! What fires on partitions, the business and this host, and payments that somebody should look at.

use crate::model::{Code, Fact};
use crate::text::count;
use crate::text::facts::Facts;
use crate::text::sentences::{at_risk, money};

pub fn say(f: &Facts<'_>) -> Option<String> {
    Some(match f.0.code {
        Code::PartitionSkew => format!(
            "la partition {} prend {} messages{}{}",
            f.or("partition", "(une)"),
            f.told("share").map_or_else(|| "la plupart des".into(), |share| format!("{share} des")),
            f.part(", sa part égale est de ", "even", ""),
            f.since()
        ),
        Code::PipelineStuck => format!(
            "{} bloquées{}{}{}",
            f.or("stuck", "plusieurs"),
            f.part(", la plus ancienne depuis ", "age_s", "")
                + &f.part(" à l'étape ", "stage", "")
                + &f.part(" (limite ", "deadline_s", ")"),
            at_risk(f).map(|amount| format!(", {amount} en jeu")).unwrap_or_default(),
            f.since()
        ),
        Code::CouriersSilent => format!(
            "{} livreurs sans position depuis {}{}{}",
            match (f.told("silent"), f.told("of")) {
                (Some(silent), Some(of)) => format!("{silent} sur {of}"),
                (Some(silent), None) => silent,
                (None, Some(of)) => format!("plusieurs des {of}"),
                (None, None) => "des".into(),
            },
            f.or("threshold_s", "trop longtemps"),
            f.part(" (le plus long ", "longest_s", ")"),
            f.since()
        ),
        Code::DeliveriesLate => format!(
            "{} livraisons ont plus de {} de retard{}{}",
            match (f.told("late"), f.told("of")) {
                (Some(late), Some(of)) => format!("{late} sur {of}"),
                (Some(late), None) => late,
                (None, Some(of)) => format!("plusieurs des {of}"),
                (None, None) => "des".into(),
            },
            f.or("threshold_s", "quelques minutes"),
            f.part(" (au plus ", "latest_s", ")"),
            f.since()
        ),
        Code::PaymentsFailing => failing(f),
        Code::DiskLow => format!(
            "reste {} sur le disque{}{}",
            f.or("free_bytes", "peu de place"),
            f.part(" (", "free", ")"),
            f.part(", sous ", "threshold", "")
        ),
        _ => return suspicious(f),
    })
}

fn failing(f: &Facts<'_>) -> String {
    let share = f.told("share").map_or_else(|| "trop de".into(), |share| format!("{share} des"));
    let figures = match (f.told("failed"), f.told("of")) {
        (Some(failed), Some(of)) => format!(" ({failed} sur {of})"),
        _ => String::new(),
    };
    let others = match f.others() {
        Some(1) => ", et 1 autre moyen".into(),
        Some(n) => format!(", et {} autres moyens", count(n)),
        None => String::new(),
    };
    let failed = format!("{share} paiements{} ont échoué{}{figures}", f.part(" ", "method", ""), f.part(" en ", "window_s", ""));
    failed + &f.part(", au-dessus de ", "threshold", "") + &others + &f.part(", depuis ", "for_s", "")
}

/// Alone, or how many there were and the newest.
fn suspicious(f: &Facts<'_>) -> Option<String> {
    let often =
        |what: &str| format!("{} {what} d'un même client en {}", f.or("count", "beaucoup de"), f.or("window_s", "peu de temps"));
    let said = match f.0.code {
        Code::PaidTwice => format!("la commande{} était déjà payée", f.part(" ", "order", "")),
        Code::AmountDiffers => {
            format!("{} payé{}", f.or("paid", "un autre montant a été"), f.part(", la commande fait ", "amount", ""))
        }
        Code::PaymentVelocity => often("paiements") + &f.part(", au-dessus de ", "threshold", ""),
        Code::AmountUnusual => format!(
            "{}, soit {} fois ce que ce client paie d'habitude",
            money(f, "amount").unwrap_or_else(|| "montant inhabituel".into()),
            f.or("times", "plusieurs")
        ),
        Code::RepeatedFailures => often("paiements échoués"),
        Code::CountryUnusual => {
            format!("payé depuis {}, ce client paie depuis {}", f.or("country", "un autre pays"), f.or("usual", "ailleurs"))
        }
        Code::MethodAbroad => format!(
            "{} jamais utilisé depuis {} jusqu'ici{}",
            f.or("method", "moyen de paiement"),
            f.or("country", "ce pays"),
            f.part(" parmi ", "known", " paiements")
        ),
        _ => return None,
    };
    Some(match (f.0.fact("payments"), f.told("payment")) {
        (Some(Fact::Count(1)), Some(payment)) => format!("{payment}{}{said}", super::COLON),
        (Some(Fact::Count(n)), Some(payment)) => format!("{} paiements, le dernier {payment}{}{said}", count(*n), super::COLON),
        _ => said,
    })
}
