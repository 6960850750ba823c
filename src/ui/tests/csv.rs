//! Lists as files: tables as a spreadsheet wants them, records as NDJSON.

use super::*;
use crate::ui::fixture;
use crate::ui::panels::PanelId;
use crate::ui::update::Effect;

const W: u16 = 120;
const H: u16 = 40;

/// Everything that a spreadsheet would take for a text, or for another number, where a figure should stand.
#[test]
fn a_table_in_a_file_has_raw_figures_in_every_language() {
    use crate::text::{Language, speaking};
    use crate::ui::panels::PANELS;
    let drawn = regex::Regex::new(r"^[~≤+<]?\d[\d\u{202f} .,]*( ?(s|ms|min|h|d|k|M|%|x|m|GNF|KiB|MiB|B|msg/s)|h\d\d|d\d\dh)$|\d[\u{202f} ]\d{3}\b|[▁-█━─★●✘▲]").unwrap();
    for language in Language::ALL {
        let mut ui = ui(fixture::rich());
        ui.state.look.language = language;
        ui.read_log(&fixture::log());
        // What hangs on a topic, a group or an order that is open.
        press(&mut ui, W, H, "4 enter 3 j enter 1 j enter");
        for panel in PANELS.iter().filter(|p| ![PanelId::Tail, PanelId::Follow].contains(&p.id)) {
            let Some(list) = panel.list else { continue };
            let (text, rows) = speaking(language, || (list.csv)(&ui.shown(), &ui.state));
            let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
            assert_eq!(lines.len(), rows + 1, "{:?}: {text}", panel.id);
            let heads: Vec<&str> = lines[0].split(',').collect();
            let mut once = heads.clone();
            once.sort_unstable();
            once.dedup();
            assert!(once.len() == heads.len() && !heads.contains(&""), "{:?}: {heads:?}", panel.id);
            for line in &lines[1..] {
                // Sentences for people are quoted or come last; the figures of the fixtures need no quotes.
                for (head, cell) in heads.iter().zip(line.split(',')).filter(|(head, _)| !SENTENCES.contains(head)) {
                    assert!(!drawn.is_match(cell), "{:?} {head}: {cell:?} in {line:?}", panel.id);
                }
            }
        }
    }
}

/// Columns of words: what is the case, and why.
const SENTENCES: [&str; 9] = ["health", "status", "said", "why", "quiet", "text", "error", "member", "how"];

#[test]
fn a_units_name_stands_in_the_heading_and_times_are_rfc_3339() {
    let mut ui = ui(fixture::rich());
    let csv = |ui: &mut Ui, keys: &str| {
        press(ui, W, H, keys);
        let effects = ui.effects();
        let Some(Effect::Write(export)) = effects.last() else { panic!("{effects:?}") };
        export.text.clone()
    };
    let topics = csv(&mut ui, "w enter");
    assert!(
        topics
            .starts_with("level,topic,msg_per_s,msg_per_s_is_at_most,bytes_per_s,p50_ms,p99_ms,lag,oldest_s,error_rate,health\r\n"),
        "{topics}"
    );
    let tracking = topics.lines().find(|l| l.contains(",delivery.tracking,")).unwrap();
    assert!(tracking.starts_with("healthy,delivery.tracking,640,false,") && tracking.contains(",1204,"), "{tracking}");
    let orders = csv(&mut ui, "4 w enter");
    assert!(orders.contains("order,state,age_s,amount,currency,customer,gap,last\r\n"), "{orders}");
    assert!(orders.contains("CMD-104103,paid,") && orders.contains(",180000.50,GNF,,"), "what is not known is empty: {orders}");
    let alerts = csv(&mut ui, "a w enter");
    assert!(alerts.starts_with("severity,since,fires_s,subject,said,quiet\r\ncritical,2026-01-15T14:"), "{alerts}");
    let again = csv(&mut ui, "1 tab w enter");
    assert!(again.starts_with("severity,since,"), "the alerts of Overview are a table too: {again}");
}

#[test]
fn records_are_written_as_ndjson_and_tables_as_csv() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, W, H, "j enter w");
    assert!(text_of(&paint(&mut ui, W, H)).contains("payments.completed-20260115-140217.ndjson"));
    press(&mut ui, W, H, "enter");
    let effects = ui.effects();
    let Some(Effect::Write(export)) = effects.last() else { panic!("{effects:?}") };
    let lines: Vec<serde_json::Value> = export.text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!((export.rows, lines.len()), (60, 60));
    assert_eq!((&lines[0]["offset"], &lines[0]["value"]["id"]), (&serde_json::json!(182_400), &serde_json::json!("o-17000")));
    press(&mut ui, W, H, "1 /");
    type_text(&mut ui, "payments");
    press(&mut ui, W, H, "enter w enter");
    let effects = ui.effects();
    let Some(Effect::Write(export)) = effects.last() else { panic!("{effects:?}") };
    let names: Vec<&str> = export.text.split("\r\n").collect();
    assert_eq!((export.rows, names.len()), (3, 5), "a heading, three topics, and the end: {names:?}");
    assert!(names[1].contains("payments.completed"), "in the order of the list: {names:?}");
}
