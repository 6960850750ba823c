use super::{KafkaError, command};
use rdkafka::client::OAuthToken;
use std::path::PathBuf;
use std::time::Duration;

/// Where the token of SASL OAUTHBEARER comes from. It is fetched anew before it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// A file that something else keeps fresh.
    File(PathBuf),
    /// A shell command that prints the token.
    Command(String),
}

/// Properties whose value must never be shown: librdkafka's own list of sensitive ones, and what may hold one inside.
const SECRETS: [&str; 13] = [
    "sasl.password",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl_key",
    "ssl.keystore.password",
    "ssl.truststore.password",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config",
    "sasl.oauthbearer.extensions",
    "sasl.oauthbearer.assertion.private.key.passphrase",
    "sasl.oauthbearer.assertion.private.key.pem",
    "sasl.oauthbearer.assertion.private.key.file",
    "https.ca.pem",
];

/// Whether the value of this property is to be hidden wherever settings are shown. What a later librdkafka may add is hidden
/// by its name.
pub fn is_secret(key: &str) -> bool {
    let key = key.trim().to_ascii_lowercase();
    SECRETS.contains(&key.as_str()) || ["password", "passphrase", "secret", ".pem"].iter().any(|part| key.contains(part))
}

/// The value as it may be shown: a reference to a secret (`@file:`, `@env:`) is none itself.
pub fn redacted<'a>(key: &str, value: &'a str) -> &'a str {
    if is_secret(key) && !value.starts_with("@file:") && !value.starts_with("@env:") { "[redacted]" } else { value }
}

/// The value that a property stands for.
pub(super) fn resolve(key: &str, value: &str) -> Result<String, KafkaError> {
    if let Some(path) = value.strip_prefix("@file:") {
        let text = std::fs::read_to_string(path).map_err(|source| KafkaError::SecretFile {
            key: key.to_owned(),
            path: path.to_owned(),
            source,
        })?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    if let Some(name) = value.strip_prefix("@env:") {
        return std::env::var(name).map_err(|_| KafkaError::SecretEnv { key: key.to_owned(), name: name.to_owned() });
    }
    Ok(value.to_owned())
}

/// A properties file as kcat's `-F` reads it: `key=value` a line, `#` begins a comment, blank lines count for nothing.
///
/// # Errors
/// A line without `=`; its text is shown only up to the first blank, for it might be a secret.
pub fn parse_properties_file(text: &str) -> Result<Vec<(String, String)>, KafkaError> {
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => out.push((key.trim().to_owned(), value.trim().to_owned())),
            _ => {
                let word = line.split_whitespace().next().unwrap_or_default().to_owned();
                return Err(KafkaError::Line { line: i + 1, text: word });
            }
        }
    }
    Ok(out)
}

/// A token that does not say when it ends is fetched anew after this long.
const OPAQUE_LIFETIME_MS: i64 = 300_000;
/// A token command that takes longer is ended: the brokers wait for us meanwhile.
const COMMAND_DEADLINE: Duration = Duration::from_secs(10);

impl TokenSource {
    /// Fetches a token now. `now_ms` in epoch milliseconds.
    ///
    /// # Errors
    /// What failed, in words; never the token.
    pub(super) fn fetch(&self, now_ms: i64) -> Result<OAuthToken, String> {
        let text = match self {
            Self::File(path) => {
                std::fs::read_to_string(path).map_err(|e| format!("token file {} could not be read: {e}", path.display()))?
            }
            Self::Command(command) => command::output(command, COMMAND_DEADLINE).map_err(|e| format!("token command {e}"))?,
        };
        token(text.trim(), now_ms)
    }
}

fn token(text: &str, now_ms: i64) -> Result<OAuthToken, String> {
    if text.is_empty() {
        return Err("the token is empty".into());
    }
    let claims = claims(text);
    let expires_ms = claims.as_ref().and_then(|c| c.exp).map(|s| (s * 1_000.0) as i64);
    if expires_ms.is_some_and(|e| e <= now_ms) {
        return Err("the token has already expired".into());
    }
    Ok(OAuthToken {
        token: text.to_owned(),
        principal_name: claims.and_then(|c| c.sub).unwrap_or_else(|| "vigie".to_owned()),
        lifetime_ms: expires_ms.unwrap_or(now_ms + OPAQUE_LIFETIME_MS),
    })
}

#[derive(serde::Deserialize)]
struct Claims {
    exp: Option<f64>,
    sub: Option<String>,
}

/// What a JSON web token says of itself; `None` for every other kind of token.
fn claims(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&base64url(payload)?).ok()
}

fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_properties_file_is_read_as_kcat_reads_it() {
        let text = "# mine\n\nsecurity.protocol = SASL_SSL\nsasl.password=a=b \n";
        let want = [("security.protocol", "SASL_SSL"), ("sasl.password", "a=b")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(parse_properties_file(text).unwrap(), want);
        let error = parse_properties_file("a=1\nhush secret").unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("hush") && !error.contains("secret"), "{error}");
    }

    #[test]
    fn secrets_come_from_files_and_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "geheim\n").unwrap();
        let value = format!("@file:{}", file.path().display());
        assert_eq!(resolve("sasl.password", &value).unwrap(), "geheim");
        assert_eq!(redacted("sasl.password", &value), value);
        assert_eq!(redacted("sasl.password", "geheim"), "[redacted]");
        assert_eq!(resolve("k", "@env:PATH").unwrap(), std::env::var("PATH").unwrap());
        let error = resolve("sasl.password", "@env:VIGIE_NOT_SET_ANYWHERE").unwrap_err().to_string();
        assert!(error.contains("sasl.password") && error.contains("VIGIE_NOT_SET_ANYWHERE"), "{error}");
    }

    #[test]
    fn every_secret_of_librdkafka_is_hidden() {
        for key in ["sasl.password", "ssl.key.pem", "ssl.key.password", "sasl.oauthbearer.config", "SASL.PASSWORD"] {
            assert!(is_secret(key), "{key}");
        }
        for key in ["sasl.username", "ssl.ca.location", "sasl.mechanism"] {
            assert!(!is_secret(key), "{key}");
        }
    }

    #[test]
    fn a_web_token_says_when_it_ends_and_whose_it_is() {
        // {"alg":"none"} . {"sub":"observer","exp":2000000000}
        let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvYnNlcnZlciIsImV4cCI6MjAwMDAwMDAwMH0.";
        let told = token(jwt, 1_000).unwrap();
        assert_eq!((told.principal_name.as_str(), told.lifetime_ms), ("observer", 2_000_000_000_000));
        assert!(token(jwt, 2_000_000_000_001).err().unwrap().contains("expired"));
        assert_eq!(token("opaque", 1_000).unwrap().lifetime_ms, 1_000 + OPAQUE_LIFETIME_MS);
    }

    #[test]
    fn a_token_command_is_believed_only_when_it_succeeds() {
        assert_eq!(TokenSource::Command("printf t0k".into()).fetch(0).unwrap().token, "t0k");
        assert!(TokenSource::Command("echo t; exit 3".into()).fetch(0).err().unwrap().contains("failed"));
        assert!(TokenSource::File("/nowhere/at/all".into()).fetch(0).err().unwrap().contains("/nowhere/at/all"));
    }
}
