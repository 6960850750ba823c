//! Where are the couriers, and who of them is late or silent? Enter opens the selected one's delivery.

use super::PanelId;
use super::deliveries::matches_delivery;
use crate::snapshot::Underway;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::map::{self, Manner, MapHit, Room, Scene};
use crate::ui::theme::Role;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put_middle};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::Map, area);
    let all = map::couriers(ctx.view);
    let filter = ctx.state.filter(PanelId::Deliveries);
    let mut couriers: Vec<&Underway> = Vec::with_capacity(all.len());
    couriers.extend(all.iter().filter(|courier| matches_delivery(&courier.delivery, filter)));
    let selected = map::selected(&all, ctx.view, ctx.state);
    let base = &ctx.state.look.map;
    // The frame is drawn twice: what stands on it is known when the map is.
    let inner = frame(ctx, buf, area, PanelId::Map, &[], &[]);
    let room = Room::of_cells(inner.width, inner.height);
    let framed = map::town(base, &couriers, room);
    let is_bare = map::hides(ctx.state) && couriers.iter().all(|courier| courier.delivery.place().is_none());
    let is_drawn = !is_bare && inner.width > 0 && inner.height > 0;
    let counted = count(&couriers);
    let Some(lens) = map::chosen_lens(ctx.state, PanelId::Map, selected, framed).filter(|_| is_drawn) else {
        frame(ctx, buf, area, PanelId::Map, &title(counted, area.width, &[]), &[]);
        return put_middle(ctx, buf, inner, &format!("{}.", word(map::nobody(ctx.state, Word::NoPositions))));
    };
    let outside = map::draw(ctx, buf, inner, &Scene { base, lens, couriers: &couriers, selected });
    let room = area.width.saturating_sub(counts(counted, false).iter().map(Ink::width).sum::<u16>() + 8);
    let mut told = note(ctx, PanelId::Map, outside);
    if told.iter().map(Ink::width).sum::<u16>() > room {
        told = following(ctx, PanelId::Map);
    }
    frame(ctx, buf, area, PanelId::Map, &title(counted, area.width, &told), &told);
    hits.map = Some(MapHit { panel: PanelId::Map, area: inner, lens });
}

/// What the symbols mean, with how many there are of each. Where words have no room beside the note, the symbols stand alone: the
/// table beside the map says what they mean.
fn title(of: Counts, room: u16, note: &[Ink]) -> Vec<Ink> {
    let whole = counts(of, true);
    let wide: u16 = whole.iter().chain(note).map(Ink::width).sum();
    if wide + 8 <= room { whole } else { counts(of, false) }
}

/// How many couriers with a position there are of each manner.
type Counts = [usize; Manner::ALL.len()];

fn count(couriers: &[&Underway]) -> Counts {
    let mut counts = Counts::default();
    for courier in couriers.iter().filter(|c| c.delivery.place().is_some()) {
        counts[Manner::of(&courier.delivery) as usize] += 1;
    }
    counts
}

fn counts(of: Counts, words: bool) -> Vec<Ink> {
    let mut inks = vec![Ink::new(Role::Title, word(Word::Map))];
    for (manner, count) in Manner::ALL.into_iter().zip(of) {
        let (symbol, role, name) = manner.look();
        if count > 0 {
            inks.push(Ink::new(role, format!("  {symbol} ")));
            let count = text::count(count as u64);
            inks.push(Ink::dim(if words { format!("{count} {}", word(name)) } else { count }));
        }
    }
    inks
}

pub fn note(ctx: Ctx, panel: PanelId, outside: usize) -> Vec<Ink> {
    let mut inks = following(ctx, panel);
    if outside > 0 {
        let gap = if inks.is_empty() { "" } else { "  " };
        inks.insert(0, Ink::dim(format!("{} {}{gap}", text::count(outside as u64), word(Word::OutOfSight))));
    }
    inks
}

fn following(ctx: Ctx, panel: PanelId) -> Vec<Ink> {
    let follows = ctx.state.maps.of(panel).follow;
    follows.then(|| Ink::new(Role::Accent, word(Word::MapFollows))).into_iter().collect()
}
