//! Coming into PostgreSQL: TLS, and each refusal in words that say what to do.

use crate::needs;
use crate::postgres::{PASSWORD, Postgres};
use crate::support::{Ran, seconds, vigie_with};
use vigie::catalogue::Catalogue;
use vigie::domain::Plans;
use vigie::store::StoreAddress;

/// `vigie state orders` on a store that only the environment names.
fn orders(store: &str, password: Option<&str>) -> Ran {
    let ran = vigie_with(
        &["state", "orders"],
        |command| {
            command.env("VIGIE_STORE", store).env_remove("PGPASSWORD");
            if let Some(password) = password {
                command.env("PGPASSWORD", password);
            }
        },
        seconds(40),
    );
    assert!(!ran.words().contains(PASSWORD) && !ran.words().contains("geheim%20"), "a password was shown: {ran:?}");
    ran
}

/// It must fail, and say all of this.
fn refused(store: &str, words: &[&str]) {
    let ran = orders(store, None);
    assert_ne!(ran.code, Some(0), "{ran:?}");
    for word in words {
        assert!(ran.words().contains(&word.to_lowercase()), "{word:?} is not in {ran:?}");
    }
}

/// Makes the tables, as `vigie consume` does.
fn make(store: &str) {
    let Ok(StoreAddress::Postgres(address)) = StoreAddress::parse(store, &|_| None) else { panic!("an address") };
    vigie::store::Postgres::open(*address, Plans::new(&Catalogue::builtin())).expect("tables");
}

#[test]
fn tls_is_verified_and_each_refusal_has_its_words() {
    needs!(Postgres, Openssl);
    let (server, certificates) = Postgres::secured();
    let (ours, other) = (certificates.authority_file(), certificates.other_authority_file());
    let full = |host: &str, authority: &str| server.url_of(host, &format!("?sslmode=verify-full&sslrootcert={authority}"));

    let good = full("localhost", &ours);
    refused(&good, &["no state yet", "vigie consume", "localhost"]);
    make(&good);
    for host in ["localhost", "127.0.0.1"] {
        assert_eq!(orders(&full(host, &ours), None).good_json(), serde_json::json!([]));
    }
    refused(&full("localhost", &other), &["certificate", "authority", "sslrootcert"]);
    refused(&full("127.0.0.2", &ours), &["certificate", "another host"]);
    refused(&full("localhost", "/nowhere/ca.crt"), &["/nowhere/ca.crt", "No such file"]);
    refused(&server.url("?sslmode=verify-full"), &["certificate", "authority"]);
    refused(&server.url("?sslmode=disable"), &["no encryption", "pg_hba.conf", "sslmode"]);
    let wrong = good.replacen("geheim%201", "falsch", 1);
    refused(&wrong, &["password authentication failed", "PGPASSWORD"]);

    // The authority alone, and no question at all.
    for good in [
        server.url_of("127.0.0.2", &format!("?sslmode=verify-ca&sslrootcert={ours}")),
        server.url_of("127.0.0.2", "?sslmode=require"),
        server.url(""),
    ] {
        assert_eq!(orders(&good, None).code, Some(0), "{good}");
    }
    refused(&server.url_of("127.0.0.2", &format!("?sslmode=require&sslrootcert={other}")), &["authority"]);
}

#[test]
fn what_is_wrong_without_tls_is_told_too() {
    needs!(Postgres);
    let mut server = Postgres::start();
    let store = server.url("");
    make(&store);
    let bare = store.replacen(":geheim%201@", "@", 1);
    assert_eq!(orders(&bare, Some(PASSWORD)).good_json(), serde_json::json!([]));
    refused(&bare, &["password missing", "PGPASSWORD", "@file:"]);
    let file = server.folder().join("address");
    std::fs::write(&file, format!("{store}\n")).expect("a file");
    assert_eq!(orders(&format!("@file:{}", file.display()), None).good_json(), serde_json::json!([]));

    refused(&server.url("?sslmode=require"), &["does not support tls", "sslmode=disable"]);
    refused(&store.replacen("/postgres", "/nothing", 1), &["database \"nothing\" does not exist", "create it"]);
    refused(&server.url("?schema=other"), &["no state yet", "other"]);
    refused(&server.url("?sslmodus=require"), &["sslmodus"]);
    server
        .client()
        .batch_execute(
            "CREATE USER guest PASSWORD 'guest'; CREATE USER maker PASSWORD 'guest'; CREATE SCHEMA of_maker AUTHORIZATION maker",
        )
        .expect("users");
    let of = |user: &str| store.replacen("app:geheim%201", &format!("{user}:guest"), 1);
    refused(&of("guest"), &["permission denied", "USAGE"]);
    // Whoever may not make a schema may use one that was made for them.
    make(&format!("{}?schema=of_maker", of("maker")));

    let port = server.port;
    server.stop_immediately();
    refused(&store, &["cannot be reached", "refused", &format!("127.0.0.1:{port}")]);
}
