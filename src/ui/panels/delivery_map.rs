//! Where is this courier, where was it in the last minutes, and what lies before it?

use super::PanelId;
use super::map::note;
use crate::text::{Word, word};
use crate::ui::draw::Hits;
use crate::ui::map::{self, MapHit, Room, Scene};
use crate::ui::theme::Role;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, put_middle};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::DeliveryMap, area);
    let title = [Ink::new(Role::Title, word(Word::Map))];
    let inner = frame(ctx, buf, area, PanelId::DeliveryMap, &title, &note(ctx, PanelId::DeliveryMap, 0));
    let all = map::couriers(ctx.view);
    let courier = map::one(&all, ctx.state);
    let room = Room::of_cells(inner.width, inner.height);
    let framed = courier.and_then(|courier| map::around_one(courier, room));
    let lens = map::chosen_lens(ctx.state, PanelId::DeliveryMap, courier, framed);
    let (Some(courier), Some(lens), true) = (courier, lens, inner.width > 0 && inner.height > 0) else {
        return put_middle(ctx, buf, inner, &format!("{}.", word(map::nobody(ctx.state, Word::NoPositionOfIt))));
    };
    map::draw(ctx, buf, inner, &Scene { base: &ctx.state.look.map, lens, couriers: &[courier], selected: Some(courier) });
    hits.map = Some(MapHit { panel: PanelId::DeliveryMap, area: inner, lens });
}
