use super::config::secret;
use super::post::Failed;
use openssl::ssl::HandshakeError;
use openssl::x509::X509VerifyResult;
use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

/// Of an answer: enough for a line that says what was wrong.
const SAID: u64 = 300;

/// POSTs a body. The receiver knows by `Idempotency-Key` that it has had this message before.
pub fn post(url: &str, headers: &BTreeMap<String, String>, body: &[u8], key: &str, limit: Duration) -> Result<(), Failed> {
    let url = secret(url).map_err(Failed::now)?;
    let host = host(&url);
    let mut request = minreq::post(&url)
        .with_header("Content-Type", "application/json")
        .with_header("User-Agent", concat!("vigie/", env!("CARGO_PKG_VERSION")))
        .with_header("Idempotency-Key", plain(key))
        .with_timeout(limit.as_secs().max(1))
        .with_max_headers_size(16 << 10)
        .with_follow_redirects(false)
        .with_body(body);
    for (name, value) in headers {
        request = request.with_header(name, secret(value).map_err(Failed::now)?);
    }
    let answer = request.send_lazy().map_err(|error| Failed::now(format!("{host}: {}", words(&error, limit))))?;
    let status = answer.status_code;
    if (200..300).contains(&status) {
        return Ok(());
    }
    let mut said = Vec::new();
    // What came until an error is told.
    let _ = answer.take(SAID).read_to_end(&mut said);
    let said = String::from_utf8_lossy(&said);
    let said = said.lines().next().unwrap_or_default().trim();
    let why = format!("{host} answers {status}{}{said}", if said.is_empty() { "" } else { ": " });
    // Wrong in itself, but for "too slow", "too early" and "too many".
    Err(Failed { why, for_good: (400..500).contains(&status) && !matches!(status, 408 | 425 | 429) })
}

/// The host alone: the path of a webhook is its secret.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

/// A header's value is printable ASCII; two keys are never one there.
fn plain(key: &str) -> String {
    let byte = |b: u8| match b {
        b'%' => "%25".to_owned(),
        b' '..=b'~' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    key.bytes().map(byte).collect()
}

fn words(error: &minreq::Error, limit: Duration) -> String {
    match error {
        minreq::Error::IoError(io) if matches!(io.kind(), std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock) => {
            format!("no answer within {} s", limit.as_secs().max(1))
        }
        minreq::Error::IoError(io) => io.to_string(),
        minreq::Error::OpenSslCreateConnection(HandshakeError::Failure(broken) | HandshakeError::WouldBlock(broken)) => {
            handshake(broken.ssl().verify_result(), broken.error())
        }
        other => other.to_string(),
    }
}

/// OpenSSL's own words name its source's files and lines.
fn handshake(verified: X509VerifyResult, error: &openssl::ssl::Error) -> String {
    if verified != X509VerifyResult::OK {
        let why = verified.error_string();
        return format!("its certificate is refused: {why}; SSL_CERT_FILE names a file with an authority of one's own");
    }
    let reason = error.ssl_error().and_then(|stack| stack.errors().first()).and_then(openssl::error::Error::reason);
    format!("no TLS with it: {}", reason.map_or_else(|| error.to_string(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;
    use std::sync::mpsc;
    use std::time::Instant;

    const LONG: Duration = Duration::from_secs(10);

    /// A server that gives one answer a request; what it was sent comes out of the channel.
    fn server(answers: Vec<(Duration, &'static str)>) -> (String, mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hook/s3cret", listener.local_addr().unwrap());
        let (send, got) = mpsc::channel();
        std::thread::spawn(move || {
            for (wait, answer) in answers {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let mut text = String::new();
                let mut bytes = [0; 4_096];
                while let Ok(n @ 1..) = stream.read(&mut bytes) {
                    text.push_str(&String::from_utf8_lossy(&bytes[..n]));
                    if text.ends_with('}') {
                        break;
                    }
                }
                let _ = send.send(text);
                std::thread::sleep(wait);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        (address, got)
    }

    fn sent(url: &str, limit: Duration) -> Result<(), Failed> {
        let headers = BTreeMap::from([("X-Token".to_owned(), "t0k".to_owned())]);
        post(url, &headers, b"{\"a\":1}", "c/rule/b\u{e9}", limit)
    }

    #[test]
    fn the_body_goes_out_with_its_key_and_the_headers() {
        let (url, got) = server(vec![(Duration::ZERO, "HTTP/1.1 204 No Content\r\n\r\n")]);
        sent(&url, LONG).unwrap();
        let request = got.recv_timeout(LONG).unwrap();
        assert!(request.starts_with("POST /hook/s3cret HTTP/1.1\r\n") && request.ends_with("{\"a\":1}"), "{request}");
        for header in ["Content-Type: application/json", "Idempotency-Key: c/rule/b%C3%A9", "X-Token: t0k"] {
            assert!(request.to_lowercase().contains(&header.to_lowercase()), "{header}: {request}");
        }
    }

    #[test]
    fn what_is_refused_says_so_and_whether_another_try_helps() {
        let refused = "HTTP/1.1 500 Oops\r\nContent-Length: 9\r\n\r\nsmall\nfry";
        let (url, _got) = server(vec![
            (Duration::ZERO, refused),
            (Duration::ZERO, "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n"),
            (Duration::ZERO, "HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n"),
            (Duration::ZERO, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
        ]);
        let told: Vec<Failed> = (0..4).map(|_| sent(&url, LONG).unwrap_err()).collect();
        assert_eq!(told.iter().map(|f| f.for_good).collect::<Vec<_>>(), [false, true, false, false]);
        assert!(told[0].why.ends_with("answers 500: small"), "{}", told[0].why);
        assert!(told.iter().all(|f| !f.why.contains("s3cret")), "{told:?}");
    }

    #[test]
    fn nobody_is_waited_for_longer_than_the_limit() {
        let (url, _got) = server(vec![(Duration::from_secs(4), "HTTP/1.1 200 OK\r\n\r\n")]);
        let begun = Instant::now();
        let failed = sent(&url, Duration::from_secs(1)).unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(3) && !failed.for_good, "{} after {:?}", failed.why, begun.elapsed());
        let failed = sent("http://127.0.0.1:1/x", LONG).unwrap_err();
        assert!(failed.why.starts_with("127.0.0.1:1: "), "{}", failed.why);
    }

    #[test]
    fn a_host_is_told_without_its_secrets() {
        assert_eq!(host("https://user:pw@hooks.example:8443/services/T0/abc?x=1"), "hooks.example:8443");
    }
}
