//! Which cell of each panel has which role; and that nothing is told by colour alone.

use super::*;
use crate::model::Level;
use crate::ui::fixture;
use crate::ui::layout;
use crate::ui::panels::PANELS;
use crate::ui::state::Screen;
use crate::ui::theme::{Role, Theme};
use crate::ui::widgets::ink::{Ctx, level};
use ratatui::style::{Color, Style};

/// A letter for each role, in their order.
const LETTERS: &str = "tdTbB#hkowcsua123456789";

/// A theme in which every role has a colour of its own; the selection only a background.
fn telling() -> Theme {
    let colour = |role: Role| Color::Indexed(role as u8);
    Theme::of("roles", |role| match role {
        Role::Selection => Style::new().bg(colour(role)),
        role => Style::new().fg(colour(role)),
    })
}

/// The letters of the cells that are not blank; a selected row begins with `#`.
fn grid(buffer: &Buffer, width: u16, height: u16) -> String {
    let letter = |color: Color| match color {
        Color::Indexed(n) => LETTERS.chars().nth(n.into()).unwrap_or('?'),
        _ => '!',
    };
    let mut out = String::new();
    for y in 0..height {
        let cells = (0..width).map(|x| &buffer[(x, y)]);
        let selected = cells.clone().any(|cell| cell.bg == Color::Indexed(Role::Selection as u8));
        let line: String = cells.map(|cell| if cell.symbol() == " " { ' ' } else { letter(cell.fg) }).collect();
        out.push_str(format!("{}{line}", if selected { '#' } else { ' ' }).trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn the_roles_of_every_panel() {
    let mut ui = ui(fixture::rich());
    press(&mut ui, 120, 40, "j enter 3 j enter 4 enter");
    ui.state.look.themes = vec![telling()];
    let view = ui.shown();
    for panel in PANELS {
        // Where it stands it has the keys, so that its selected row shows.
        if let Some(screen) = Screen::ALL.iter().find(|s| layout::panels(**s).contains(&panel.id)) {
            ui.state.screen = *screen;
            ui.state.focus.insert(*screen, panel.id);
        }
        let (width, height) = (panel.least.0 * 2, panel.least.1 + 8);
        let mut buffer = Buffer::empty(Rect::new(0, 0, width.max(70), height.max(20)));
        let ctx = Ctx { view: &view, state: &ui.state };
        buffer.set_style(buffer.area, ctx.style(Role::Text));
        (panel.draw)(ctx, &mut buffer, Rect::new(0, 0, width, height), &mut Default::default());
        let name = format!("roles_{:?}", panel.id).to_lowercase();
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, grid(&buffer, width, height));
        });
    }
}

#[test]
fn each_role_has_a_letter() {
    assert!(Role::ALL.len() <= LETTERS.len());
}

const LEVELS: [Level; 5] = [Level::Healthy, Level::Unknown, Level::Silent, Level::Warning, Level::Critical];

#[test]
fn a_level_has_a_sign_and_a_word_of_its_own() {
    for (i, a) in LEVELS.iter().enumerate() {
        for b in &LEVELS[i + 1..] {
            let ((sign_a, _, word_a), (sign_b, _, word_b)) = (level(*a), level(*b));
            assert!(sign_a != sign_b && word_a != word_b, "{a:?} {b:?}");
        }
    }
}

#[test]
fn without_colour_the_overview_still_says_how_each_topic_is() {
    for ascii in [false, true] {
        let mut ui = ui_with(UiConfig { color: ColorChoice::None, ascii, utc: true, ..UiConfig::default() }, fixture::rich());
        let buffer = paint(&mut ui, 200, 60);
        assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset), "no colour");
        let text = text_of(&buffer);
        let mut signs = std::collections::BTreeMap::new();
        for topic in &ui.shown().snapshot.topics {
            let cells =
                |l: &str| l.trim_start_matches(['│', '|', ' ']).split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
            let line = text.lines().find(|l| cells(l).get(1).is_some_and(|name| **name == *topic.name)).unwrap();
            let sign = cells(line).swap_remove(0);
            let said = crate::text::short_sentence(&topic.health.reason, 30);
            let said = said.split(' ').next().unwrap_or_default();
            assert!(line.contains(said), "{line} does not say {said:?}");
            let known = *signs.entry(sign).or_insert(topic.health.level);
            assert_eq!(known, topic.health.level, "a sign stands for one level: {line}");
        }
        let seen: std::collections::BTreeSet<_> = signs.values().map(|l| *l as u8).collect();
        assert!(seen.len() >= 4 && seen.len() == signs.len(), "{signs:?}");
    }
}
