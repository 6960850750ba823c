//! One frame: a function of the view and of what the person chose. It changes neither; what the mouse can hit comes back as
//! [`Hits`].

use super::header;
use super::layout::{self, Content, LEAST};
use super::map::MapHit;
use super::panels::{PanelId, pipeline_shown};
use super::past;
use super::popups;
use super::state::{Layer, Screen, UiState};
use super::theme::Role;
use super::widgets::ink::{Ctx, put_middle};
use super::{ascii, connection, timeline_bar};
use crate::model::LinkState;
use crate::snapshot::View;
use crate::text::{Word, speaking, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What a click means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    Screen(Screen),
    Panel(PanelId),
    /// A visible row, by its place in the list.
    Row(PanelId, usize),
    Column(PanelId, &'static str),
    Action(super::keymap::Action),
    /// A moment on the bar of the past.
    Moment(crate::model::Timestamp),
    /// A line of the palette.
    Choice(usize),
}

/// What was drawn where: for the mouse, and how many rows a page has.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    targets: Vec<(Rect, Target)>,
    panels: Vec<(PanelId, Rect)>,
    pub pages: Vec<(PanelId, usize)>,
    /// Columns of lists that have room.
    columns: Vec<(PanelId, &'static str)>,
    /// All panels that were drawn, also under a popup.
    drawn: Vec<PanelId>,
    pub map: Option<MapHit>,
    /// Lines that an open popup can still scroll.
    pub popup_lines: Option<(usize, usize)>,
}

impl Hits {
    pub fn push(&mut self, area: Rect, target: Target) {
        self.targets.push((area, target));
    }

    pub fn panel(&mut self, panel: PanelId, area: Rect) {
        self.panels.push((panel, area));
        self.drawn.push(panel);
    }

    pub fn drew(&self, panels: &[PanelId]) -> bool {
        panels.iter().any(|panel| self.drawn.contains(panel))
    }

    pub fn page(&mut self, panel: PanelId, rows: usize) {
        self.pages.push((panel, rows));
    }

    pub fn column(&mut self, panel: PanelId, column: &'static str) {
        self.columns.push((panel, column));
    }

    /// Whether a list has room for this column.
    pub fn shows(&self, panel: PanelId, column: &str) -> bool {
        self.columns.iter().any(|(p, c)| *p == panel && *c == column)
    }

    /// A layer over the screen: what is under it cannot be hit.
    pub fn cover(&mut self) {
        self.targets.clear();
        self.panels.clear();
        self.map = None;
    }

    /// The topmost target there.
    pub fn at(&self, x: u16, y: u16) -> Option<Target> {
        let hit = |area: &Rect| area.contains((x, y).into());
        let target = self.targets.iter().rev().find(|(area, _)| hit(area)).map(|(_, t)| *t);
        target.or_else(|| self.panel_at(x, y).map(Target::Panel))
    }

    pub fn panel_at(&self, x: u16, y: u16) -> Option<PanelId> {
        self.panels.iter().rev().find(|(_, area)| area.contains((x, y).into())).map(|(p, _)| *p)
    }
}

/// Draws everything into `buf`, which is empty, in the person's language.
pub fn draw(view: &View, state: &UiState, buf: &mut Buffer) -> Hits {
    speaking(state.look.language, || frame(view, state, buf))
}

fn frame(view: &View, state: &UiState, buf: &mut Buffer) -> Hits {
    let ctx = Ctx { view, state };
    let mut hits = Hits::default();
    let area = buf.area;
    buf.set_style(area, ctx.style(Role::Text));
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = format!("{} {}x{}", word(Word::TooSmall), LEAST.0, LEAST.1);
        put_middle(ctx, buf, area, &text);
    } else {
        body(ctx, buf, area, &mut hits);
    }
    if state.look.console {
        ascii::console(buf);
    } else if state.look.ascii {
        ascii::plain(buf);
    }
    hits
}

fn content(ctx: Ctx) -> Content {
    let snapshot = &ctx.view.snapshot;
    let cluster = &snapshot.cluster;
    Content {
        stages: pipeline_shown(ctx.view).map_or(0, |p| p.stages.len()),
        reads: past::open(ctx.state).is_some() || ctx.state.list(PanelId::Tail).selected.is_some(),
        cluster: [cluster.brokers.len(), cluster.partitions_at_risk.len(), snapshot.state_consumers.len(), snapshot.workers.len()],
    }
}

fn body(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let head = header::draw(ctx, buf, area);
    let foot = Rect { y: area.bottom() - 1, height: 1, ..area };
    let bar = timeline_bar::height(ctx, area);
    if bar > 0 {
        timeline_bar::draw(ctx, buf, Rect { y: area.y + head, height: 1, ..area }, hits);
    }
    let head = head + bar;
    let middle = Rect { y: area.y + head, height: area.height - head - 1, ..area };
    if connection::nothing_known(ctx.view) {
        connection::draw(ctx, buf, middle);
    } else {
        let focus = ctx.state.focused_panel();
        for (panel, at) in layout::layout(ctx.state.screen, middle, focus, ctx.state.zoom, content(ctx), &ctx.state.chosen) {
            let least = panel.panel().least;
            if at.width >= least.0 && at.height >= least.1 {
                (panel.panel().draw)(ctx, buf, at, hits);
            } else {
                put_middle(ctx, buf, at, word(Word::MoreCells));
            }
        }
        // The last figures before the connection was lost are still worth a look, but they must not look like now.
        if ctx.view.snapshot.source.state == LinkState::Down {
            buf.set_style(middle, ctx.style(Role::Dim));
        }
    }
    super::footer::draw(ctx, buf, foot, hits);
    for layer in &ctx.state.layers {
        match layer {
            Layer::Filter { .. } | Layer::Prompt { .. } => {}
            Layer::Palette(palette) => popups::palette::draw(ctx, buf, middle, palette, hits),
            Layer::Choose(chooser) => {
                popups::chooser::draw(ctx, buf, middle, chooser, hits);
            }
            Layer::Popup(popup) => popups::draw(ctx, buf, middle, popup, hits),
        }
    }
}
