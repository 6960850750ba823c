//! What a store holds of people is not printed where it is to be hidden, whoever asks for it.

use crate::support::{Ran, folder, seconds, text, vigie, vigie_with};

/// Ids and names as the demo's town has them, and its places.
const PERSONAL: [&str; 5] = ["CLI-", "LIV-", "\"lat\":9.", "\"lon\":-13.", "_name\":\"A"];

const PROFILES: &str = "[profiles.looked-over]\nprivacy = true\n[profiles.open]\nfps = 4\n";

#[test]
fn the_commands_on_a_store_hide_what_the_screen_hides() {
    let folder = folder("private-state");
    let (store, config) = (format!("sqlite:{}", folder.path().join("state.db").display()), folder.path().join("config.toml"));
    std::fs::write(&config, PROFILES).expect("a file");
    let config = config.display().to_string();
    let ran = vigie(&["demo", "--orders-per-minute", "120", "--no-ui", "--for", "12s", "--store", &store]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let state = |what: &str, more: &[&str], env: &[(&str, &str)]| {
        let args = [&["state", what, "--store", &store, "--config", &config][..], more].concat();
        vigie_with(&args, |command| _ = command.envs(env.iter().copied()), seconds(60))
    };
    let orders = state("orders", &["--limit", "1"], &[]).good_json();
    let id = text(&orders[0], "/id").to_owned();

    // Who hides it, and how; the last one tries to show it in spite of its profile.
    type Way<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);
    let ways: [Way<'_>; 5] = [
        (&["--privacy"], &[]),
        (&["--profile", "looked-over"], &[]),
        (&[], &[("VIGIE_PROFILE", "looked-over")]),
        (&[], &[("VIGIE_PRIVACY", "true")]),
        (&["--profile", "looked-over"], &[("VIGIE_PRIVACY", "false")]),
    ];
    for (what, more) in
        [("orders", &[][..]), ("orders", &["--id", &id]), ("deliveries", &[]), ("payments", &[]), ("customers", &[])]
    {
        for format in ["json", "table"] {
            let more = [more, &["--format", format]].concat();
            let told = |way: &[&str], env: &[(&str, &str)]| state(what, &[&more[..], way].concat(), env);
            let open = told(&["--profile", "open"], &[]);
            assert_eq!(open.code, Some(0), "{open:?}");
            assert!(
                what == "payments" && format == "table" || is_personal(&open),
                "{what} {format} has somebody to hide: {open:?}"
            );
            for (way, env) in ways {
                let hidden = told(way, env);
                assert!(hidden.code == Some(0) && !is_personal(&hidden), "{what} {format} {way:?} {env:?}: {hidden:?}");
                assert_eq!(hidden.out.lines().count(), open.out.lines().count(), "{what}: as many rows");
            }
        }
    }
    let hidden = state("orders", &["--id", &id, "--privacy"], &[]).good_json();
    assert_eq!((text(&hidden[0], "/id"), text(&hidden[0], "/customer")), (id.as_str(), "•••"), "an order is no person");
    assert!(hidden[0]["audit"][0]["says"]["amount"].is_string(), "what happened stays: {}", hidden[0]["audit"]);
    let customers = state("customers", &["--privacy"], &[]).good_json();
    assert!(text(&customers[0], "/id").ends_with(" 0001"), "numbered: {}", customers[0]);
    let unknown = state("orders", &["--profile", "nobody"], &[]);
    assert!(unknown.code == Some(2) && unknown.err.contains("nobody"), "{unknown:?}");
}

fn is_personal(ran: &Ran) -> bool {
    PERSONAL.iter().any(|personal| ran.out.contains(personal))
}
