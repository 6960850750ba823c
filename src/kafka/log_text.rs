use crate::model::Code;

/// What a log line of librdkafka says about one broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `host:port` as librdkafka knows it; `None` where the line names none.
    pub broker: Option<String>,
    pub code: Code,
    /// The line without thread, broker and counters.
    pub text: String,
}

/// Parts of librdkafka's texts, in lower case, and what they mean; the first that fits counts, so the special stand before
/// the general. `transport failure` and a plain `Disconnected` stand nowhere: they are never the cause.
const MEANINGS: [(&str, Code); 30] = [
    ("failed to acquire sasl oauthbearer token", Code::TokenFailed),
    ("unsupported sasl mechanism", Code::MechanismRefused),
    ("supported mechanisms", Code::MechanismRefused),
    ("invalid credentials", Code::LoginRefused),
    ("invalid username or password", Code::LoginRefused),
    ("sasl authentication error", Code::LoginRefused),
    ("sasl authentication failed", Code::LoginRefused),
    ("authentication failed", Code::LoginRefused),
    ("certificate verify failed", Code::CertificateRefused),
    ("certificate could not be verified", Code::CertificateRefused),
    ("alert bad certificate", Code::ClientCertificateRefused),
    ("alert certificate unknown", Code::ClientCertificateRefused),
    ("alert certificate required", Code::ClientCertificateRefused),
    ("alert certificate expired", Code::ClientCertificateRefused),
    ("alert unknown ca", Code::ClientCertificateRefused),
    ("alert handshake failure", Code::ClientCertificateRefused),
    ("connecting to a plaintext broker listener", Code::TlsNotExpected),
    ("wrong version number", Code::TlsNotExpected),
    ("unexpected eof while reading", Code::TlsNotExpected),
    ("might require sasl", Code::SaslExpected),
    ("verify that security.protocol is correctly configured", Code::SaslExpected),
    ("while requesting apiversion", Code::TlsExpected),
    ("connecting to a ssl listener", Code::TlsExpected),
    ("failed to resolve", Code::HostNotFound),
    ("connection setup timed out", Code::BrokerUnreachable),
    ("connect to ", Code::BrokerUnreachable),
    ("connection refused", Code::BrokerUnreachable),
    ("no route to host", Code::BrokerUnreachable),
    ("network is unreachable", Code::BrokerUnreachable),
    ("request(s) timed out", Code::TimedOut),
];

/// Reads a line of librdkafka's log. `None`: it tells of no failure that has a cause in it.
pub fn read(line: &str) -> Option<Told> {
    let line = line.trim();
    let rest = line.strip_prefix("[thrd:").and_then(|l| l.split_once("]: ")).map_or(line, |(_, rest)| rest);
    let (broker, text) = match rest.split_once(": ") {
        Some((name, text)) if address(name).is_some() => (address(name), text),
        _ => (None, rest),
    };
    let lower = text.to_ascii_lowercase();
    let known = MEANINGS.iter().find(|(part, _)| lower.contains(part)).map(|(_, code)| *code);
    let code = known.or_else(|| closed_at_once(rest, &lower))?;
    Some(Told { broker, code, text: without_counters(text).to_owned() })
}

/// A listener that wants another protocol says nothing: it closes the connection, and only when it does so tells why.
fn closed_at_once(line: &str, lower: &str) -> Option<Code> {
    let (_, after) = lower.strip_prefix("disconnected")?.rsplit_once(" (after ")?;
    let (ms, state) = after.split_once("ms in state ")?;
    let state = state.split([',', ')']).next()?;
    match state {
        "apiversion_query" if !line.starts_with("ssl://") && !line.starts_with("sasl_ssl://") => Some(Code::TlsExpected),
        // Right after a connection without a login.
        "up" if !line.starts_with("sasl_") && ms.parse::<u64>().is_ok_and(|ms| ms < AT_ONCE_MS) => Some(Code::SaslExpected),
        _ => None,
    }
}

/// A round trip to a far broker, and a little more.
const AT_ONCE_MS: u64 = 2_000;

/// `sasl_ssl://host:9093/2` and `host:9092/bootstrap` as `host:port`; a logical broker (`GroupCoordinator`) has no address.
fn address(name: &str) -> Option<String> {
    let bare = name.rsplit_once("://").map_or(name, |(_, rest)| rest);
    let (address, _) = bare.rsplit_once('/')?;
    let (host, port) = address.rsplit_once(':')?;
    let plain = !host.is_empty() && !host.contains(char::is_whitespace);
    (plain && port.parse::<u16>().is_ok()).then(|| address.to_owned())
}

