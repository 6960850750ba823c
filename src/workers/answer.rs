//! What a worker produces, in the shape that the catalogue gives its topic.

use crate::catalogue::TopicEntry;
use crate::model::{Label, Meaning, Timestamp, Value};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// An event to be produced.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub form: Arc<Form>,
    /// Whom it is about: the record's key.
    pub entity: Label,
    /// When what it follows from happened.
    pub at: Timestamp,
    pub values: Vec<(Meaning, Value)>,
}

/// How the events of one topic are written.
#[derive(Debug, PartialEq)]
pub struct Form {
    pub topic: Arc<str>,
    entity: Option<Arc<str>>,
    time: Arc<str>,
    data: Option<Arc<str>>,
    fields: Vec<(Arc<str>, Meaning)>,
}

impl Form {
    /// `told`: what every answer has.
    ///
    /// # Errors
    /// The name of a field that the topic asks for and the worker cannot tell.
    pub fn new(entry: &TopicEntry, told: &[Meaning]) -> Result<Self, Arc<str>> {
        let time: Arc<str> = entry.time.clone().unwrap_or_else(|| "occurredAt".into());
        let own = |name: &Arc<str>| entry.entity.as_ref() == Some(name) || *name == time;
        let lacks = entry.fields.iter().find(|f| f.required && !own(&f.name) && !f.meaning.is_some_and(|m| told.contains(&m)));
        if let Some(field) = lacks {
            return Err(field.name.clone());
        }
        let others = entry.fields.iter().filter(|f| !own(&f.name));
        let fields = others.filter_map(|f| Some((f.name.clone(), f.meaning?))).collect();
        Ok(Self { topic: entry.name.clone(), entity: entry.entity.clone(), time, data: entry.data.clone(), fields })
    }
}

impl Answer {
    pub fn json(&self) -> Vec<u8> {
        let form = &self.form;
        let mut fields = Map::new();
        if let Some(entity) = &form.entity {
            fields.insert(entity.to_string(), self.entity.as_ref().into());
        }
        for (name, meaning) in &form.fields {
            if let Some(value) = self.value(*meaning) {
                fields.insert(name.to_string(), value);
            }
        }
        fields.insert(form.time.to_string(), iso(self.at));
        let whole = match &form.data {
            Some(data) => Json::Object(Map::from_iter([(data.to_string(), Json::Object(fields))])),
            None => Json::Object(fields),
        };
        whole.to_string().into_bytes()
    }

    fn value(&self, meaning: Meaning) -> Option<Json> {
        let of = |wanted| self.values.iter().find(|(m, _)| *m == wanted).map(|(_, value)| value);
        let half = |read: fn(&crate::model::Point) -> f64| match of(Meaning::Position)? {
            Value::Point(point) => Some(read(point).into()),
            _ => None,
        };
        match meaning {
            Meaning::Lat => half(|p| p.lat),
            Meaning::Lon => half(|p| p.lon),
            meaning => of(meaning).map(json),
        }
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Text(text) => text.as_ref().into(),
        Value::Amount(amount) => amount.to_string().into(),
        Value::Number(number) => (*number).into(),
        Value::Integer(number) => (*number).into(),
        Value::Time(at) => iso(*at),
        Value::Flag(flag) => (*flag).into(),
        Value::Point(point) => serde_json::json!({ "lat": point.lat, "lon": point.lon }),
    }
}

fn iso(at: Timestamp) -> Json {
    at.iso().map_or_else(|| at.0.into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::Point;

    #[test]
    fn the_catalogue_names_the_fields() {
        let catalogue = Catalogue::builtin();
        let page = catalogue.topic("ui.tracking-updated").unwrap();
        let form = Arc::new(Form::new(page, &[]).unwrap());
        let place = Value::Point(Point { lat: 9.5, lon: -13.7 });
        let values = vec![
            (Meaning::Position, place),
            (Meaning::Eta, Value::Time(Timestamp(60_000))),
            // The page has no field for it.
            (Meaning::Level, Value::Integer(3)),
        ];
        let answer = Answer { form, entity: "A1".into(), at: Timestamp(0), values };
        let wanted = r#"{"etaAt":"1970-01-01T00:01:00Z","lat":9.5,"lon":-13.7,"occurredAt":"1970-01-01T00:00:00Z","orderId":"A1"}"#;
        let told: Json = serde_json::from_slice(&answer.json()).unwrap();
        assert_eq!(told, serde_json::from_str::<Json>(wanted).unwrap());
    }

    #[test]
    fn a_field_that_cannot_be_told_is_named() {
        let catalogue = Catalogue::builtin();
        let low = catalogue.topic("inventory.low-stock").unwrap();
        assert_eq!(Form::new(low, &[]).unwrap_err().as_ref(), "level");
        assert!(Form::new(low, &[Meaning::Level]).is_ok());
    }
}
