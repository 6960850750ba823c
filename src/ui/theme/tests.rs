//! What every shipped theme promises: `docs/themes.md` states the same figures.

use super::sight::{Eyes, Rgb, contrast, difference};
use super::sixteen::papers;
use super::*;
use crate::ui::color::rgb;
use ratatui::style::Color;

/// Text, on the theme's own background.
const TEXT: f64 = 7.0;
/// Everything else that is read: words, figures, signs, curves.
const READ: f64 = 4.5;
/// The frame of the panel that has the keys (WCAG's figure for what is not text).
const FOCUS: f64 = 3.0;
/// The other frames: they part, and say nothing.
const BORDER: f64 = 1.5;
/// What is read with sixteen colours, by xterm's palette.
const READ_16: f64 = 3.0;
/// Any role in the selected row, which is bold besides.
const SELECTED: f64 = 3.0;
/// Levels look different at a glance, and so do curves.
const APART: f64 = 20.0;
/// Curves with sixteen colours, by xterm's palette.
const APART_16: f64 = 15.0;
const LEVELS: [Role; 4] = [Role::Ok, Role::Warning, Role::Critical, Role::Silent];
const DEPTHS: [(&str, Depth); 4] = [("24 bit", Depth::True), ("256", Depth::C256), ("16", Depth::C16), ("none", Depth::Mono)];

fn shipped() -> impl Iterator<Item = Theme> {
    SHIPPED.iter().map(|(name, _)| Theme::load(name, None).unwrap())
}

/// Those with colours of their own: what the sixteen look like is the terminal's matter.
fn coloured() -> impl Iterator<Item = Theme> {
    shipped().filter(|t| !matches!(t.name.as_str(), "sixteen" | "mono"))
}

fn ink(theme: &Theme, role: Role) -> Rgb {
    theme.style(role).fg.and_then(rgb).unwrap_or_else(|| panic!("{}: {role:?} has no colour", theme.name))
}

/// How well a role is read: on its own background, or on the theme's; `None`: what it looks like is the terminal's matter.
fn legibility(theme: &Theme, role: Role) -> Option<f64> {
    let style = theme.style(role);
    if role == Role::Selection {
        // Text stands in it; in reverse video it has the colours of the text.
        let reversed = style.add_modifier.contains(Modifier::REVERSED);
        let text = style.fg.or(theme.style(Role::Text).fg).and_then(rgb)?;
        return if reversed { legibility(theme, Role::Text) } else { Some(contrast(text, style.bg.and_then(rgb)?)) };
    }
    let ink = style.fg.and_then(rgb)?;
    let papers = style.bg.and_then(rgb).map_or_else(|| papers(theme.style(Role::Text)), |own| vec![own]);
    papers.into_iter().map(|paper| contrast(ink, paper)).min_by(f64::total_cmp)
}

