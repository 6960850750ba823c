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
use crate::ui::widgets::raw;
use crate::ui::widgets::table::{self, Column, Dress, counted};
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

type Col = Column<Member>;

const COLUMNS: &[Col] = &[
    Col::content("client", Word::ColClient, (12, 40), |r, _, _| Ink::text(text::visible(&r.client_id).into_owned()))
        .rises(|a, b| a.client_id.cmp(&b.client_id).then(a.id.cmp(&b.id))),
    Col::content("host", Word::ColHost, (9, 30), |r, _, _| Ink::dim(text::visible(&r.host).into_owned()))
        .leaves(2)
        .rises(|a, b| a.host.cmp(&b.host)),
    Col::fixed("count", Word::ColPartition, 4, |r, _, _| Ink::text(r.assigned.len().to_string()))
        .file(&[("partitions", |r, _| raw::whole(Some(r.assigned.len())))])
        .right()
        .sorts(|a, b| b.assigned.len().cmp(&a.assigned.len())),
    Col::rest("assigned", Word::ColAssigned, 12, assigned_cell).leaves(3),
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
