//! The mouse: what lies under it, and what a click there means.

use super::draw::Target;
use super::keymap::Action;
use super::state::Layer;
use super::update::Ui;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

impl Ui {
    pub(super) fn point(&mut self, event: MouseEvent) {
        let (x, y) = (event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollDown => self.wheel(x, y, 3),
            MouseEventKind::ScrollUp => self.wheel(x, y, -3),
            MouseEventKind::Drag(MouseButton::Left) => self.drag_map(x, y),
            MouseEventKind::Up(MouseButton::Left) => self.let_go_of_map(),
            MouseEventKind::Down(MouseButton::Left) if self.press_on_map(x, y) => {}
            MouseEventKind::Down(MouseButton::Left) => {
                if let Some(target) = self.hits.at(x, y) {
                    self.click(target);
                }
            }
            _ => {}
        }
    }

    fn wheel(&mut self, x: u16, y: u16, by: isize) {
        if !self.state.layers.is_empty() {
            return self.step_layer(by);
        }
        if self.wheel_on_map(x, y, by) {
            return;
        }
        let Some(panel) = self.hits.panel_at(x, y) else { return };
        let Some(list) = panel.list() else { return };
        let keys = (list.keys)(&self.shown(), &self.state);
        self.touch(panel);
        self.state.lists[panel as usize].scroll(&keys, by);
        let place = self.place(panel).unwrap_or_default();
        self.load_on_at_end(panel, place, by);
    }

    fn click(&mut self, target: Target) {
        match target {
            Target::Screen(screen) => self.go_straight(screen),
            Target::Panel(panel) => self.focus(panel),
            Target::Action(action) => self.act(action),
            Target::Moment(at) => self.travel(at),
            Target::Column(panel, column) => {
                self.focus(panel);
                self.sort_by(panel, column);
            }
            Target::Choice(choice) => match self.state.layers.last_mut() {
                Some(Layer::Palette(palette)) => {
                    palette.selected = choice;
                    self.act(Action::Accept);
                }
                Some(Layer::Choose(chooser)) => {
                    chooser.selected = choice;
                    self.act(Action::Toggle);
                }
                _ => {}
            },
            Target::Row(panel, row) => {
                let again = self.state.focused_panel() == panel && self.place(panel) == Some(row);
                self.focus(panel);
                self.select(panel, row);
                if again {
                    self.act(Action::Open);
                }
            }
        }
    }
}
