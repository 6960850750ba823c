use crate::{kafka, postgres, redis};
use std::io::Write;

/// What a test cannot do without.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// Any real Kafka: the shared one, or the one of `VIGIE_TEST_BROKERS`.
    Kafka,
    /// A Kafka of its own, to kill, to secure or to watch for writes.
    OwnKafka,
    /// Kafka's command line tools as judges.
    Tools,
    Kcat,
    Kafkajs,
    Openssl,
    /// The server's programs: each test starts its own.
    Postgres,
    /// As well.
    Redis,
}

impl Need {
    fn missing(self) -> Option<&'static str> {
        let jars = (kafka::files().is_none()).then_some("Kafka's jars are missing");
        let java = (!on_path("java")).then_some("java is missing");
        match self {
            Self::Kafka if kafka::given().is_some() => None,
            Self::OwnKafka if kafka::given().is_some() => Some("VIGIE_TEST_BROKERS names a cluster that is not ours"),
            Self::Kafka | Self::OwnKafka | Self::Tools => java.or(jars),
            Self::Kcat => (!on_path("kcat")).then_some("kcat is missing"),
            Self::Kafkajs => (!on_path("node") || kafka::kafkajs_modules().is_none()).then_some("node or kafkajs is missing"),
            Self::Openssl => (!on_path("openssl")).then_some("openssl is missing"),
            Self::Postgres => postgres::missing(),
            Self::Redis => redis::missing(),
        }
    }
}

/// Whether something is missing; says which test is skipped and why, past the capture of the test runner.
pub fn missing(test: &str, needs: &[Need]) -> bool {
    let Some(reason) = needs.iter().find_map(|need| need.missing()) else { return false };
    let line = format!("skipped: {test} ({reason})\n");
    let _ = std::io::stderr().write_all(line.as_bytes()); // in one piece: tests run side by side
    true
}

fn on_path(command: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(command).is_file()))
}

/// Ends the test, with a word about it, unless all of the [`Need`]s are there.
#[macro_export]
macro_rules! needs {
    ($($need:ident),+) => {{
        fn here() {}
        let name = std::any::type_name_of_val(&here).trim_start_matches("it::").trim_end_matches("::here");
        if $crate::support::missing(name, &[$($crate::support::Need::$need),+]) {
            return;
        }
    }};
}
