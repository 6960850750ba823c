use super::super::address::{decoded, secret};
use openssl::ssl::SslVerifyMode;
use postgres::Config;
use postgres::config::{Host, SslMode};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// A peer that is gone without a word is given up after that.
const SILENCE: Duration = Duration::from_secs(30);

/// `postgres://USER:PASSWORD@HOST:PORT/DB?…`. Neither `Debug` nor `Display` shows the password.
#[derive(Clone, Debug)]
pub struct PostgresAddress {
    pub(super) config: Config,
    pub(super) trust: Trust,
    pub(super) root_certificate: Option<PathBuf>,
    pub(super) schema: String,
}

/// What the server's certificate has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    Anything,
    /// Of a trusted authority, for whichever host.
    Authority,
    /// Of a trusted authority, for the host that was asked.
    Host,
}

impl Trust {
    pub fn verify_mode(self) -> SslVerifyMode {
        if self == Self::Anything { SslVerifyMode::NONE } else { SslVerifyMode::PEER }
    }
}

impl PostgresAddress {
    /// # Errors
    /// It is no address of PostgreSQL; the words do not repeat it.
    pub fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let mut ours = Ours::default();
        let mut theirs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !ours.take(name, value, env)? {
                theirs.push(pair);
            }
        }
        let joint = if theirs.is_empty() { "" } else { "?" };
        let mut config: Config =
            format!("{place}{joint}{}", theirs.join("&")).parse().map_err(|error| format!("postgres://…: {}", words(&error)))?;
        let password = ours.password.or_else(|| env("PGPASSWORD").filter(|_| config.get_password().is_none()));
        if let Some(password) = password {
            config.password(password);
        }
        complete(&mut config)?;
        let (ssl, trust) = ours.mode.unwrap_or((SslMode::Prefer, Trust::Anything));
        config.ssl_mode(ssl);
        // As libpq has it: an authority that is named is also asked.
        let trust = if trust == Trust::Anything && ours.root_certificate.is_some() { Trust::Authority } else { trust };
        Ok(Self { config, trust, root_certificate: ours.root_certificate, schema: ours.schema.unwrap_or_else(|| "vigie".into()) })
    }

    /// The schema's name as SQL has it.
    pub(super) fn quoted_schema(&self) -> String {
        format!("\"{}\"", self.schema.replace('"', "\"\""))
    }
}

/// What the address says and the client does not know.
#[derive(Default)]
struct Ours {
    mode: Option<(SslMode, Trust)>,
    root_certificate: Option<PathBuf>,
    schema: Option<String>,
    password: Option<String>,
}

