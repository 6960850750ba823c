//! What the catalogue calls private, for the picture that is shown or printed.

use super::setup;
use crate::catalogue::{Catalogue, TopicEntry};
use crate::config::{Config, parse};
use crate::snapshot::{Privacy, Snapshot, TopicFields};
use crate::ui::PrivacyMode;
use anyhow::Result;
use std::sync::Arc;

/// Whether what is personal is hidden, and whether a key may show it.
pub fn mode(config: &Config) -> Result<PrivacyMode> {
    Ok(match config.parsed("privacy", parse::boolean)?.unwrap_or(false) {
        _ if config.privacy_forced => PrivacyMode::Forced,
        true => PrivacyMode::Masked,
        false => PrivacyMode::Open,
    })
}

/// What a picture must not tell where it is printed; `None`: it may be told whole.
pub fn printed(config: &Config) -> Result<Option<Privacy>> {
    Ok(if mode(config)? == PrivacyMode::Open { None } else { Some(of(&*setup::catalogue(config)?)) })
}

/// The picture as it may be printed.
pub fn given(picture: &Arc<Snapshot>, privacy: Option<&Privacy>) -> Arc<Snapshot> {
    privacy.map_or_else(|| picture.clone(), |privacy| Arc::new(privacy.snapshot(picture)))
}

pub fn of(catalogue: &Catalogue) -> Privacy {
    Privacy::new(catalogue.topics.iter().map(fields))
}

fn fields(topic: &TopicEntry) -> TopicFields<'_> {
    TopicFields {
        topic: topic.name.clone(),
        entity: topic.entity.as_deref(),
        envelope: topic.data.as_deref(),
        fields: topic.fields.iter().map(|field| (field.name.as_ref(), field.meaning, field.private)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(topic: &str, value: &str) -> String {
        let privacy = of(&Catalogue::builtin());
        String::from_utf8(privacy.value(topic, value.as_bytes(), false)).unwrap()
    }

    #[test]
    fn the_shipped_catalogue_hides_who_and_where_and_shows_what_happened() {
        let order =
            r#"{"id":"CMD-1","customerId":"CLI-7","customerName":"Mariama Diallo","total":45000.50,"address":{"street":"Kipé"}}"#;
        let told = value("orders.created", order);
        assert!(told.contains("CMD-1") && told.contains("45000.50"), "{told}");
        assert!(!["CLI-7", "Mariama", "Kip"].iter().any(|personal| told.contains(personal)), "{told}");
        let position =
            value("location.updated", r#"{"courierId":"LIV-7","lat":9.6012,"lon":-13.6459,"speedKmh":31,"orderId":"CMD-1"}"#);
        assert!(position.contains("31") && position.contains("CMD-1"), "{position}");
        assert!(!["LIV-7", "9.6", "13.6"].iter().any(|personal| position.contains(personal)), "{position}");
    }

    #[test]
    fn a_field_that_the_catalogue_does_not_know_is_not_shown() {
        let told = value("orders.created", r#"{"id":"CMD-1","email":"a@b.gn","items":[{"sku":"riz","customer_name":"Fatou"}]}"#);
        assert!(told.contains("riz") && !told.contains("a@b.gn") && !told.contains("Fatou"), "{told}");
        assert_eq!(value("somebody.elses", r#"{"id":"CMD-1"}"#), "••••••");
    }

    #[test]
    fn a_key_is_shown_where_it_names_no_person() {
        let privacy = of(&Catalogue::builtin());
        assert_eq!(privacy.key("orders.created", b"CMD-1"), b"CMD-1");
        for (topic, key) in [("location.updated", "LIV-7"), ("user.login", "CLI-7"), ("notifications.sms", "CLI-7"), ("other", "k")]
        {
            assert_eq!(privacy.key(topic, key.as_bytes()), "•••".as_bytes(), "{topic}");
        }
    }
}
