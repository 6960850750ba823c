//! What fires right now, and since when? Enter goes to the subject of an alert, where its cause can be seen.

use super::{AlertTableRows, PanelId};
use crate::model::{Level, LinkState, Subject};
use crate::snapshot::{Alert, View};
use crate::text::{self, Word, word};
use crate::ui::draw::{Hits, Target};
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows, ordered};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::frame::frame;
use crate::ui::widgets::ink::{self, Ctx, Ink, put, put_middle, put_right, width, wrap};
use crate::ui::widgets::table::Column;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::Arc;

pub struct AlertRows;

impl Rows for AlertRows {
    type Row = Arc<Alert>;
    const PANEL: PanelId = PanelId::Alerts;
    const SORT: Option<&'static str> = None;

    fn columns() -> &'static [Column<Self::Row>] {
        &[]
    }

    fn in_a_file() -> &'static [Column<Self::Row>] {
        AlertTableRows::columns()
    }

    fn rows(view: &View, _: &UiState) -> Vec<Self::Row> {
        view.snapshot.alerts.clone()
    }

    fn key(row: &Self::Row) -> RowKey {
        RowKey::Alert(row.0.subject.clone(), row.0.reason.code)
    }

    fn copy(row: &Self::Row) -> String {
        text::labelled(&row.subject(), &text::sentence(&row.0.reason))
    }

    fn matches(row: &Self::Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.subject(), &text::sentence(&row.0.reason)])
    }

    fn level(row: &Self::Row) -> Level {
        row.0.level
    }
}

/// Cells of a title that are its panel's corners and blanks.
const BORDER: u16 = 4;

/// Below this width an alert has two lines: its subject, then what is the case.
const ONE_LINE: u16 = 64;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let rows = ordered::<AlertRows>(ctx.view, ctx.state);
    let (count, quiet) = (ctx.view.snapshot.alerts_count, ctx.view.snapshot.alerts_quiet.sum());
    let mut title = vec![Ink::new(Role::Title, word(Word::Alerts))];
    title.extend(counts(count, quiet, super::alert_table::unjudged(&ctx.view.snapshot), area.width));
    let inner = frame(ctx, buf, area, PanelId::Alerts, &title, &[]);
    hits.panel(PanelId::Alerts, area);
    if rows.is_empty() {
        let blind = matches!(ctx.view.snapshot.source.state, LinkState::Down | LinkState::Connecting);
        let said = match count {
            0 if blind => Word::NotJudged,
            0 => Word::NoAlerts,
            _ => Word::NoFilterMatch,
        };
        put_middle(ctx, buf, inner, &format!("{}.", word(said)));
        return;
    }
    let each = lines_each(inner, &rows);
    let page = usize::from(inner.height / each);
    hits.page(PanelId::Alerts, page);
    let list = ctx.state.list(PanelId::Alerts);
    let keys: Vec<_> = rows.iter().map(AlertRows::key).collect();
    let place = list.place(keys.iter());
    let offset = list.offset(place, rows.len(), page.max(1));
    for ((i, row), at) in rows.iter().enumerate().skip(offset).zip((0..page).map(|n| inner.y + n as u16 * each)) {
        let lines = Rect { y: at, height: each, ..inner };
        let on = i == place && ctx.state.focused_panel() == PanelId::Alerts;
        if on {
            buf.set_style(lines, ctx.style(Role::Selection));
        }
        draw_alert(ctx, buf, lines, row, on && ctx.state.theme().whole_selection);
        hits.push(lines, Target::Row(PanelId::Alerts, i));
    }
}

/// How many fire, are quiet, cannot be judged. Where that has no room, a word leaves and no figure.
fn counts(all: usize, quiet: usize, unjudged: Option<Ink>, room: u16) -> Vec<Ink> {
    let firing = Ink::dim(format!(" {}", all.saturating_sub(quiet)));
    let said = Ink::dim(format!(" {}", word(Word::Firing)));
    let quiet_word = if quiet == 1 { Word::ColQuiet } else { Word::Quiet };
    let quiet = (quiet > 0).then(|| Ink::dim(format!(" · {quiet} {}", word(quiet_word))));
    let mut inks: Vec<Ink> = [Some(firing), Some(said), quiet, unjudged].into_iter().flatten().collect();
    let wide = inks.iter().map(|ink| width(&ink.text)).sum::<u16>() + width(word(Word::Alerts));
    if wide + BORDER > room {
        inks.remove(1);
    }
    if all > 0 { inks } else { Vec::new() }
}

