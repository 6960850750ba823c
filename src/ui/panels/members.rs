//! Who works on what? A member without partitions, or one that has them all, explains a lag; its host says where to log in.

use super::PanelId;
use super::group::focus;
use crate::model::Member;
use crate::snapshot::View;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::filter::NameFilter;
use crate::ui::list::{RowKey, Rows};
use crate::ui::state::UiState;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink, awaited};
use crate::ui::widgets::table::{self, Align, Column, Dress, Width, counted};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub struct MemberRows;

impl Rows for MemberRows {
    type Row = Member;
    const PANEL: PanelId = PanelId::Members;
    const SORT: Option<&'static str> = Some("client");

    fn columns() -> &'static [Column<Member>] {
        COLUMNS
    }

    fn rows(view: &View, state: &UiState) -> Vec<Member> {
        focus(Ctx { view, state }).and_then(|g| g.members.clone()).unwrap_or_default()
    }

    fn key(row: &Member) -> RowKey {
        RowKey::Name(row.id.clone())
    }

    fn copy(row: &Member) -> String {
        row.id.to_string()
    }

    fn matches(row: &Member, filter: &NameFilter) -> bool {
        filter.matches(&[&row.client_id, &row.host, &row.id])
    }
}

const COLUMNS: &[Column<Member>] = &[
    Column {
        id: "client",
        words: Word::ColClient,
        width: Width::Content { least: 12, most: 40 },
        align: Align::Left,
        leaves_first: 0,
        sort: Some(|a, b| a.client_id.cmp(&b.client_id).then(a.id.cmp(&b.id))),
        cell: |r, _, _| Ink::text(text::visible(&r.client_id).into_owned()),
    },
    Column {
        id: "host",
        words: Word::ColHost,
        width: Width::Content { least: 9, most: 30 },
        align: Align::Left,
        leaves_first: 2,
        sort: Some(|a, b| a.host.cmp(&b.host)),
        cell: |r, _, _| Ink::dim(text::visible(&r.host).into_owned()),
    },
    Column {
        id: "count",
        words: Word::ColPartition,
        width: Width::Fixed(4),
        align: Align::Right,
        leaves_first: 0,
        sort: Some(|a, b| b.assigned.len().cmp(&a.assigned.len())),
        cell: |r, _, _| Ink::text(r.assigned.len().to_string()),
    },
    Column {
        id: "assigned",
        words: Word::ColAssigned,
        width: Width::Rest { least: 12 },
        align: Align::Left,
        leaves_first: 3,
        sort: None,
        cell: assigned_cell,
    },
];

/// `orders.created 0,1,2 · orders.updated 4`
fn assigned_cell(row: &Member, _: Ctx, width: u16) -> Ink {
    let mut out = String::new();
    let mut last: Option<&str> = None;
    for (topic, partition) in &row.assigned {
        if out.len() > usize::from(width) * 2 {
            break;
        }
        if last == Some(topic) {
            out.push_str(&format!(",{partition}"));
            continue;
        }
        let gap = if out.is_empty() { "" } else { " · " };
        out.push_str(&format!("{gap}{} {partition}", text::visible(topic)));
        last = Some(topic);
    }
    Ink::dim(out)
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let title = match focus(ctx).and_then(|g| g.members.as_ref()) {
        Some(members) => counted(Word::Members, members.len()),
        None => vec![Ink::new(Role::Title, word(Word::Members))],
    };
    let empty = match focus(ctx) {
        Some(group) => match (&group.members_missing, &group.members) {
            (Some(reason), _) => text::visible(&text::sentence(reason)).into_owned(),
            (None, None) => awaited(ctx, Word::AwaitingMembers),
            (None, Some(_)) => format!("{}.", word(Word::NoMembers)),
        },
        None => awaited(ctx, Word::AwaitingMembers),
    };
    table::draw::<MemberRows>(ctx, buf, area, hits, Dress { title, note: Vec::new(), empty, section: None });
}
