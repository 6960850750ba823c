//! How we stand with the cluster.

use crate::model::Code;
use crate::text::facts::Facts;

pub fn say(f: &Facts<'_>) -> String {
    let broker = f.or("broker", "le broker");
    let text = f.part(" (", "text", ")");
    reach(f, &broker, &text).or_else(|| security(f, &broker, &text)).unwrap_or_else(|| service(f, &broker, &text))
}

fn reach(f: &Facts<'_>, broker: &str, text: &str) -> Option<String> {
    Some(match f.0.code {
        Code::BrokerUnreachable => format!("{broker} ne répond pas{}{text}", f.part(" depuis ", "after_s", "")),
        Code::AllBrokersDown => match f.told("broker") {
            Some(list) => format!("aucun broker ne répond{}{list}{text}", super::COLON),
            None => format!("aucun broker ne répond{text}"),
        },
        Code::AdvertisedAddress => {
            format!("le cluster donne {broker} comme adresse d'un broker, qui ne répond pas d'ici{text}")
        }
        Code::HostNotFound => match f.told("broker") {
            Some(broker) => format!("nom introuvable, {broker}{text}"),
            None => format!("le nom du broker est introuvable{text}"),
        },
        _ => return None,
    })
}

fn security(f: &Facts<'_>, broker: &str, text: &str) -> Option<String> {
    let principal = || f.part(" pour ", "principal", "");
    Some(match f.0.code {
        Code::LoginRefused => format!("{broker} a refusé l'identification{}{text}", f.part(" de ", "principal", "")),
        Code::MechanismRefused => format!("{broker} n'offre pas ce mécanisme SASL{text}"),
        Code::CertificateRefused => format!("le certificat présenté par {broker} n'inspire pas confiance{text}"),
        Code::ClientCertificateRefused => format!("{broker} a refusé notre certificat client{text}"),
        Code::TlsExpected => format!("{broker} parle TLS et nous non{text}"),
        Code::TlsNotExpected => format!("nous parlons TLS et {broker} non{text}"),
        Code::SaslExpected => format!("{broker} veut une identification (SASL) et nous n'en donnons pas{text}"),
        Code::TokenFailed => format!("aucun jeton d'identification obtenu{text}"),
        Code::TopicRefused => format!("pas de droit sur le topic {}{}{text}", f.or("topic", "(certains)"), principal()),
        Code::GroupRefused => format!("pas de droit sur le groupe {}{}{text}", f.or("group", "(certains)"), principal()),
        Code::ClusterRefused => format!("pas de droit sur le cluster{}{text}", principal()),
        Code::NothingVisible => format!("le cluster ne nous montre rien, il est vide ou des droits manquent{text}"),
        _ => return None,
    })
}

fn service(f: &Facts<'_>, broker: &str, text: &str) -> String {
    match f.0.code {
        Code::TimedOut => format!("{broker} a mis trop de temps à répondre{}{text}", f.part(", plus de ", "after_s", "")),
        Code::OffsetGone => format!("l'offset demandé{} n'existe plus{text}", f.place(" sur ")),
        Code::TopicGone => format!("le topic {} n'existe pas{text}", f.or("topic", "demandé")),
        _ => match f.told("text") {
            Some(text) => format!("le client Kafka dit{}{text}", super::COLON),
            None => "le client Kafka signale une erreur".into(),
        },
    }
}
