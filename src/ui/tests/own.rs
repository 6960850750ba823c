//! Commands of one's own: where they are heard, what they are told, and what is said when they cannot start.

use super::*;
use crate::ui::fixture;
use crate::ui::update::Effect;

const W: u16 = 120;
const H: u16 = 40;

const FILE: &str = r#"
[[commands]]
name = "show topic"
key = "alt-s"
context = "topic"
run = ["show", "--topic=$TOPIC", "$BOOTSTRAP"]
[[commands]]
name = "show group"
key = "alt-s"
context = "group"
run = ["show", "--group=$GROUP"]
[[commands]]
name = "show record"
key = "alt-r"
context = "record"
run = ["show", "$TOPIC", "$PARTITION", "$OFFSET", "--key=$KEY"]
[[commands]]
name = "order's page"
context = "order"
run = ["open", "https://orders/$ORDER"]
[[commands]]
name = "top"
key = "f2"
run = ["top"]
"#;

fn with(commands: &str) -> Result<Ui, String> {
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(commands.as_bytes()).unwrap();
    let config = UiConfig { utc: true, commands: Some(file.path().into()), ..UiConfig::default() };
    let keymap = config.keymap().map_err(|e| e.to_string())?;
    let mut ui = Ui::new(UiState::new(config.look(|_| None).unwrap(), keymap));
    ui.view(Arc::new(fixture::rich()));
    Ok(ui)
}

fn alt(ui: &mut Ui, c: char) {
    paint(ui, W, H);
    ui.key(Key { code: KeyCode::Char(c), ctrl: false, alt: true });
}

/// What was started: its arguments.
fn started(ui: &mut Ui) -> Vec<String> {
    let effects = ui.effects();
    let Some(Effect::Run(errand)) = effects.last() else { return Vec::new() };
    errand.args.iter().map(|a| a.to_string_lossy().into_owned()).collect()
}

fn message(ui: &Ui) -> &str {
    ui.state.message.as_ref().map_or("", |m| m.text.as_str())
}

#[test]
fn a_command_is_told_what_is_selected_on_every_screen() {
    let mut ui = with(FILE).unwrap();
    press(&mut ui, W, H, "j");
    alt(&mut ui, 's');
    assert_eq!(started(&mut ui), ["--topic=payments.completed", "kafka-1.prod:9092"]);
    press(&mut ui, W, H, "3 j");
    alt(&mut ui, 's');
    assert_eq!(started(&mut ui), ["--group=billing"]);
    press(&mut ui, W, H, "1 enter");
    alt(&mut ui, 'r');
    let of_row = started(&mut ui);
    assert!(of_row[0] == "payments.completed" && of_row[3].starts_with("--key="), "{of_row:?}");
    press(&mut ui, W, H, "enter");
    alt(&mut ui, 'r');
    assert_eq!(started(&mut ui), of_row, "the open record is the selected one");
    press(&mut ui, W, H, "esc 4");
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "order's page");
    press(&mut ui, W, H, "enter");
    assert!(started(&mut ui)[0].starts_with("https://orders/CMD-"));
}

#[test]
fn help_and_palette_have_them() {
    let mut ui = with(FILE).unwrap();
    press(&mut ui, W, H, "?");
    let help = text_of(&paint(&mut ui, W, 140));
    for wanted in ["on a topic", "alt-s", "show topic", "on an order", "order's page", "f2 ", "top"] {
        assert!(help.contains(wanted), "{wanted}: {help}");
    }
    press(&mut ui, W, H, "esc :");
    type_text(&mut ui, "show gr");
    let palette = text_of(&paint(&mut ui, W, H));
    assert!(palette.lines().any(|l| l.contains("show group") && l.contains("alt-s") && l.contains("command")), "{palette}");
}

#[test]
fn without_its_variable_nothing_starts_and_it_says_which_one_is_missing() {
    let mut ui = with(FILE).unwrap();
    press(&mut ui, W, H, ":");
    type_text(&mut ui, "show group");
    press(&mut ui, W, H, "enter");
    assert_eq!((started(&mut ui).len(), message(&ui)), (0, "show group: what is selected has no $GROUP"));
}

