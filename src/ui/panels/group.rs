//! What is wrong with this group? Its state in figures and its lag over time, to see when it began; the partitions below say
//! where.

use super::PanelId;
use super::groups::{GroupRows, catch_up_cell, lag_time};
use super::topic_rate;
use super::topics::level_sentence;
use crate::snapshot::{Group, GroupFocus};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::list::{RowKey, Rows, ordered};
use crate::ui::state::Screen;
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{self, Pick, columns, nice_top, peak};
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{Ctx, Ink, level, put_middle, put_whole};
use crate::ui::words::{group_state_word, kind_word, span_word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Lower than this a curve has no room for its figures.
const WITH_AXES: u16 = 4;

/// The group that was opened; on the list of groups the selected one.
pub fn current(ctx: Ctx) -> Option<Arc<Group>> {
    if ctx.state.screen == Screen::Group {
        return ctx.view.snapshot.group(ctx.state.group.as_deref()?).cloned();
    }
    // Where somebody chose one, the others need no order.
    if let Some(RowKey::Name(name)) = &ctx.state.list(PanelId::Groups).selected
        && let Some(group) = ctx.view.snapshot.group(name)
        && GroupRows::matches(group, ctx.state.filter(PanelId::Groups))
    {
        return Some(Arc::clone(group));
    }
    let groups = ordered::<GroupRows>(ctx.view, ctx.state);
    let keys: Vec<_> = groups.iter().map(GroupRows::key).collect();
    let place = ctx.state.list(PanelId::Groups).place(keys.iter());
    groups.into_iter().nth(place)
}

/// Its name, also while it is gone.
fn name(ctx: Ctx) -> Option<Arc<str>> {
    if ctx.state.screen == Screen::Group { ctx.state.group.clone() } else { current(ctx).map(|group| group.name.clone()) }
}

pub fn focus<'a>(ctx: Ctx<'a>) -> Option<&'a Arc<GroupFocus>> {
    let name = name(ctx)?;
    ctx.view.focus.groups.iter().find(|g| g.name == name)
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let name = name(ctx).unwrap_or_default();
    let title = [Ink::dim(format!("{} ", word(Word::Group))), Ink::new(Role::Title, text::visible(&name).into_owned())];
    let span = [Ink::dim(format!("{} · {}", word(Word::LagOverTime), span_word(ctx.state.span)))];
    let inner = frame(ctx, buf, area, PanelId::GroupInfo, &title, &span);
    hits.panel(PanelId::GroupInfo, area);
    let Some(group) = current(ctx) else {
        let missing = if name.is_empty() { Word::NoGroupChosen } else { Word::GoneGroup };
        put_middle(ctx, buf, inner, &format!("{}.", word(missing)));
        return;
    };
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let lines = lines(ctx, &group);
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        put_whole(ctx, buf, inner, y, 3, line);
    }
    let used = (lines.len() as u16).min(inner.height);
    let curve = Rect { y: inner.y + used, height: inner.height - used, ..inner };
    if let Some(focus) = focus(ctx).filter(|_| curve.height > 0) {
        if curve.height >= WITH_AXES {
            let values = topic_rate::values(ctx, curve, &focus.lag_records, Pick::Max);
            topic_rate::plot(ctx, buf, curve, &values, nice_top(peak(&values)), Role::Chart3);
        } else {
            let values = columns(&focus.lag_records, ctx.state.span.seconds(), curve.width, Pick::Max);
            chart::area(buf, curve, &values, nice_top(peak(&values)), ctx.style(Role::Chart3));
        }
    }
}

/// Lines of groups of pieces: what does not fit leaves whole.
fn lines(ctx: Ctx, group: &Arc<Group>) -> Vec<Vec<Vec<Ink>>> {
    let (symbol, role, _) = level(group.status.level);
    let sentence = level_sentence(group.status.level, &group.status.reason);
    let known = [kind_word(group.kind), group_state_word(group.state)].into_iter().filter(|w| *w != word(Word::NotKnown));
    let mut first = vec![vec![Ink::new(role, format!("{symbol} ")), sentence]];
    if group.rebalances > 0 {
        first.push(vec![Ink::new(Role::Warning, format!("{} {}", group.rebalances, word(Word::Rebalances)))]);
    }
    first.push(vec![Ink::dim(known.collect::<Vec<_>>().join(", "))]);
    let figure = |label: Word, ink: Ink| vec![Ink::dim(format!("{} ", word(label))), ink];
    let lag = Ink::known(group.lag.records, |n| format!("{} {}", text::count(n), word(Word::Msgs)));
    let mut second = vec![
        figure(Word::ColLag, lag),
        figure(Word::Oldest, lag_time(group.lag.seconds, group.lag.quality)),
        figure(Word::ColCatchUp, catch_up_cell(group, ctx, 20)),
        figure(Word::ColIn, Ink::known(group.produce_per_s, text::rate)),
        figure(Word::ColOut, Ink::known(group.consume_per_s, text::rate)),
    ];
    if let Some(p) = group.processing_ms {
        let figures = format!("p50 {} p99 {}", text::short_duration_ms(p.p50 as f64), text::short_duration_ms(p.p99 as f64));
        second.push(figure(Word::Processing, Ink::text(figures)));
    }
    let mut out = vec![first, second];
    out.extend(troubles(group).map(|inks| vec![inks]));
    out
}

fn troubles(group: &Group) -> Option<Vec<Ink>> {
    let mut inks = Vec::new();
    if group.lag.open_transaction > 0 {
        let text = format!("{} {}   ", text::count(group.lag.open_transaction), word(Word::OpenTransaction));
        inks.push(Ink::new(Role::Warning, text));
    }
    match group.retention_danger_s {
        Some(s) if s <= 0.0 => inks.push(Ink::new(Role::Critical, word(Word::DeletedAlready))),
        Some(s) if s < 86_400.0 => {
            inks.push(Ink::new(Role::Warning, format!("{} {}", word(Word::DeletedIn), text::duration_s(s))));
        }
        _ => {}
    }
    if let Some(reason) = &group.lag.reason {
        inks.push(Ink::dim(text::visible(&text::sentence(reason)).into_owned()));
    }
    (!inks.is_empty()).then_some(inks)
}
