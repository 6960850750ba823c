use super::UiError;
use super::config::UiConfig;
use super::draw::draw;
use super::keymap::Key;
use super::state::UiState;
use super::term::{Painted, Screen};
use super::theme::Shelf;
use super::update::{Effect, Ui};
use crate::model::{Ask, Focused};
use crate::snapshot::View;
use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

/// The interface without its loop and terminal: views in, the bytes of frames out.
pub struct Canvas<W> {
    pub(super) ui: Ui,
    pub(super) screen: Screen<W>,
    shelf: Shelf,
    buffer: Buffer,
}

impl<W: Write> Canvas<W> {
    /// Opens on Overview, before any view. Colours follow `config`, and the environment where that says `Auto`.
    ///
    /// # Errors
    /// A theme that cannot be used, a file of keys that is wrong.
    pub fn new(config: &UiConfig, out: W) -> Result<Self, UiError> {
        let look = config.look(|name| std::env::var(name).ok())?;
        let ui = Ui::new(UiState::new(look, config.keymap()?));
        Ok(Self { ui, shelf: config.shelf(), screen: Screen::new(out), buffer: Buffer::empty(Rect::ZERO) })
    }

    /// A new view is there. `false`: it is the one we have.
    pub fn view(&mut self, view: Arc<View>) -> bool {
        self.ui.view(view)
    }

    /// The person's own themes, once a second: what they say now shows. `false`: nothing has changed.
    pub(super) fn reread_themes(&mut self) -> bool {
        let news = self.shelf.news(Instant::now());
        let changed = !news.is_empty();
        for news in news {
            self.ui.theme_changed(news);
        }
        changed
    }

    /// Presses a key without modifiers, as a person would: `\n` is Enter, `\t` Tab, `\x1b` Esc.
    pub fn press(&mut self, c: char) {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        self.ui.key(Key { code, ctrl: false, alt: false });
    }

    /// What keys asked the engine for since this was last called. What else they would do outside is not done.
    pub fn asks(&mut self) -> Vec<Ask> {
        let asked = |effect| if let Effect::Ask(ask) = effect { Some(ask) } else { None };
        self.ui.effects().into_iter().filter_map(asked).collect()
    }

    /// The name of the open screen.
    pub fn screen(&self) -> String {
        format!("{:?}", self.ui.state.screen)
    }

    /// What the open screen needs computed.
    pub fn wants(&self) -> Focused {
        self.ui.state.wants()
    }

    /// Draws the newest view and writes what changed since the last frame, in one write. Returns the bytes written.
    ///
    /// # Errors
    /// The writer's own.
    pub fn frame(&mut self, width: u16, height: u16) -> io::Result<usize> {
        self.piece(width, height, usize::MAX).map(|painted| painted.bytes)
    }

    /// The same with at most about `most` bytes: what is left over comes with the next call.
    pub(super) fn piece(&mut self, width: u16, height: u16, most: usize) -> io::Result<Painted> {
        self.buffer.resize(Rect::new(0, 0, width, height));
        self.buffer.reset();
        let view = self.ui.shown();
        let hits = draw(&view, &self.ui.state, &mut self.buffer);
        self.ui.drawn(hits);
        self.screen.paint_piece(&mut self.buffer, most)
    }
}
