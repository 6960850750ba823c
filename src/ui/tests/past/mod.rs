//! What lies in the past: of a topic, of a moment, of a key.

mod follow;
mod rest;
mod topic;

use super::*;
use crate::model::{Ask, Code, Extent, LookupId, Timestamp, Way};
use crate::snapshot::{Focus, Past, TailView};
use crate::ui::fixture;
use crate::ui::update::Effect;
use std::collections::BTreeMap;

const W: u16 = 120;
const H: u16 = 40;
const ID: LookupId = LookupId(1);

fn asks(ui: &mut Ui) -> Vec<Ask> {
    let ask = |effect| match effect {
        Effect::Ask(ask) => Some(ask),
        _ => None,
    };
    ui.effects().into_iter().filter_map(ask).collect()
}

/// Goes to two hours ago on `payments.completed`.
fn gone_back(view: View) -> Ui {
    let mut ui = ui(view);
    press(&mut ui, W, H, "j enter @");
    type_text(&mut ui, "-2h");
    press(&mut ui, W, H, "enter");
    ui
}

/// The engine has told the moment that was asked for.
fn at_moment(mut view: View, moment: Timestamp) -> View {
    let mut snapshot = (*fixture::rich().snapshot).clone();
    snapshot.taken_at = moment;
    let mut focus = Focus { searches: BTreeMap::new(), ..(*view.focus).clone() };
    if let Some(topic) = &mut focus.topic {
        Arc::make_mut(topic).tail = TailView { reason: Some(Code::PastTail.into()), ..TailView::default() };
    }
    view.past = Some(Arc::new(Past { asked: moment, snapshot: Arc::new(snapshot), focus: Arc::new(focus) }));
    view
}

fn shown(ui: &mut Ui) -> String {
    text_of(&paint(ui, W, H))
}

fn extent(way: Way, most: usize) -> Extent {
    Extent { way, most, back_to: None, most_bytes: None }
}
