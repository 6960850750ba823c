//! The map of the deliveries. Positions of people are drawn here and nowhere else: [`draw`] is the one door.

mod dots;
mod keys;
mod labels;
mod lens;
mod manner;
mod scale;
mod scene;
mod state;

pub use lens::{Lens, Room};
pub use manner::{Manner, is_late, is_silent};
pub use scene::{around_one, chosen_lens, couriers, hides, nobody, one, selected, town};
pub use state::{MapHit, MapState, Maps};

use super::theme::Role;
use super::widgets::ink::{Ctx, put, width};
use crate::model::{BaseMap, Point};
use crate::snapshot::Underway;
use crate::text;
use dots::Dots;
use labels::{Label, labels};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// With more couriers in sight their trails would hide each other.
const MOST_TRAILS: usize = 150;
const MOST_DESTINATIONS: usize = 40;
const DESTINATION: &str = "⌂";

/// What is to be drawn.
pub struct Scene<'a> {
    pub base: &'a BaseMap,
    pub lens: Lens,
    pub couriers: &'a [&'a Underway],
    pub selected: Option<&'a Underway>,
}

struct Sheet<'a> {
    scene: &'a Scene<'a>,
    area: Rect,
    room: Room,
}

/// Draws the scene into the cells of `area`. Returns how many couriers have a position outside.
pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, scene: &Scene<'_>) -> usize {
    let sheet = Sheet { scene, area, room: Room::of_cells(area.width, area.height) };
    let placed = scene.couriers.iter().filter_map(|c| Some((*c, c.delivery.place()?)));
    let (inside, outside): (Vec<_>, Vec<_>) = placed.partition(|(_, at)| sheet.cell(*at).is_some());
    sheet.lines(&inside).draw(ctx, buf, area);
    let scale = sheet.scale();
    let taken: Vec<Rect> = scale.iter().map(|(rect, _)| *rect).collect();
    let names = labels(&scene.base.places, area, &taken, |place| sheet.cell(place.at));
    let (silent, others): (Vec<_>, Vec<_>) = inside.iter().partition(|(c, _)| Manner::of(&c.delivery) == Manner::Silent);
    // A crowd would hide the names, and one could not tell where it is.
    if inside.len() > MOST_TRAILS {
        sheet.couriers(ctx, buf, &others);
        sheet.names(buf, &names, ctx.style(Role::Text));
    } else {
        sheet.names(buf, &names, ctx.style(Role::Dim));
        sheet.destinations(ctx, buf, &inside);
        sheet.couriers(ctx, buf, &others);
    }
    if let Some((rect, text)) = scale {
        put(buf, rect.x, rect.y, rect.width, &text, ctx.style(Role::Text));
    }
    sheet.couriers(ctx, buf, &silent);
    sheet.selected(ctx, buf);
    outside.len()
}