impl Ours {
    fn take(&mut self, name: &str, value: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<bool, String> {
        let value = decoded(value).map_err(|why| format!("postgres://…: {why}"))?;
        match name {
            "sslmode" => self.mode = Some(mode(&value)?),
            "sslrootcert" => self.root_certificate = Some(value.into()),
            "schema" => self.schema = Some(schema(&value)?),
            "password" => self.password = Some(secret(&value, env)?),
            // Other clients' sign for a pooler; nothing here depends on a session anyway.
            "pgbouncer" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn mode(name: &str) -> Result<(SslMode, Trust), String> {
    Ok(match name {
        "disable" => (SslMode::Disable, Trust::Anything),
        "prefer" => (SslMode::Prefer, Trust::Anything),
        "require" => (SslMode::Require, Trust::Anything),
        "verify-ca" => (SslMode::Require, Trust::Authority),
        "verify-full" => (SslMode::Require, Trust::Host),
        other => return Err(format!("sslmode={other}: it is disable, prefer, require, verify-ca or verify-full")),
    })
}

fn schema(name: &str) -> Result<String, String> {
    // PostgreSQL cuts longer names silently.
    if name.is_empty() || name.len() > 63 || name.contains('\0') {
        return Err(format!("schema={name}: a name has 1 to 63 bytes"));
    }
    Ok(name.to_owned())
}

fn complete(config: &mut Config) -> Result<(), String> {
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err("postgres://…: the host is missing".into());
    }
    if config.get_user().is_none() {
        return Err("postgres://…: the user is missing".into());
    }
    if config.get_application_name().is_none() {
        config.application_name("vigie");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(PATIENCE);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    config.keepalives_idle(SILENCE.min(config.get_keepalives_idle()));
    Ok(())
}

fn words(error: &postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = |host: &Host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        };
        let ports = self.config.get_ports();
        let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let hosts: Vec<_> = self.config.get_hosts().iter().enumerate().map(|(at, h)| format!("{}:{}", host(h), port(at))).collect();
        let (user, database) = (self.config.get_user().unwrap_or_default(), self.config.get_dbname());
        write!(f, "postgres://{user}@{}", hosts.join(","))?;
        write!(f, "/{} (schema {})", database.unwrap_or(user), self.schema)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::StoreAddress;
    use super::*;

    fn env(name: &str) -> Option<String> {
        (name == "PGPASSWORD" || name == "OTHER").then(|| format!("from {name}"))
    }

    fn address(text: &str) -> PostgresAddress {
        PostgresAddress::parse(text, &env).unwrap()
    }

    fn password(text: &str) -> String {
        String::from_utf8_lossy(address(text).config.get_password().unwrap()).into_owned()
    }

    #[test]
    fn a_password_comes_from_where_it_is_and_is_shown_nowhere() {
        assert_eq!(password("postgres://app:pw%40@db/state"), "pw@");
        assert_eq!(password("postgresql://app@db/state"), "from PGPASSWORD");
        assert_eq!(password("postgres://app@db/state?password=@env:OTHER"), "from OTHER");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "held\n").unwrap();
        assert_eq!(password(&format!("postgres://app@db/state?password=@file:{}", file.path().display())), "held");
        std::fs::write(file.path(), "postgres://app:held@db:6543/state?schema=v\n").unwrap();
        let whole = StoreAddress::parse(&format!("@file:{}", file.path().display()), &env).unwrap();
        assert_eq!(whole.to_string(), "postgres://app@db:6543/state (schema v)");
        assert!(!format!("{whole:?}{whole}").contains("held"));
        for wrong in [
            "postgres://app:geheim@",
            "postgres://app:geheim@db/x?sslmode=no",
            "mysql://app:geheim@db/x",
            "postgres://a:geheim@db/x?o=1",
        ] {
            let words = StoreAddress::parse(wrong, &env).unwrap_err();
            assert!(!words.contains("geheim"), "{words}");
        }
    }

    #[test]
    fn tls_is_as_libpq_has_it() {
        let of = |query: &str| {
            let address = address(&format!("postgres://app@db/state{query}"));
            (address.config.get_ssl_mode(), address.trust)
        };
        assert_eq!(of(""), (SslMode::Prefer, Trust::Anything));
        assert_eq!(of("?sslmode=disable"), (SslMode::Disable, Trust::Anything));
        assert_eq!(of("?sslmode=require"), (SslMode::Require, Trust::Anything));
        assert_eq!(of("?sslmode=require&sslrootcert=/ca%20of.crt"), (SslMode::Require, Trust::Authority));
        assert_eq!(of("?sslmode=verify-ca"), (SslMode::Require, Trust::Authority));
        assert_eq!(of("?connect_timeout=3&sslmode=verify-full&schema=a"), (SslMode::Require, Trust::Host));
        assert!(PostgresAddress::parse("postgres://app@db/x?sslmode=allow", &env).unwrap_err().contains("verify-full"));
    }

    #[test]
    fn a_schema_is_quoted() {
        assert_eq!(address("postgres://app@db/x").quoted_schema(), "\"vigie\"");
        assert_eq!(address("postgres://app@db/x?schema=a%22b").quoted_schema(), "\"a\"\"b\"");
        assert!(PostgresAddress::parse("postgres://app@db/x?schema=", &env).is_err());
    }
}
