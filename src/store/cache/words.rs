//! What went wrong with Redis, and what a person can do about it.

use super::CacheError;
use openssl::ssl::HandshakeError;
use std::fmt::Debug;
use std::io::{Error, ErrorKind};

/// Redis' own words, with advice where there is some. What comes from outside is made visible when it is shown.
pub fn refusal(words: &str) -> String {
    let begins = |code: &str| words.starts_with(code);
    let advice = match () {
        () if begins("WRONGPASS") || begins("ERR invalid password") => {
            "give the right user and password in the address, or the password in REDISCLI_AUTH or as `?password=@file:PATH`"
        }
        () if begins("NOAUTH") => "give the password in the address, in REDISCLI_AUTH, or as `?password=@file:PATH`",
        () if words.contains("without any password configured") => "this Redis wants no password: leave it out of the address",
        () if begins("NOPERM") => "the user needs ~PREFIX* &PREFIX* +@read +@write +publish +evalsha +script|load +select",
        () if begins("READONLY") => "this is a replica: name the Redis that can be written",
        () if begins("MOVED") || begins("CROSSSLOT") || words.contains("cluster support disabled") => {
            "a Redis Cluster will not do: name a single Redis"
        }
        () if begins("OOM") => "its `maxmemory` is reached, and its policy evicts nothing",
        () if begins("LOADING") => "it will be back when it has read its file",
        () if begins("DENIED") => "it is in protected mode: give it a password",
        () if words.contains("DB index is out of range") => "the number behind the / is one of its `databases`",
        () => return words.to_owned(),
    };
    format!("{words}; {advice}")
}

/// The connection did not hold.
pub fn broken(error: &Error, tls: bool) -> CacheError {
    match error.kind() {
        ErrorKind::InvalidData => CacheError::Odd(error.to_string()),
        ErrorKind::WouldBlock | ErrorKind::TimedOut => CacheError::Away("it does not answer".into()),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe if !tls => {
            CacheError::Away("it closed the connection (one that wants TLS does: rediss://…)".into())
        }
        ErrorKind::UnexpectedEof => CacheError::Away("it closed the connection".into()),
        _ => CacheError::Away(error.to_string()),
    }
}

pub fn handshake<S: Debug>(error: &HandshakeError<S>) -> CacheError {
    let why = error.to_string();
    if why.contains("mismatch") {
        return CacheError::Refused(format!("{why}; its certificate is another host's: connect by a name that is in it"));
    }
    if why.contains("certificate verify failed") {
        let advice = "its certificate is not from an authority that is trusted here: name that with `?sslrootcert=FILE`";
        return CacheError::Refused(format!("{why}; {advice}"));
    }
    if why.contains("wrong version number") || why.contains("packet length too long") {
        return CacheError::Odd("it knows no TLS: redis://… (a password and all data then go in the clear)".into());
    }
    // A Redis without TLS takes the greeting for a command that goes on, and says nothing.
    CacheError::Away(format!("no TLS came about ({why}); if it knows no TLS its address is redis://…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_redis_says_is_kept_and_advice_is_given() {
        for (words, advice) in [
            ("WRONGPASS invalid username-password pair or user is disabled.", "REDISCLI_AUTH"),
            ("NOAUTH Authentication required.", "@file:"),
            ("NOPERM this user has no permissions to run the 'evalsha' command", "+script|load"),
            ("READONLY You can't write against a read only replica.", "replica"),
            ("MOVED 3999 127.0.0.1:6381", "single Redis"),
            ("ERR AUTH <password> called without any password configured for the default user.", "leave it out"),
        ] {
            let told = refusal(words);
            assert!(told.starts_with(words) && told.contains(advice), "{told}");
        }
        assert_eq!(refusal("ERR unknown"), "ERR unknown");
    }

    #[test]
    fn who_does_not_answer_is_away() {
        let of = |kind: ErrorKind, tls| broken(&kind.into(), tls).to_string();
        assert_eq!(of(ErrorKind::WouldBlock, false), "Redis is away: it does not answer");
        assert!(of(ErrorKind::ConnectionReset, false).contains("rediss://"));
        assert!(!of(ErrorKind::UnexpectedEof, true).contains("rediss://"));
    }
}
