use super::super::address::{decoded, secret};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

const SHAPES: &str = "redis://[USER:PASSWORD@]HOST[:PORT][/DB], or rediss://… with TLS";
const NAMES: &str = "prefix, keep, ended, silent, sslrootcert, password";
const LEAST_KEEP: Duration = Duration::from_secs(60);
const PORT: u16 = 6379;

/// `redis://[USER:PASSWORD@]HOST[:PORT][/DB][?…]`. Neither `Debug` nor `Display` shows the password.
#[derive(Clone, PartialEq, Eq)]
pub struct CacheAddress {
    pub(super) tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) db: u32,
    /// Before every key and channel.
    pub(super) prefix: String,
    /// How long what is active stays without anybody who renews it.
    pub(super) keep: Duration,
    /// How long what has come to its end stays.
    pub(super) ended: Duration,
    /// How long a courier is shown after the last position.
    pub(super) silent: Duration,
    /// The authorities that are trusted in place of the system's.
    pub(super) root_certificate: Option<PathBuf>,
}

impl CacheAddress {
    /// `text` may be `@file:PATH` or `@env:NAME`, for an address holds a password; `env` gives variables.
    ///
    /// # Errors
    /// It is no address; the words do not repeat what may be a password.
    pub fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let text = secret(text, env)?;
        let (tls, rest) = match text.split_once("://") {
            Some(("redis", rest)) => (false, rest),
            Some(("rediss", rest)) => (true, rest),
            Some((scheme, _)) if !scheme.contains(['@', ':']) => return Err(format!("`{scheme}://…` is no cache: {SHAPES}")),
            _ => return Err(format!("that is no cache: {SHAPES}")),
        };
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, db) = place.split_once('/').unwrap_or((place, ""));
        let (login, server) = authority.rsplit_once('@').map_or((None, authority), |(login, server)| (Some(login), server));
        let (host, port) = host_and_port(server)?;
        let mut address = Self {
            tls,
            host,
            port,
            user: None,
            password: None,
            db: if db.is_empty() { 0 } else { db.parse().map_err(|_| format!("`/{db}` is no database: it is a number, as /0"))? },
            prefix: "vigie:".into(),
            keep: Duration::from_secs(86_400),
            ended: Duration::from_secs(300),
            silent: Duration::from_secs(3_600),
            root_certificate: None,
        };
        address.take_login(login)?;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            address.take(name, &plain(value)?, env)?;
        }
        if address.password.is_none() {
            // As redis-cli has it.
            address.password = env("REDISCLI_AUTH");
        }
        Ok(address)
    }

    fn take_login(&mut self, login: Option<&str>) -> Result<(), String> {
        let Some(login) = login else { return Ok(()) };
        let Some((user, password)) = login.split_once(':') else {
            return Err("before the @ stands USER:PASSWORD, or :PASSWORD".into());
        };
        self.user = Some(plain(user)?).filter(|user| !user.is_empty());
        self.password = Some(plain(password)?).filter(|password| !password.is_empty());
        Ok(())
    }

    fn take(&mut self, name: &str, value: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<(), String> {
        match name {
            "prefix" => self.prefix = prefix(value)?,
            "keep" => self.keep = time(name, value).and_then(long_enough)?,
            "ended" => self.ended = time(name, value)?,
            "silent" => self.silent = time(name, value)?,
            "sslrootcert" if self.tls => self.root_certificate = Some(value.into()),
            "sslrootcert" => return Err("sslrootcert is for TLS: rediss://…".into()),
            "password" => self.password = Some(secret(value, env)?),
            _ => return Err(format!("`{name}` is nothing that a cache's address knows; there are {NAMES}")),
        }
        Ok(())
    }
}

