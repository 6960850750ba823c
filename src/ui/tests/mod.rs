//! The interface as a whole: what the screens look like, what keys do, what the terminal is told.

mod chosen;
mod clusters;
mod csv;
mod heads;
mod hostile;
mod input;
mod language;
mod look;
mod map;
mod orders;
mod over;
mod own;
mod paint;
mod palette;
mod past;
mod privacy;
mod roles;
mod screens;
mod way;

use super::draw::draw;
use super::keymap::Key;
use super::state::UiState;
use super::svg::text as text_of;
use super::update::Ui;
use super::{ColorChoice, UiConfig};
use crate::snapshot::View;
use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// An interface with the colours of a good terminal, in UTC, that has seen the view.
fn ui(view: View) -> Ui {
    ui_with(
        UiConfig { color: ColorChoice::Truecolor, utc: true, map: Arc::new(super::fixture::base_map()), ..UiConfig::default() },
        view,
    )
}

fn ui_with(config: UiConfig, view: View) -> Ui {
    let look = config.look(|_| None).unwrap();
    let mut ui = Ui::new(UiState::new(look, config.keymap().unwrap()));
    ui.view(Arc::new(view));
    ui
}

/// Presses keys as the key table writes them, parted by blanks; draws after each, as the loop does.
fn press(ui: &mut Ui, width: u16, height: u16, keys: &str) {
    for key in keys.split_whitespace() {
        paint(ui, width, height);
        let (ctrl, name) = key.strip_prefix("ctrl-").map_or((false, key), |k| (true, k));
        let code = match name {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "space" => KeyCode::Char(' '),
            "down" => KeyCode::Down,
            "up" => KeyCode::Up,
            name => KeyCode::Char(name.chars().next().unwrap()),
        };
        ui.key(Key { code, ctrl, alt: false });
    }
}

fn type_text(ui: &mut Ui, text: &str) {
    for c in text.chars() {
        ui.key(Key { code: KeyCode::Char(c), ctrl: false, alt: false });
    }
}

fn paint(ui: &mut Ui, width: u16, height: u16) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let view = ui.shown();
    let hits = draw(&view, &ui.state, &mut buffer);
    ui.drawn(hits);
    buffer
}
