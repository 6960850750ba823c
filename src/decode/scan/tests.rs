use super::*;
use proptest::prelude::*;

fn accepts(text: &str) -> bool {
    document(text.as_bytes(), |_, _| ()).is_ok()
}

fn serde_accepts(text: &str) -> bool {
    text.trim_start_matches([' ', '\n', '\t', '\r']).starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[test]
fn what_json_is_and_what_it_is_not() {
    for good in [r"{}", " { } ", r#"{"a":[]}"#, r#"{"a":{"b":[1,-0.5e+3,true,null,"x\u00e9\n"]},"c":""}"#] {
        assert!(accepts(good), "{good}");
    }
    for bad in ["", "[]", "1", "{", "{}x", r#"{"a"}"#, r#"{"a":}"#, r#"{"a":1,}"#, r#"{"a":01}"#, r#"{"a":[1,]}"#, r#"{"a":[}"#] {
        assert!(!accepts(bad), "{bad}");
    }
    for bad in [
        r#"{"a":"\x"}"#,
        r#"{"a":"\u12g4"}"#,
        "{\"a\":\"\u{1}\"}",
        r#"{"a":1.}"#,
        r#"{"a":-}"#,
        r#"{"a":nul}"#,
        "{a:1}",
        "\u{feff}{}",
    ] {
        assert!(!accepts(bad), "{bad}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |n: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(n), "]".repeat(n));
    assert!(accepts(&nested(128)));
    assert!(!accepts(&nested(129)));
    assert!(!accepts(&nested(100_000)));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((".{0,6}", inner), 0..6).prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
        ]
    })
}

const SPLINTERS: &[&str] =
    &["{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", " ", "\n", "0", "-", ".", "e", "1e5", "true", "null", "a", "\u{0}", "é"];

fn mutate(text: &str, cuts: &[(prop::sample::Index, usize, bool)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (place, splinter, remove) in cuts {
        let at = place.index(chars.len() + 1);
        if *remove && at < chars.len() {
            chars.remove(at);
        } else {
            chars.splice(at..at, SPLINTERS[splinter % SPLINTERS.len()].chars());
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_verdict_is_serde_jsons(
        value in json(),
        pretty in any::<bool>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..SPLINTERS.len(), any::<bool>()), 0..4),
    ) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let text = mutate(&text, &cuts);
        prop_assert_eq!(accepts(&text), serde_accepts(&text), "{}", text);
        let wrapped = format!("{{\"a\":{text}}}");
        prop_assert_eq!(accepts(&wrapped), serde_accepts(&wrapped), "{}", wrapped);
    }

    #[test]
    fn any_text_at_all_is_survived(text in "[\\[\\]{}:,\"\\\\ 0-9eEu.+tfn\\-\n]{0,40}") {
        prop_assert_eq!(accepts(&text), serde_accepts(&text), "{}", text);
    }
}
