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
use lens::Projection;
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
    projection: Projection,
}

/// A courier in sight, and the cell where it stands.
struct Seen<'a> {
    courier: &'a Underway,
    manner: Manner,
    cell: (u16, u16),
}

/// Draws the scene into the cells of `area`. Returns how many couriers have a position outside.
pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, scene: &Scene<'_>) -> usize {
    let sheet = Sheet { scene, area, projection: scene.lens.in_room(Room::of_cells(area.width, area.height)) };
    let (seen, outside) = sheet.seen();
    sheet.lines(&seen).draw(ctx, buf, area);
    let scale = sheet.scale();
    let taken: Vec<Rect> = scale.iter().map(|(rect, _)| *rect).collect();
    let names = labels(&scene.base.places, area, &taken, |place| sheet.cell(place.at));
    // A crowd would hide the names, and one could not tell where it is.
    if seen.len() > MOST_TRAILS {
        sheet.couriers(ctx, buf, seen.iter().filter(|c| c.manner != Manner::Silent));
        sheet.names(buf, &names, ctx.style(Role::Text));
    } else {
        // A house in the middle of a name would be read as one of its letters.
        sheet.destinations(ctx, buf, &seen);
        sheet.names(buf, &names, ctx.style(Role::Dim));
        sheet.couriers(ctx, buf, seen.iter().filter(|c| c.manner != Manner::Silent));
    }
    if let Some((rect, text)) = scale {
        put(buf, rect.x, rect.y, rect.width, &text, ctx.style(Role::Text));
    }
    sheet.couriers(ctx, buf, seen.iter().filter(|c| c.manner == Manner::Silent));
    sheet.selected(ctx, buf);
    outside
}

impl<'a> Sheet<'a> {
    fn cell(&self, place: Point) -> Option<(u16, u16)> {
        self.projection.cell(place).map(|(x, y)| (self.area.x + x, self.area.y + y))
    }

    /// The couriers in sight, and how many are not.
    fn seen(&self) -> (Vec<Seen<'a>>, usize) {
        let (mut seen, mut outside) = (Vec::with_capacity(self.scene.couriers.len()), 0);
        for courier in self.scene.couriers {
            let Some(at) = courier.delivery.place() else { continue };
            match self.cell(at) {
                Some(cell) => seen.push(Seen { courier, manner: Manner::of(&courier.delivery), cell }),
                None => outside += 1,
            }
        }
        (seen, outside)
    }

    /// The base, then trails, then the selected one's trail and the way before it.
    fn lines(&self, seen: &[Seen<'_>]) -> Dots {
        let mut dots = Dots::new(self.area.width, self.area.height);
        for line in &self.scene.base.lines {
            self.line(&mut dots, line.iter().copied(), Role::Border, 1);
        }
        if seen.len() <= MOST_TRAILS {
            for Seen { courier, .. } in seen {
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
            let dot = self.projection.dot(place);
            if let Some(before) = before {
                dots.line(before, dot, role, every);
            }
            before = Some(dot);
        }
    }

    fn destinations(&self, ctx: Ctx, buf: &mut Buffer, seen: &[Seen<'_>]) {
        if seen.len() > MOST_DESTINATIONS {
            return;
        }
        for (x, y) in seen.iter().filter_map(|c| self.cell(c.courier.delivery.destination()?)) {
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
    fn couriers<'s>(&self, ctx: Ctx, buf: &mut Buffer, seen: impl Iterator<Item = &'s Seen<'s>>) {
        let mut worst = vec![None; usize::from(self.area.width) * usize::from(self.area.height)];
        for Seen { manner, cell: (x, y), .. } in seen {
            let place = usize::from(y - self.area.y) * usize::from(self.area.width) + usize::from(x - self.area.x);
            if let Some(cell) = worst.get_mut(place) {
                *cell = (*cell).max(Some((*manner, *x, *y)));
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