fn host_and_port(server: &str) -> Result<(String, u16), String> {
    // An IPv6 address has colons of its own.
    let (host, port) = match server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => server.split_once(':').map_or((server, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() {
        return Err(format!("the cache's host is missing: {SHAPES}"));
    }
    let port = match port {
        None => PORT,
        // It may be a piece of a password with an @ in it: it is not repeated.
        Some(port) => {
            port.parse().map_err(|_| "behind the host's colon stands no port; an @, : or / in a password is %40, %3A or %2F")?
        }
    };
    Ok((host.to_owned(), port))
}

fn plain(text: &str) -> Result<String, String> {
    decoded(text).map_err(|why| format!("the cache's address: {why}"))
}

/// Patterns and channels are made of it.
fn prefix(text: &str) -> Result<String, String> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "*?[]\\".contains(c);
    if text.is_empty() || text.len() > 200 || text.contains(odd) {
        return Err("prefix= is a name such as shop:, without spaces and * ? [ ] \\".into());
    }
    Ok(text.to_owned())
}

/// `90s`, `5m`, `24h`, `7d`.
fn time(name: &str, text: &str) -> Result<Duration, String> {
    let wrong = || format!("{name}={text} is no time such as 90s, 5m or 24h, of a year at most");
    let at = text.len().saturating_sub(1);
    let (number, unit) = (text.get(..at).ok_or_else(wrong)?, text.get(at..).ok_or_else(wrong)?);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let time = number.parse::<u32>().ok().map(|n| u64::from(n) * seconds).filter(|s| (1..=31_536_000).contains(s));
    time.map(Duration::from_secs).ok_or_else(wrong)
}

/// What is active is renewed before it is gone, which takes longer the more there is.
fn long_enough(keep: Duration) -> Result<Duration, String> {
    if keep < LEAST_KEEP { Err(format!("keep= is {} s at least", LEAST_KEEP.as_secs())) } else { Ok(keep) }
}

impl fmt::Display for CacheAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.tls { "rediss://" } else { "redis://" })?;
        match (&self.user, &self.password) {
            (None, None) => {}
            (user, password) => {
                let password = if password.is_some() { "***" } else { "" };
                write!(f, "{}:{password}@", user.as_deref().unwrap_or_default())?;
            }
        }
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        write!(f, "{host}:{}/{}", self.port, self.db)?;
        if self.prefix == "vigie:" { Ok(()) } else { write!(f, "?prefix={}", self.prefix) }
    }
}

impl fmt::Debug for CacheAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        (name == "REDISCLI_AUTH" || name == "PW").then(|| format!("from {name}"))
    }

    fn address(text: &str) -> CacheAddress {
        CacheAddress::parse(text, &|_| None).unwrap()
    }

    #[test]
    fn an_address_says_where_and_how_long() {
        let a = address("redis://cache");
        assert_eq!((a.host.as_str(), a.port, a.db, a.tls, a.prefix.as_str()), ("cache", 6379, 0, false, "vigie:"));
        let a = address("rediss://app:p%40w@[::1]:6380/3?prefix=shop:&keep=2d&ended=90s&silent=10m&sslrootcert=/ca.crt");
        assert_eq!((a.host.as_str(), a.port, a.db, a.tls), ("::1", 6380, 3, true));
        assert_eq!((a.user.as_deref(), a.password.as_deref()), (Some("app"), Some("p@w")));
        assert_eq!((a.keep.as_secs(), a.ended.as_secs(), a.silent.as_secs()), (172_800, 90, 600));
        assert_eq!(a.to_string(), "rediss://app:***@[::1]:6380/3?prefix=shop:");
        assert_eq!(address("redis://:pw@h").to_string(), "redis://:***@h:6379/0");
    }

    #[test]
    fn a_password_comes_from_where_it_is_and_is_shown_nowhere() {
        let password = |text: &str| CacheAddress::parse(text, &env).unwrap().password.unwrap();
        assert_eq!(password("redis://h"), "from REDISCLI_AUTH");
        assert_eq!(password("redis://h?password=@env:PW"), "from PW");
        assert_eq!(password("redis://:own@h"), "own");
        assert!(!format!("{:?}", address("redis://u:geheim@h/1")).contains("geheim"));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for (wrong, word) in [
            ("localhost:6379", "redis://"),
            ("http://:geheim@h", "redis://"),
            ("redis:geheim@h", "redis://"),
            ("redis://", "host"),
            ("redis://:geheim@", "host"),
            ("redis://u:ge@heim:x@h:y", "port"),
            ("redis://u:geheim@h:99999", "port"),
            ("redis://geheim@h", ":PASSWORD"),
            ("redis://h/x", "/0"),
            ("redis://:geheim@h?prefix=a*", "prefix"),
            ("redis://:geheim@h?keep=0s", "keep=0s"),
            ("redis://:geheim@h?keep=59s", "60 s"),
            ("redis://:geheim@h?keep=5", "24h"),
            ("redis://:geheim@h?ttl=5s", "silent"),
            ("redis://:geheim@h?sslrootcert=/x", "rediss"),
            ("redis://:gehei%m@h", "%25"),
        ] {
            let words = CacheAddress::parse(wrong, &|_| None).unwrap_err();
            assert!(words.contains(word) && !words.contains("gehei"), "{wrong}: {words}");
        }
    }
}
