//! What is the case, since when, who looks after it, and what does one do?

use crate::model::Timestamp;
use crate::snapshot::Alert;
use crate::text::{self, Word, word};
use crate::ui::alerts::SILENCES;
use crate::ui::panels::alert_quiet;
use crate::ui::theme::Role;
use crate::ui::time::moment;
use crate::ui::widgets::ink::{Ctx, Ink, level, wrap};

pub fn title(alert: &Alert) -> Vec<Ink> {
    let (symbol, role, label) = level(alert.0.level);
    let subject = text::visible(&alert.subject()).into_owned();
    vec![Ink::new(role, format!("{symbol} {} ", word(label))), Ink::new(Role::Title, subject)]
}

pub fn lines(ctx: Ctx, alert: &Alert, ended: Option<Timestamp>, width: u16) -> Vec<Vec<Ink>> {
    let mut out: Vec<Vec<Ink>> =
        wrap(&text::visible(&text::sentence(&alert.0.reason)), width).into_iter().map(|l| vec![Ink::text(l)]).collect();
    let until = ended.unwrap_or(ctx.view.snapshot.taken_at);
    let age = text::duration_s(until.since_s(alert.0.since).max(0.0));
    out.push(vec![Ink::dim(format!("{} {} · {age}", word(Word::ColSince), moment(ctx.state, alert.0.since)))]);
    if let Some(ended) = ended {
        out.push(vec![Ink::dim(format!("{} {}", word(Word::ColEnded), moment(ctx.state, ended)))]);
    }
    out.push(vec![Ink::dim(format!("{} {}", word(Word::Rule), alert.0.reason.code.name()))]);
    if alert.1.is_some() || alert.0.unjudged_s().is_some() {
        let marked = alert.1.as_ref().and_then(|quiet| quiet.at).map(|at| format!(" · {}", moment(ctx.state, at)));
        out.push(vec![Ink::new(Role::Accent, alert_quiet(ctx, alert)), Ink::dim(marked.unwrap_or_default())]);
    }
    if let Some(remedy) = text::remedy(&alert.0.reason) {
        out.push(Vec::new());
        out.push(vec![Ink::new(Role::Title, word(Word::WhatToDo))]);
        out.extend(wrap(remedy, width).into_iter().map(|l| vec![Ink::text(l)]));
    }
    out
}

/// For how long it shall be quiet.
pub fn silences(selected: usize) -> Vec<Vec<Ink>> {
    let line = |(i, (label, _)): (usize, &(Word, _))| {
        let (sign, role) = if i == selected { ("▸ ", Role::Accent) } else { ("  ", Role::Text) };
        vec![Ink::new(role, sign), Ink::new(role, word(*label))]
    };
    SILENCES.iter().enumerate().map(line).collect()
}
