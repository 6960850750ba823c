//! What runs out first, and when? What is short comes first, the soonest of it before the others.

use super::PanelId;
use crate::model::Level;
use crate::snapshot::{Article, View};
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink};
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, titled};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub struct StockRows;

type Row = Arc<Article>;

impl Rows for StockRows {
    type Row = Row;
    const PANEL: PanelId = PanelId::Stock;
    const SORT: Option<&'static str> = Some("out");

    fn columns() -> &'static [Column<Row>] {
        COLUMNS
    }

    fn rows(view: &View, _: &UiState) -> Vec<Row> {
        let Some(section) = view.snapshot.business.stock.as_ref() else { return Vec::new() };
        section.stock.clone().unwrap_or_default()
    }

    fn key(row: &Row) -> RowKey {
        RowKey::Name(Arc::clone(&row.sku))
    }

    fn copy(row: &Row) -> String {
        row.sku.to_string()
    }

    fn matches(row: &Row, filter: &NameFilter) -> bool {
        filter.matches(&[&row.sku, row.name.as_deref().unwrap_or_default()])
    }

    fn level(row: &Row) -> Level {
        if is_short(row) { Level::Warning } else { Level::Healthy }
    }
}

/// What runs out sooner than this is told as short, whatever its threshold. Seconds.
const SOON_S: f64 = 600.0;
/// Narrower than this the frame has room for one count.
const ROOM_FOR_BOTH: u16 = 58;

type Col = Column<Row>;

const COLUMNS: &[Col] = &[
    Col::fixed("low", Word::Nothing, 1, |x, _, _| if is_short(x) { Ink::new(Role::Warning, "▲") } else { Ink::new(Role::Ok, "●") })
        .file(&[("low", |r, _| raw::flag(is_low(r)))]),
    Col::rest("sku", Word::ColArticle, 10, |x, _, _| Ink::text(text::visible(&x.sku).into_owned())).rises(|a, b| a.sku.cmp(&b.sku)),
    Col::content("name", Word::ColName, (8, 30), |x, _, _| Ink::known(x.name.as_deref(), |t| text::visible(t).into_owned()))
        .leaves(2)
        .rises(|a, b| a.name.cmp(&b.name)),
    Col::fixed("level", Word::ColLevel, 8, |x, _, _| {
        Ink::text(x.level.to_string()).with_role(if is_low(x) { Role::Warning } else { Role::Text })
    })
    .file(&[("level", |r, _| raw::whole(Some(r.level)))])
    .right()
    .rises(|a, b| a.level.cmp(&b.level)),
    Col::fixed("threshold", Word::ColThreshold, 9, |x, _, _| Ink::known(x.threshold, |n| n.to_string()))
        .file(&[("threshold", |r, _| raw::whole(r.threshold))])
        .right()
        .leaves(1),
    Col::fixed("room", Word::ColRoom, 7, |x, _, _| Ink::known(x.threshold, |t| x.level.saturating_sub(t).to_string()))
        .file(&[("above", |r, _| raw::whole(r.threshold.map(|t| r.level.saturating_sub(t))))])
        .right()
        .leaves(3)
        .rises(|a, b| room(a).cmp(&room(b))),
    Col::fixed("out", Word::ColRunsOut, 9, |x, _, _| {
        let out = Ink::known(x.run_out_s, text::short_duration_s);
        if runs_out_soon(x) { out.with_role(Role::Warning) } else { out }
    })
    .file(&[("runs_out_s", |r, _| raw::number(r.run_out_s))])
    .right()
    .rises(|a, b| soonest(a, b)),
];

fn is_low(of: &Article) -> bool {
    of.threshold.is_some_and(|threshold| of.level < threshold)
}

fn runs_out_soon(of: &Article) -> bool {
    of.run_out_s.is_some_and(|s| s < SOON_S)
}

fn is_short(of: &Article) -> bool {
    is_low(of) || runs_out_soon(of)
}

/// What is left above the threshold; one without a threshold comes last.
fn room(of: &Article) -> i64 {
    of.threshold.map_or(i64::MAX, |threshold| of.level.saturating_sub(threshold))
}

/// What is short before what is not, then by time; where no time is known, by what is left above the threshold.
fn soonest(a: &Article, b: &Article) -> std::cmp::Ordering {
    let out = |x: &Article| x.run_out_s.unwrap_or(f64::INFINITY);
    is_short(b).cmp(&is_short(a)).then(out(a).total_cmp(&out(b))).then(room(a).cmp(&room(b)))
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let section = ctx.view.snapshot.business.stock.as_ref();
    let listed = section.and_then(|s| s.stock.as_ref()).map_or(0, Vec::len);
    let title = titled::<StockRows>(ctx, Word::Stock, section.and_then(|s| s.stock_articles).unwrap_or(listed));
    let all = section.and_then(|s| s.stock.as_deref()).unwrap_or_default();
    let many = |is: fn(&Article) -> bool, words| {
        let count = all.iter().filter(|x| is(x)).count();
        (count > 0).then(|| format!("{} {}", text::count(count as u64), word(words)))
    };
    let mut short: Vec<_> = [many(is_low, Word::Low), many(runs_out_soon, Word::RunsOutSoon)].into_iter().flatten().collect();
    short.truncate(if area.width < ROOM_FOR_BOTH { 1 } else { 2 });
    let note = if short.is_empty() { Vec::new() } else { vec![Ink::new(Role::Warning, short.join(" · "))] };
    let empty = match section.and_then(|s| s.stock_reason.as_ref()) {
        Some(reason) => text::visible(&text::sentence(reason)).into_owned(),
        None => format!("{}.", word(Word::NoArticles)),
    };
    table::draw::<StockRows>(ctx, buf, area, hits, Dress { title, note, empty, section: None });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_out_soon_is_not_well_whatever_its_threshold() {
        let article = |level, run_out_s| Arc::new(Article { level, threshold: Some(20), run_out_s, ..Article::default() });
        let level = |level, run_out_s| StockRows::level(&article(level, run_out_s));
        assert_eq!(level(38, Some(47.0)), Level::Warning);
        assert_eq!((level(38, Some(600.0)), level(38, None)), (Level::Healthy, Level::Healthy));
        assert_eq!(level(19, None), Level::Warning);
    }
}
