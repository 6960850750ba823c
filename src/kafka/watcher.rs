use super::security::TokenSource;
use super::{BrokerStat, Causes, quiet};
use crate::model::Timestamp;
use rdkafka::ClientContext;
use rdkafka::client::OAuthToken;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

/// What librdkafka calls back, for every handle of a cluster: its log, errors and statistics go to the [`Causes`], tokens come
/// from the person's source.
#[derive(Clone)]
pub struct Watcher {
    causes: Arc<Causes>,
    token: Option<TokenSource>,
}

impl Watcher {
    pub(super) fn new(causes: Arc<Causes>, token: Option<TokenSource>) -> Self {
        Self { causes, token }
    }
}

impl ClientContext for Watcher {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        self.causes.told(Timestamp::now(), text);
        let is_trouble = !matches!(level, RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug);
        let Some(held) = (if is_trouble { quiet::hear(text) } else { Some(0) }) else { return };
        // Brokers put words of their own into it: escaped, for the log may be read on a terminal.
        let (text, more) = (text.escape_debug(), quiet::more(held));
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
                tracing::error!(target: "librdkafka", facility, "{text}{more}");
            }
            RDKafkaLogLevel::Warning => tracing::warn!(target: "librdkafka", facility, "{text}{more}"),
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => tracing::info!(target: "librdkafka", facility, "{text}"),
            RDKafkaLogLevel::Debug => tracing::debug!(target: "librdkafka", facility, "{text}"),
        }
    }

    fn error(&self, error: KafkaError, text: &str) {
        self.causes.told(Timestamp::now(), text);
        if let Some(held) = quiet::hear(text) {
            tracing::warn!(target: "librdkafka", %error, "{}{}", text.escape_debug(), quiet::more(held));
        }
    }

    fn stats_raw(&self, json: &[u8]) {
        match serde_json::from_slice::<Statistics>(json) {
            Ok(all) => self.causes.stats(Timestamp::now(), all.brokers.into_values().filter_map(Line::stat).collect()),
            Err(error) => tracing::warn!(%error, "librdkafka's statistics could not be read"),
        }
    }

    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        let now = Timestamp::now();
        let source = self.token.as_ref().ok_or("no token source: give --token-file or --token-command");
        match source.map_err(str::to_owned).and_then(|s| s.fetch(now.0)) {
            Ok(token) => {
                self.causes.token(now, None);
                Ok(token)
            }
            Err(text) => {
                tracing::warn!("OAUTHBEARER token: {text}");
                self.causes.token(now, Some(text.clone()));
                Err(text.into())
            }
        }
    }
}

impl ConsumerContext for Watcher {}

/// The part of librdkafka's statistics that we read.
#[derive(Deserialize)]
struct Statistics {
    #[serde(default)]
    brokers: BTreeMap<String, Line>,
}

#[derive(Deserialize)]
struct Line {
    nodeid: i32,
    /// `host:port`
    nodename: String,
    state: String,
    rtt: Option<Window>,
    throttle: Option<Window>,
}

#[derive(Deserialize)]
struct Window {
    min: f64,
    max: f64,
    cnt: i64,
}

impl Line {
    fn stat(self) -> Option<BrokerStat> {
        // Not connected because nothing is asked of it: says nothing of the broker.
        let idle = self.state == "INIT";
        (!self.nodename.is_empty() && !idle).then(|| BrokerStat {
            id: self.nodeid,
            up: self.state == "UP",
            // Microseconds. The least: a reading sends hundreds of requests at once, and in the mean they wait for each other.
            round_trip_ms: self.rtt.filter(|w| w.cnt > 0).map(|w| w.min / 1_000.0),
            // Milliseconds, as the broker says it.
            throttle_ms: self.throttle.map_or(0.0, |w| w.max),
            address: self.nodename,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_tell_the_round_trip_and_who_is_up() {
        let causes = Arc::new(Causes::new(vec!["h:1".into()], Timestamp(0)));
        let json = br#"{"name":"x","brokers":{"h:1/1":{"name":"h:1/1","nodeid":1,"nodename":"h:1","state":"UP",
            "rtt":{"min":400,"max":900,"avg":700,"cnt":3},"throttle":{"min":0,"max":120,"avg":9,"cnt":3}},
            "GroupCoordinator":{"nodeid":-1,"nodename":"","state":"INIT"}},"topics":{}}"#;
        Watcher::new(Arc::clone(&causes), None).stats_raw(json);
        let want = BrokerStat { id: 1, address: "h:1".into(), up: true, round_trip_ms: Some(0.4), throttle_ms: 120.0 };
        assert_eq!(causes.stat("h", 1), Some(want));
    }

    #[test]
    fn a_token_that_cannot_be_had_is_a_cause() {
        use crate::model::Code;
        let causes = Arc::new(Causes::new(vec![], Timestamp::now()));
        let watcher = Watcher::new(Arc::clone(&causes), Some(TokenSource::File("/nowhere/token".into())));
        assert!(watcher.generate_oauth_token(None).is_err());
        assert_eq!(causes.why(Timestamp::now()).map(|r| r.code), Some(Code::TokenFailed));
    }
}