/// With few alerts each has room for its whole sentence and a blank line.
fn lines_each(inner: Rect, alerts: &[Arc<Alert>]) -> u16 {
    if inner.width >= ONE_LINE {
        return 1;
    }
    let wide = inner.width.saturating_sub(4);
    let lines = |a: &Arc<Alert>| wrap(&told(a), wide).len() as u16;
    let most = alerts.iter().take(20).map(lines).max().unwrap_or(1).min(6);
    let fits = |each: &u16| usize::from(*each) * alerts.len() <= usize::from(inner.height);
    (2..=most + 2).rev().find(fits).unwrap_or(2)
}

fn short(alert: &Alert, room: u16) -> String {
    text::visible(&text::short_sentence(&alert.0.reason, room.into())).into_owned()
}

/// The level and the sentence.
fn told(alert: &Alert) -> String {
    let (_, _, level) = ink::level(alert.0.level);
    format!("{} {}", word(level), text::visible(&text::sentence(&alert.0.reason)))
}

fn draw_alert(ctx: Ctx, buf: &mut Buffer, area: Rect, alert: &Alert, plain: bool) {
    let style = |role: Role| if plain { Style::new() } else { ctx.style(role) };
    let (symbol, role, level) = ink::level(alert.0.level);
    // What is quiet steps back, here too.
    let role = if alert.speaks() { role } else { Role::Dim };
    let text_role = if alert.speaks() { Role::Text } else { Role::Dim };
    let x = area.x + 1;
    let right = area.right().saturating_sub(1);
    let since = text::age_s(ctx.view.snapshot.taken_at.since_s(alert.0.since));
    // Told by its word: that it is dimmer is not seen everywhere.
    let since = if alert.speaks() { since } else { format!("{} {since}", word(Word::ColQuiet)) };
    let mut used = put(buf, x, area.y, 2, symbol, style(role)) + 1;
    if area.height == 1 {
        used += put(buf, x + used, area.y, 9, word(level), style(role)) + 1;
    }
    let kind = match alert.0.subject {
        Subject::Group(_) => word(Word::Group),
        Subject::Topic(_) | Subject::Partition(..) => word(Word::Topic),
        _ => "",
    };
    if area.height == 1 {
        let subject = text::visible(&alert.subject()).into_owned();
        used += put(buf, x + used, area.y, 30, &subject, style(text_role)) + 2;
        let room = right.saturating_sub(x + used + width(&since).max(6) + 2);
        let whole = text::visible(&text::sentence(&alert.0.reason)).into_owned();
        // Evidence that ends in the middle of a word is worth less than a short sentence.
        let said = if width(&whole) <= room { whole } else { short(alert, room) };
        put(buf, x + used, area.y, room, &said, style(Role::Dim));
        put_right(buf, right, area.y, width(&since), &since, style(Role::Dim));
        return;
    }
    let room = right.saturating_sub(x + used + width(&since) + 1);
    let subject = match kind {
        "" => alert.subject(),
        kind if room > 28 => format!("{kind} {}", alert.subject()),
        _ => alert.subject(),
    };
    put(buf, x + used, area.y, room, &text::visible(&subject), style(text_role));
    put_right(buf, right, area.y, width(&since), &since, style(Role::Dim));
    let indent = x + 2;
    let label = word(level);
    let lines = wrap(&told(alert), right.saturating_sub(indent));
    let room = usize::from(area.height.saturating_sub(2)).max(1);
    for (i, (line, y)) in lines.iter().take(room).zip(area.y + 1..).enumerate() {
        let cut = i + 1 == room && lines.len() > room;
        let line = if cut { format!("{line}…") } else { line.clone() };
        put(buf, indent, y, right.saturating_sub(indent), &line, style(Role::Dim));
    }
    put(buf, indent, area.y + 1, width(label), label, style(role));
}