#[test]
fn everything_can_be_read_on_the_themes_own_background_in_as_many_colours_as_there_are() {
    let mut wrong = Vec::new();
    for (theme, depth) in coloured().flat_map(|t| [(t.clone(), Depth::True), (t.clone(), Depth::C256), (t, Depth::C16)]) {
        let theme = theme.at(depth);
        for role in Role::ALL {
            let least = match role {
                Role::Text | Role::Selection => TEXT,
                Role::Border => BORDER,
                Role::BorderFocus => FOCUS,
                _ if depth == Depth::C16 => READ_16,
                _ => READ,
            };
            let is = legibility(&theme, *role).unwrap_or_else(|| panic!("{}: {role:?} has no colour", theme.name));
            if is < least {
                wrong.push(format!("{} {depth:?}: {role:?} has {is:.2}:1, least {least}", theme.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn everything_can_be_read_in_the_selected_row() {
    // Among sixteen colours the row is in reverse video, and its cells have no colours of their own.
    for theme in coloured().flat_map(|theme| [theme.clone(), theme.at(Depth::C256)]) {
        let selection = theme.style(Role::Selection);
        let paper = selection.bg.and_then(rgb).unwrap();
        if theme.whole_selection {
            continue;
        }
        assert!(selection.add_modifier.contains(Modifier::BOLD), "{}", theme.name);
        for role in Role::ALL.iter().filter(|r| !matches!(r, Role::Selection | Role::Border | Role::BorderFocus)) {
            let is = contrast(ink(&theme, *role), paper);
            assert!(is >= SELECTED, "{}: {role:?} has {is:.2}:1 in the selected row", theme.name);
        }
    }
}

#[test]
fn three_curves_are_told_apart_in_as_many_colours_as_there_are() {
    for (theme, depth) in coloured().flat_map(|t| [(t.clone(), Depth::True), (t.clone(), Depth::C256), (t, Depth::C16)]) {
        let theme = theme.at(depth);
        let is = curves_apart(&theme);
        // Among sixteen there are few to choose from.
        let least = if depth == Depth::C16 { APART_16 } else { APART };
        assert!(is >= least, "{} {depth:?}: two curves are {is:.0} apart", theme.name);
    }
    let nearly = "base = \"vigie\"\nchart_1 = { fg = \"#2e6cb0\" }\nchart_2 = { fg = \"#2e6cb1\" }";
    assert!(curves_apart(&Theme::parse(Path::new("mine.toml"), nearly).unwrap()) < APART, "other figures are not other colours");
}

/// How far apart the two nearest are.
fn curves_apart(theme: &Theme) -> f64 {
    let pairs = [(Role::Chart1, Role::Chart2), (Role::Chart2, Role::Chart3), (Role::Chart1, Role::Chart3)];
    pairs.map(|(a, b)| difference(ink(theme, a), ink(theme, b), Eyes::All)).into_iter().fold(f64::INFINITY, f64::min)
}

fn pairs() -> impl Iterator<Item = (Role, Role)> {
    LEVELS.iter().enumerate().flat_map(|(i, a)| LEVELS[i + 1..].iter().map(|b| (*a, *b)))
}

#[test]
fn levels_look_different_in_every_theme() {
    for theme in coloured() {
        for depth in [Depth::True, Depth::C256] {
            let theme = theme.at(depth);
            for (a, b) in pairs() {
                let is = difference(ink(&theme, a), ink(&theme, b), Eyes::All);
                assert!(is >= APART, "{} {depth:?}: {a:?} and {b:?} are {is:.0} apart", theme.name);
            }
        }
    }
    for theme in shipped().map(|t| t.at(Depth::C16)).chain([Theme::load("mono", None).unwrap().at(Depth::Mono)]) {
        for (a, b) in pairs() {
            assert_ne!(theme.style(a), theme.style(b), "{}: {a:?} and {b:?}", theme.name);
        }
    }
}

#[test]
fn levels_look_different_to_eyes_that_lack_a_cone() {
    let theme = Theme::load("colour-blind", None).unwrap();
    for eyes in [Eyes::Deuteranopia, Eyes::Protanopia] {
        for (a, b) in pairs() {
            let is = difference(ink(&theme, a), ink(&theme, b), eyes);
            assert!(is >= APART, "{eyes:?}: {a:?} and {b:?} are {is:.0} apart");
        }
    }
}

#[test]
fn the_selected_row_is_seen_at_every_depth() {
    for theme in shipped() {
        for (_, depth) in DEPTHS {
            let theme = theme.at(depth);
            let (text, selection) = (theme.style(Role::Text), theme.style(Role::Selection));
            let reversed = selection.add_modifier.contains(Modifier::REVERSED);
            assert!(reversed || selection.bg.is_some() && selection.bg != text.bg, "{} {depth:?}", theme.name);
            assert!(depth != Depth::Mono || Role::ALL.iter().all(|r| theme.style(*r).fg.is_none() && theme.style(*r).bg.is_none()));
        }
    }
}

fn told(style: Style) -> String {
    let color = |c: Option<Color>| c.map_or("-".into(), |c| c.to_string());
    let names = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
    ];
    let more: Vec<_> = names.iter().filter(|(m, _)| style.add_modifier.contains(*m)).map(|(_, n)| *n).collect();
    format!("{} on {} {}", color(style.fg), color(style.bg), more.join(" ")).trim_end().to_owned()
}

#[test]
fn the_table_of_every_themes_roles() {
    for theme in shipped() {
        let mut table = format!("{:<14}", theme.name);
        for (name, _) in DEPTHS {
            table.push_str(&format!("{:>4}  {name:<38}", ":1"));
        }
        for role in Role::ALL {
            table.push_str(&format!("\n{:<14}", role.name()));
            for (_, depth) in DEPTHS {
                let theme = theme.at(depth);
                let read = legibility(&theme, *role).map_or("-".into(), |ratio| format!("{ratio:.1}"));
                table.push_str(&format!("{read:>4}  {:<38}", told(theme.style(*role))));
            }
        }
        let table = table.lines().map(|l| l.trim_end()).collect::<Vec<_>>().join("\n");
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("theme_{}", theme.name), table);
        });
    }
}

#[test]
fn a_theme_with_a_base_says_only_what_differs() {
    let theme = Theme::parse(Path::new("mine.toml"), "base = \"light\"\nok = { fg = \"green\", bold = true }").unwrap();
    let light = Theme::load("light", None).unwrap();
    assert_eq!((theme.name.as_str(), theme.style(Role::Text)), ("mine", light.style(Role::Text)));
    assert_eq!(theme.style(Role::Ok), Style::new().fg(Color::Green).add_modifier(Modifier::BOLD));
}

#[test]
fn the_terminals_own_colours_stay_where_the_paper_is_its_own_too() {
    let title = |toml: &str| Theme::parse(Path::new("mine.toml"), toml).unwrap().at(Depth::C16).style(Role::Title).fg;
    for (named, color) in [("blue", Color::Blue), ("4", Color::Indexed(4))] {
        assert_eq!(title(&format!("base = \"sixteen\"\ntitle = {{ fg = \"{named}\" }}")), Some(color));
    }
    assert_eq!(title("base = \"sixteen\"\ntitle = { fg = \"#0000ee\" }"), Some(Color::LightBlue), "reduced, so vigie's choice");
    assert_ne!(title("base = \"sixteen\"\ntext = { bg = \"black\" }\ntitle = { fg = \"blue\" }"), Some(Color::Blue));
    let curves = "base = \"vigie\"\nchart_1 = { fg = \"#00cdcd\" }\nchart_2 = { fg = \"cyan\" }";
    let curves = Theme::parse(Path::new("mine.toml"), curves).unwrap().at(Depth::C16);
    assert_eq!(curves.style(Role::Chart2).fg, Some(Color::Cyan));
    assert_ne!(curves.style(Role::Chart1).fg, Some(Color::Cyan), "the one that was reduced gives way");
}

#[test]
fn what_is_wrong_with_a_theme_is_told_with_its_line() {
    let without = |role: &str| SHIPPED[0].1.lines().filter(|l| !l.starts_with(role)).map(|l| format!("{l}\n")).collect::<String>();
    for (text, wanted) in [
        (without("silent"), "mine.toml:1: role `silent` is missing: give it a style"),
        ("base = \"vigie\"\n\nsparkle = {}".into(), "mine.toml:3: there is no role `sparkle`; there are text, dim"),
        ("base = \"vigie\"\nok = { fg = \"#nope\" }".into(), "mine.toml:2: \"#nope\" is no colour"),
        ("base = \"vigie\"\nok = { fg = 7 }".into(), "mine.toml:2: this is no colour"),
        ("base = \"vigie\"\nok = { bold = 1 }".into(), "mine.toml:2: `bold` is true or false"),
        ("base = \"vigie\"\nok = { blink = true }".into(), "mine.toml:2: a style has no `blink`; it has fg"),
        ("base = \"vigie\"\nok = 3".into(), "mine.toml:2: `ok` is a table"),
        ("base = \"nord\"".into(), "mine.toml:1: `base` is one of vigie, light"),
        ("ok = {".into(), "mine.toml:1: "),
    ] {
        let error = Theme::parse(Path::new("mine.toml"), &text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    let error = Theme::load("no-such", None).unwrap_err().to_string();
    assert!(error.contains("no-such") && error.contains("harmattan"), "{error}");
}