/// Without `(after 3ms in state CONNECT, 2 identical error(s) suppressed)`: it differs from line to line.
pub(super) fn without_counters(text: &str) -> &str {
    text.rfind(" (after ").and_then(|at| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(line: &str) -> Option<Code> {
        read(line).map(|t| t.code)
    }

    #[test]
    fn the_texts_of_librdkafka_say_the_cause() {
        let lines = [
            (
                "sasl_ssl://h:9093/bootstrap: SASL authentication error: Authentication failed during authentication due to invalid \
                 credentials with SASL mechanism SCRAM-SHA-512 (after 312ms in state AUTH_REQ)",
                Code::LoginRefused,
            ),
            (
                "sasl_ssl://h:9093/bootstrap: SASL PLAIN authentication failed: broker response: Authentication failed: Invalid \
                 username or password",
                Code::LoginRefused,
            ),
            ("h:1/1: Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-512,PLAIN", Code::MechanismRefused),
            (
                "ssl://h:9093/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker \
                 certificate could not be verified, verify that ssl.ca.location is correctly configured",
                Code::CertificateRefused,
            ),
            (
                "ssl://h:1/1: SSL handshake failed: error:0A000412:SSL routines::ssl/tls alert bad certificate",
                Code::ClientCertificateRefused,
            ),
            (
                "ssl://h:1/1: Receive failed: error:0A000416:SSL routines::ssl/tls alert certificate unknown",
                Code::ClientCertificateRefused,
            ),
            (
                "h:9093/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol \
                 configuration (connecting to a SSL listener?) or broker version is < 0.10",
                Code::TlsExpected,
            ),
            (
                "ssl://h:9092/bootstrap: SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading",
                Code::TlsNotExpected,
            ),
            (
                "h:9094/bootstrap: Disconnected: verify that security.protocol is correctly configured, broker might require SASL \
                 authentication",
                Code::SaslExpected,
            ),
            (
                "nowhere.invalid:9092/bootstrap: Failed to resolve 'nowhere.invalid:9092': Name or service not known",
                Code::HostNotFound,
            ),
            (
                "h:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms in state CONNECT)",
                Code::BrokerUnreachable,
            ),
            ("h:9092/1: Connection setup timed out in state CONNECT (after 30029ms in state CONNECT)", Code::BrokerUnreachable),
            ("h:9092/1: 2 request(s) timed out: disconnect (average rtt 0.4ms)", Code::TimedOut),
            ("Failed to acquire SASL OAUTHBEARER token: token file x could not be read", Code::TokenFailed),
        ];
        for (line, want) in lines {
            assert_eq!(code(line), Some(want), "{line}");
            assert_eq!(code(&format!("[thrd:sasl_ssl://h:9093/bootstrap]: {line}")), Some(want), "{line}");
        }
    }

    #[test]
    fn what_names_no_cause_is_no_cause() {
        for line in [
            "h:9092/1: Disconnected (after 600012ms in state UP)",
            "h:9092/1: Disconnected: connection closed by peer: receive 0 after POLLIN (after 41213ms in state UP)",
            "sasl_ssl://h:9092/1: Disconnected: connection closed by peer: receive 0 after POLLIN (after 3ms in state UP)",
            "Failed to acquire metadata: Local: Broker transport failure",
            "1/1 brokers are down",
            "[thrd:app]: Configuration property foo is deprecated",
        ] {
            assert_eq!(code(line), None, "{line}");
        }
    }

    #[test]
    fn the_broker_is_told_apart_from_the_text() {
        let told = read(
            "[thrd:sasl_ssl://k.example:9093/2]: sasl_ssl://k.example:9093/2: Connect to ipv4#10.0.0.1:9093 failed: Connection \
             refused (after 1ms in state CONNECT, 4 identical error(s) suppressed)",
        );
        let want = Told {
            broker: Some("k.example:9093".into()),
            code: Code::BrokerUnreachable,
            text: "Connect to ipv4#10.0.0.1:9093 failed: Connection refused".into(),
        };
        assert_eq!(told, Some(want));
        assert_eq!(read("[::1]:9092/1: Connection refused").and_then(|t| t.broker).as_deref(), Some("[::1]:9092"));
    }
}
