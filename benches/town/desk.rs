//! Somebody at a dashboard: keys go in, asks to the engine, views come back, as the interface's loop does it.

use super::Town;
use std::io::Write;
use std::sync::Arc;
use vigie::model::{Ask, Focused};
use vigie::snapshot::View;
use vigie::text::Language;
use vigie::ui::{Canvas, ColorChoice, UiConfig};

pub struct Desk<W> {
    pub canvas: Canvas<W>,
    asked: Option<Focused>,
}

impl<W: Write> Desk<W> {
    pub fn new(color: ColorChoice, out: W) -> Self {
        let config = UiConfig { color, utc: true, language: Some(Language::English), ..UiConfig::default() };
        Self { canvas: Canvas::new(&config, out).expect("the shipped theme and keys"), asked: None }
    }

    /// What keys asked for goes to the engine, and what the screen needs where that changed.
    pub fn ask(&mut self, town: &mut Town) {
        self.canvas.asks().into_iter().for_each(|ask| town.ask(ask));
        let wants = self.canvas.wants();
        if self.asked.as_ref() != Some(&wants) {
            town.ask(Ask::Focus(wants.clone()));
            self.asked = Some(wants);
        }
    }

    /// The view `ms` later, which the screen has by then.
    pub fn later(&mut self, town: &mut Town, ms: i64) -> Arc<View> {
        self.ask(town);
        town.advance(ms);
        let view = town.view();
        self.canvas.view(Arc::clone(&view));
        view
    }
}
