//! What people and terminals may send, and files that they write: nothing of it may end the program.

use super::*;
use crate::model::hostile::{Spoiler, cases};
use crate::ui::filter::{NameFilter, parse_tail};
use crate::ui::json::pretty;
use crate::ui::theme::{SHIPPED, Theme};
use crate::ui::{Depth, fixture};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use std::path::Path;

const SIZES: [(u16, u16); 8] = [(80, 24), (120, 40), (60, 15), (200, 60), (59, 14), (300, 100), (1, 1), (0, 0)];

fn themes(count: u64) {
    let mut files = Spoiler::new(9, SHIPPED.iter().map(|(_, toml)| toml));
    let mut read = 0_u64;
    for _ in 0..count {
        match Theme::parse(Path::new("theme.toml"), &files.next_text()) {
            Ok(theme) => read += u64::from(theme.at(Depth::Mono).whole_selection),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    println!("{count} hostile themes: {read} could be read");
}

fn filters(count: u64) {
    let written = ["orders", "!orders", "/^pay(ments)?/", "key:o-17", ".address.district=Kaloum", "!/a+/"];
    let mut texts = Spoiler::new(10, written);
    let mut values = Spoiler::new(11, [r#"{"a":{"b":[1,2,{}]},"c":"d\"e"}"#]);
    let mut hits = 0_u64;
    for _ in 0..count {
        let text = texts.next_text();
        hits += NameFilter::parse(&text).map_or(0, |f| u64::from(f.matches(&["orders.created", "payments"])));
        let _ = parse_tail(&text);
        assert!(pretty(values.spoiled()).iter().all(|line| !line.contains(char::is_control)));
    }
    println!("{count} hostile filters: {hits} hits");
}

/// Keys of the table more often than others, so that every screen, layer and popup is come by.
fn key(chance: &mut fastrand::Rng) -> Key {
    const NAMED: &[KeyCode] = &[
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::F(5),
        KeyCode::Null,
    ];
    let code = match chance.u8(..10) {
        0..4 => NAMED[chance.usize(..NAMED.len())],
        4..9 => KeyCode::Char(char::from(chance.u8(b' '..=b'~'))),
        _ => KeyCode::Char(chance.char(..)),
    };
    Key { code, ctrl: chance.u8(..8) == 0, alt: chance.u8(..32) == 0 }
}

fn mouse(chance: &mut fastrand::Rng) -> MouseEvent {
    let kinds =
        [MouseEventKind::Down(MouseButton::Left), MouseEventKind::ScrollDown, MouseEventKind::ScrollUp, MouseEventKind::Moved];
    let kind = kinds[chance.usize(..kinds.len())];
    MouseEvent { kind, column: chance.u16(..320), row: chance.u16(..120), modifiers: KeyModifiers::NONE }
}

fn input(count: u64) {
    let mut pastes = Spoiler::new(12, ["orders.created", "/^pay/"]);
    let views = [fixture::rich(), fixture::empty(), fixture::hostile(), fixture::rich()].map(Arc::new);
    let mut ui = ui(fixture::rich());
    let (mut size, mut left) = (SIZES[0], 0_u64);
    for step in 0..count {
        let chance = &mut pastes.chance;
        match chance.u8(..64) {
            0 => size = SIZES[chance.usize(..SIZES.len())],
            1 => _ = ui.view(views[chance.usize(..views.len())].clone()),
            2 | 3 => ui.mouse(mouse(chance)),
            4 => ui.paste(&pastes.next_text()),
            _ => ui.key(key(chance)),
        }
        left += ui.effects().iter().filter(|effect| **effect == crate::ui::update::Effect::Leave).count() as u64;
        if step % 8 == 0 {
            paint(&mut ui, size.0, size.1);
        }
    }
    println!("{count} hostile keys, clicks and pastes, {} frames; {left} would have left", count / 8);
}

#[test]
fn hostile_themes_make_no_panic() {
    themes(5_000);
}

#[test]
fn hostile_filters_make_no_panic() {
    filters(5_000);
}

#[test]
fn hostile_input_makes_no_panic() {
    input(10_000);
}

#[test]
#[ignore = "long: cargo test --release --lib -- --ignored fuzz"]
fn fuzz_theme() {
    themes(cases(1_000_000));
}

#[test]
#[ignore = "long: cargo test --release --lib -- --ignored fuzz"]
fn fuzz_filter() {
    filters(cases(1_000_000));
}

#[test]
#[ignore = "long: cargo test --release --lib -- --ignored fuzz"]
fn fuzz_input() {
    input(cases(1_000_000));
}
