//! Records as NDJSON: one object a line. A value that is JSON stays JSON, with its own digits; text is `value_text`, and bytes that are no
//! text are `value_base64`. The same for keys and headers. No line holds a raw control or format character, so that a terminal can show the file.

use crate::model::TimestampKind;
use crate::snapshot::TailRow;
use crate::text::escaped_json;
use crate::ui::copy::base64;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

pub fn line(out: &mut String, row: &TailRow) {
    let kind = row.time.map(|t| match t.kind {
        TimestampKind::Create => "create",
        TimestampKind::Append => "append",
    });
    let mut object = Map::new();
    object.insert("topic".into(), json!(row.topic.as_ref()));
    object.insert("partition".into(), json!(row.partition));
    object.insert("offset".into(), json!(row.offset));
    object.insert("timestamp".into(), json!(row.time.and_then(|t| t.at.iso())));
    object.insert("timestamp_ms".into(), json!(row.time.map(|t| t.at.0)));
    object.insert("timestamp_type".into(), json!(kind));
    text_or_bytes(&mut object, "key", "key", row.key.as_deref());
    object.insert("headers".into(), Value::Array(row.headers.iter().map(header).collect()));
    object.insert("value_bytes".into(), json!(row.value_len));
    let value = row.value.as_deref();
    let cut = value.map_or(0, <[u8]>::len) < row.value_len;
    if cut {
        object.insert("value_cut".into(), json!(true));
    }
    let json = value.filter(|_| !cut).and_then(as_json);
    if json.is_none() {
        text_or_bytes(&mut object, if value.is_some() { "value_text" } else { "value" }, "value", value);
    }
    let mut text = Value::Object(object).to_string();
    if let Some(json) = json {
        // The value's own digits would not survive a number type.
        text.pop();
        text.push_str(",\"value\":");
        text.push_str(&json);
        text.push('}');
    }
    out.push_str(&escaped_json(&text));
    out.push('\n');
}

/// The value where it is one JSON text, on one line: line breaks stand only between its tokens.
fn as_json(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    serde_json::from_str::<&RawValue>(text).ok()?;
    Some(text.trim().replace(['\n', '\r'], " "))
}

fn text_or_bytes(object: &mut Map<String, Value>, name: &str, base: &str, bytes: Option<&[u8]>) {
    match bytes.map(|b| (std::str::from_utf8(b), b)) {
        None => object.insert(name.to_owned(), Value::Null),
        Some((Ok(text), _)) => object.insert(name.to_owned(), json!(text)),
        Some((Err(_), bytes)) => object.insert(format!("{base}_base64"), json!(base64(bytes))),
    };
}

fn header((name, value): &crate::snapshot::KeptHeader) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(name.as_ref()));
    text_or_bytes(&mut object, "value", "value", value.as_deref());
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RecordTime, Timestamp};
    use crate::snapshot::Verdict;
    use proptest::prelude::*;

    fn row(key: Option<&[u8]>, value: Option<&[u8]>) -> TailRow {
        TailRow {
            topic: "orders.created".into(),
            partition: 3,
            offset: 1_500,
            time: Some(RecordTime { at: Timestamp(1_795_701_737_031), kind: TimestampKind::Create }),
            received_at: None,
            key: key.map(Into::into),
            value: value.map(Into::into),
            value_len: value.map_or(0, <[u8]>::len),
            headers: vec![("trace".into(), Some(b"\xff".as_slice().into())), ("retry".into(), None)],
            verdict: Verdict::Unjudged,
        }
    }

    fn written(row: &TailRow) -> (String, Value) {
        let mut out = String::new();
        line(&mut out, row);
        let value = serde_json::from_str(&out).unwrap();
        (out, value)
    }

    #[test]
    fn a_json_value_keeps_its_digits_and_its_line() {
        let (text, value) = written(&row(Some(b"o-17"), Some(b"{\n \"total\": 1234567890123456789.10,\r\n \"a\": \"x\\ny\" }\n")));
        assert!(text.contains("1234567890123456789.10") && text.matches('\n').count() == 1, "{text}");
        assert_eq!((&value["key"], &value["value"]["a"]), (&json!("o-17"), &json!("x\ny")));
        assert_eq!(value["timestamp"], json!("2026-11-26T14:02:17.031Z"));
        assert_eq!(value["headers"], json!([{"name": "trace", "value_base64": "/w=="}, {"name": "retry", "value": null}]));
    }

    #[test]
    fn text_bytes_nothing_and_a_part_are_told_apart() {
        assert_eq!(written(&row(None, Some(b"hello"))).1["value_text"], json!("hello"));
        assert_eq!(written(&row(None, Some(b"\xff\x00"))).1["value_base64"], json!("/wA="));
        let (_, gone) = written(&row(Some(b""), None));
        assert_eq!((&gone["value"], &gone["key"]), (&Value::Null, &json!("")));
        let part = TailRow { value_len: 40_000, ..row(None, Some(b"{\"a\":1}")) };
        let (_, part) = written(&part);
        assert_eq!((&part["value_cut"], &part["value_text"]), (&json!(true), &json!("{\"a\":1}")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_one_line_that_is_read_back(key in prop::collection::vec(any::<u8>(), 0..12), value in prop::collection::vec(any::<u8>(), 0..40)) {
            let (text, back) = written(&row(Some(&key), Some(&value)));
            prop_assert!(!text.trim_end().contains(char::is_control));
            let bytes = |text: &str, base: &str| match (&back[text], &back[base]) {
                (Value::String(text), _) => Some(text.as_bytes().to_vec()),
                (_, Value::String(coded)) => Some(decoded(coded)),
                _ => None,
            };
            prop_assert_eq!(bytes("key", "key_base64"), Some(key));
            match bytes("value_text", "value_base64") {
                Some(found) => prop_assert_eq!(found, value),
                None => prop_assert_eq!(&back["value"], &serde_json::from_slice::<Value>(&value).unwrap()),
            }
        }
    }

    fn decoded(text: &str) -> Vec<u8> {
        let digit = |c: u8| "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".bytes().position(|d| d == c);
        let bits: Vec<usize> = text.bytes().filter_map(digit).collect();
        let mut out = Vec::new();
        for chunk in bits.chunks(4) {
            let all = chunk.iter().enumerate().fold(0, |all, (i, d)| all | d << (18 - 6 * i));
            out.extend((0..chunk.len() - 1).map(|i| (all >> (16 - 8 * i)) as u8));
        }
        out
    }
}