#[test]
fn a_key_whose_kind_is_not_selected_says_what_it_is_for() {
    let chord = "\n[[commands]]\nname = \"chord\"\nkey = \"alt-x x\"\ncontext = \"group\"\nrun = [\"ls\"]";
    let mut ui = with(&format!("{FILE}{chord}")).unwrap();
    press(&mut ui, W, H, "0");
    alt(&mut ui, 'r');
    let said = "show record: nothing is selected of the kind it is for (record)";
    assert_eq!((started(&mut ui).len(), message(&ui)), (0, said));
    alt(&mut ui, 's');
    assert_eq!(message(&ui), "show topic, show group: nothing is selected of the kind it is for (topic, group)");
    alt(&mut ui, 'x');
    assert_eq!(message(&ui), "");
    press(&mut ui, W, H, "x");
    assert_eq!(message(&ui), "chord: nothing is selected of the kind it is for (group)");
    alt(&mut ui, 'x');
    press(&mut ui, W, H, "1");
    assert_eq!(ui.state.screen, crate::ui::state::Screen::Overview, "a chord that came to nothing");
}

#[test]
fn a_hostile_name_goes_as_one_argument_and_as_no_option() {
    let mut ui = with("[[commands]]\nname = \"x\"\nkey = \"f2\"\nrun = [\"show\", \"$TOPIC\", \"-t$TOPIC\"]").unwrap();
    for name in ["a b; rm -rf $HOME `id` $(id)", "--config=/etc/passwd"] {
        let mut view = fixture::rich();
        let mut snapshot = (*view.snapshot).clone();
        let mut topic = (*snapshot.topics[0]).clone();
        topic.name = name.into();
        snapshot.topics = vec![Arc::new(topic)];
        view.snapshot = Arc::new(snapshot);
        ui.view(Arc::new(view));
        paint(&mut ui, W, H);
        ui.key(Key { code: KeyCode::F(2), ctrl: false, alt: false });
        match name.starts_with('-') {
            false => assert_eq!(started(&mut ui), [name.to_owned(), format!("-t{name}")]),
            true => assert!(started(&mut ui).is_empty() && message(&ui).contains("taken for an option"), "{}", message(&ui)),
        }
    }
}

#[test]
fn a_key_that_vigie_has_is_refused_with_both_named() {
    for (context, key, other) in [
        ("topic", "s", "s is sort in [list]"),
        ("record", "y", "y is copy in"),
        ("any", "g", "g g is top in [list]"),
        ("any", "ctrl-c", "ctrl-c is quit in [always]"),
    ] {
        let text = format!("\n[[commands]]\nname = \"mine\"\nkey = \"{key}\"\ncontext = \"{context}\"\nrun = [\"ls\"]");
        let error = with(&text).err().unwrap();
        assert!(error.contains(":4: ") && error.contains(other), "{error}");
        let told = format!("{key} is \"mine\" with context = \"{context}\"");
        assert!(error.contains(&told), "{error}");
    }
}

#[test]
fn a_command_gets_no_key_that_is_hidden_and_is_told_why() {
    use crate::snapshot::Privacy;
    let mut ui = with(FILE).unwrap();
    ui.state.look.hiding = crate::ui::privacy::Hiding { person: false, profile: true };
    // Without a catalogue every key may be somebody's.
    ui.state.look.personal = Arc::new(Privacy::default());
    press(&mut ui, W, H, "j enter");
    alt(&mut ui, 'r');
    assert!(started(&mut ui).is_empty(), "it must not start with dots for a key either");
    assert!(message(&ui).contains("$KEY is personal and hidden"), "{}", message(&ui));
    press(&mut ui, W, H, "enter");
    alt(&mut ui, 'r');
    assert!(started(&mut ui).is_empty(), "nor with an open record's");
    press(&mut ui, W, H, "esc 1");
    alt(&mut ui, 's');
    assert_eq!(started(&mut ui), ["--topic=payments.completed", "kafka-1.prod:9092"], "a topic is nobody");
}
