use super::postgres::PostgresAddress;
use std::fmt;
use std::path::PathBuf;

/// Which store, as `--store` says it. Shown, it has no password.
#[derive(Clone, Debug)]
pub enum StoreAddress {
    Sqlite(PathBuf),
    Postgres(Box<PostgresAddress>),
}

impl StoreAddress {
    /// `text` may be `@file:PATH` or `@env:NAME`, for an address holds a password; `env` gives variables.
    ///
    /// # Errors
    /// It is no address; the words do not repeat it, for it may hold a password.
    pub fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let text = secret(text, env)?;
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                PostgresAddress::parse(&text, env).map(|address| Self::Postgres(Box::new(address)))
            }
            Some((scheme, _)) if text.contains('@') => Err(format!("`{scheme}:…` is no store: {SHAPES}")),
            _ => Err(format!("`{text}` is no store: {SHAPES}")),
        }
    }
}

const SHAPES: &str = "sqlite:FILE or postgres://USER@HOST/DB";

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

/// What `@file:PATH` or `@env:NAME` stands for; any other text is itself.
pub(super) fn secret(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    if let Some(path) = text.strip_prefix("@file:") {
        let held = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        return Ok(held.trim_end_matches(['\r', '\n']).to_owned());
    }
    match text.strip_prefix("@env:") {
        Some(name) => env(name).ok_or_else(|| format!("the environment has no {name}")),
        None => Ok(text.to_owned()),
    }
}

/// Percent-encoded text.
pub(super) fn decoded(text: &str) -> Result<String, &'static str> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        let (high, low) = (digit(bytes.next()), digit(bytes.next()));
        let both = high.zip(low).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        out.push(both.ok_or("a % that no two hexadecimal digits follow (as %25 it is itself)")?);
    }
    String::from_utf8(out).map_err(|_| "what % encodes is not UTF-8")
}