impl Sheet<'_> {
    fn cell(&self, place: Point) -> Option<(u16, u16)> {
        let dot = self.scene.lens.dot(self.room, place);
        self.room.holds(dot).then(|| (self.area.x + (dot.0 / lens::ACROSS) as u16, self.area.y + (dot.1 / lens::DOWN) as u16))
    }

    /// The base, then trails, then the selected one's trail and the way before it.
    fn lines(&self, inside: &[(&Underway, Point)]) -> Dots {
        let mut dots = Dots::new(self.area.width, self.area.height);
        for line in &self.scene.base.lines {
            self.line(&mut dots, line.iter().copied(), Role::Border, 1);
        }
        if inside.len() <= MOST_TRAILS {
            for (courier, _) in inside {
                self.trail(&mut dots, courier, Role::Dim);
            }
        }
        if let Some(courier) = self.scene.selected {
            let ahead = courier.delivery.place().into_iter().chain(courier.delivery.destination());
            self.line(&mut dots, ahead, Role::Accent, 4);
            self.trail(&mut dots, courier, Role::Accent);
        }
        dots
    }

    fn trail(&self, dots: &mut Dots, courier: &Underway, role: Role) {
        let driven = courier.trail.iter().flat_map(|trail| trail.since(courier.began)).map(|fix| fix.point());
        self.line(dots, driven.chain(courier.delivery.place()), role, 1);
    }

    fn line(&self, dots: &mut Dots, places: impl Iterator<Item = Point>, role: Role, every: usize) {
        let mut before = None;
        for place in places {
            let dot = self.scene.lens.dot(self.room, place);
            if let Some(before) = before {
                dots.line(before, dot, role, every);
            }
            before = Some(dot);
        }
    }

    fn destinations(&self, ctx: Ctx, buf: &mut Buffer, inside: &[(&Underway, Point)]) {
        if inside.len() > MOST_DESTINATIONS {
            return;
        }
        for (x, y) in inside.iter().filter_map(|(c, _)| self.cell(c.delivery.destination()?)) {
            put(buf, x, y, 1, DESTINATION, ctx.style(Role::Dim));
        }
    }

    fn names(&self, buf: &mut Buffer, names: &[Label], style: Style) {
        // Of the couriers that stood there nothing shows through.
        let style = style.remove_modifier(Modifier::all().difference(style.add_modifier));
        for Label { text, x, y } in names {
            put(buf, *x, *y, width(text), text, style);
        }
    }

    /// Where several are in one cell, the one that is worst off is seen.
    fn couriers(&self, ctx: Ctx, buf: &mut Buffer, inside: &[(&Underway, Point)]) {
        let mut worst = vec![None; usize::from(self.area.width) * usize::from(self.area.height)];
        for (courier, at) in inside {
            let Some((x, y)) = self.cell(*at) else { continue };
            let place = usize::from(y - self.area.y) * usize::from(self.area.width) + usize::from(x - self.area.x);
            if let Some(cell) = worst.get_mut(place) {
                *cell = (*cell).max(Some((Manner::of(&courier.delivery), x, y)));
            }
        }
        for (manner, x, y) in worst.into_iter().flatten() {
            let (symbol, role, _) = manner.look();
            put(buf, x, y, 1, symbol, ctx.style(role));
        }
    }

    fn selected(&self, ctx: Ctx, buf: &mut Buffer) {
        let Some(courier) = self.scene.selected else { return };
        if let Some((x, y)) = courier.delivery.destination().and_then(|to| self.cell(to)) {
            put(buf, x, y, 1, DESTINATION, ctx.style(Role::Accent));
        }
        let Some((x, y)) = courier.delivery.place().and_then(|at| self.cell(at)) else { return };
        let (symbol, role, _) = Manner::of(&courier.delivery).look();
        let name = courier.delivery.courier.as_deref().unwrap_or(&courier.delivery.order);
        let name = format!(" {} ", text::visible(name));
        let wide = width(&name);
        let from = if x + 1 + wide <= self.area.right() { x + 1 } else { x.saturating_sub(wide) };
        if wide < self.area.width && from >= self.area.x {
            put(buf, from, y, wide, &name, ctx.style(Role::Accent));
        }
        put(buf, x, y, 1, symbol, ctx.style(role).patch(ctx.style(Role::Selection)));
    }

    /// `├────┤ 500 m` in the lower left corner.
    fn scale(&self) -> Option<(Rect, String)> {
        let cells = (self.area.width / 5).min(16);
        let (metres, bar) = scale::bar(self.scene.lens.m_per_dot * lens::ACROSS, cells)?;
        let text = format!("├{}┤ {}", "─".repeat(usize::from(bar.saturating_sub(2))), scale::length(metres));
        let wide = width(&text);
        let fits = wide + 2 <= self.area.width && self.area.height >= 4;
        fits.then(|| (Rect { x: self.area.x + 1, y: self.area.bottom() - 1, width: wide, height: 1 }, text))
    }
}

#[cfg(test)]
mod tests;
