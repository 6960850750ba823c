use super::*;
use std::io::Write;

fn load(text: &str, profile: Option<&str>, env: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let given = Given {
        file: Some(file.path().into()),
        profile: profile.map(str::to_owned),
        flags: flags.iter().map(|(k, v)| (*k, (*v).to_owned())).collect(),
        ..Given::default()
    };
    let all: Vec<_> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::load(&given, &|name| all.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()), &all)
}

const FILE: &str = r#"
theme = "light"
default_profile = "prod"

[profiles.prod]
brokers = "kafka-1:9092"
read_budget = "1MiB"

[profiles.prod.properties]
"security.protocol" = "SASL_SSL"
"sasl.password" = "@env:KAFKA_PASSWORD"

[profiles.test]
brokers = "localhost:9092"
"#;

#[test]
fn the_later_layer_wins_and_says_where_it_is() {
    let config = load(FILE, None, &[("VIGIE_READ_BUDGET", "2MiB")], &[("from", "now")]).unwrap();
    assert_eq!(config.get("brokers"), Some("kafka-1:9092"));
    assert_eq!(config.get("read_budget"), Some("2MiB"));
    assert_eq!(config.layers.origin("read_budget"), Some(&Origin::Env("VIGIE_READ_BUDGET".into())));
    assert_eq!(config.layers.origin("from"), Some(&Origin::Flag));
    assert_eq!(config.layers.origin("fps"), Some(&Origin::Default));
    assert!(config.layers.origin("theme").unwrap().to_string().ends_with(":2"));
    assert_eq!(config.properties.len(), 2);
}

#[test]
fn brokers_on_the_command_line_leave_the_default_profile_alone() {
    let config = load(FILE, None, &[], &[("brokers", "other:9092")]).unwrap();
    assert_eq!(config.profile, None);
    assert!(config.properties.is_empty(), "another cluster must not get prod's login");
}

#[test]
fn a_profile_that_is_not_there_is_named_with_those_that_are() {
    let error = load(FILE, Some("staging"), &[], &[]).unwrap_err().to_string();
    assert!(error.contains("`staging`") && error.contains("prod, test"), "{error}");
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let error = load("theme = \"vigie\"\ncolour = \"16\"\n", None, &[], &[]).unwrap_err().to_string();
    assert!(error.contains(":2: `colour` is no setting") && error.contains("color"), "{error}");
}

#[test]
fn a_wrong_value_says_what_would_be_right() {
    let error = load("fps = 40\n", None, &[], &[]).unwrap_err().to_string();
    assert!(error.contains(":1: `fps`") && error.contains("1 to 10"), "{error}");
    let error = load("", None, &[("VIGIE_REFRESH", "soon")], &[]).unwrap_err().to_string();
    assert!(error.contains("VIGIE_REFRESH") && error.contains("10s"), "{error}");
}

#[test]
fn a_level_of_no_rule_is_refused_with_file_and_line() {
    let rules = |text: &str| load(text, None, &[], &[]).unwrap().rules::<crate::rules::RulesConfig>();
    let error = rules("theme = \"light\"\n[rules.levels]\npartition-scew = \"off\"\n").unwrap_err().to_string();
    assert!(error.contains(":2: [rules]: levels: `partition-scew` is no rule; there are: cluster-down, "), "{error}");
    assert!(rules("[rules.levels]\npartition-skew = \"off\"\n").is_ok());
}

#[test]
fn broken_toml_names_the_line() {
    let error = load("theme = \n", None, &[], &[]).unwrap_err().to_string();
    assert!(error.contains(":1:"), "{error}");
}

#[test]
fn kafka_properties_come_from_the_environment() {
    let config = load("", None, &[("VIGIE_KAFKA_SASL_PASSWORD", "x")], &[]).unwrap();
    assert_eq!(config.properties[0].0, "sasl.password");
}

/// All that is done with a file's text.
fn read_hostile(text: &str) -> Result<(), ConfigError> {
    let file = File::parse(Path::new("config.toml"), text)?;
    let profile = file.default_profile()?;
    file.profiles()?;
    file.settings(profile.as_deref(), &mut Layers::default())?;
    file.properties(profile.as_deref())?;
    file.line_of_key("rules");
    if let Some(rules) = file.rules()? {
        let _ = rules.try_into::<crate::rules::RulesConfig>();
    }
    Ok(())
}

fn hostile_files(cases: u64) {
    use crate::model::hostile::Spoiler;
    let mut files = Spoiler::new(5, [FILE, "fps = 4\n[rules.latency]\np99_warning_ms = 250\n[rules.group]\nlag_warning_s = 1.5\n"]);
    let mut values = Spoiler::new(6, ["8MiB", "1.5k", "unlimited", "500ms", "2h", "5m", "beginning", "true", "now", "a.b=c\n#"]);
    let mut read = 0_u64;
    for _ in 0..cases {
        match read_hostile(&files.next_text()) {
            Ok(()) => read += 1,
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        let value = values.next_text();
        let _ = (parse::size(&value), parse::budget(&value), parse::duration(&value), parse::from(&value), parse::boolean(&value));
        let _ = crate::kafka::parse_properties_file(&value);
    }
    println!("{cases} hostile configurations: {read} could be read");
}

#[test]
fn hostile_files_make_no_panic() {
    hostile_files(5_000);
}

#[test]
#[ignore = "long: cargo test --release --lib -- --ignored fuzz"]
fn fuzz_config() {
    hostile_files(crate::model::hostile::cases(1_000_000));
}
