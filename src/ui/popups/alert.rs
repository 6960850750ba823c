//! What is the case, since when, and what does one do? For alerts whose subject has no screen of its own.

use crate::snapshot::Alert;
use crate::text::{self, Word, word};
use crate::ui::theme::Role;
use crate::ui::time::moment;
use crate::ui::widgets::ink::{Ctx, Ink, level, wrap};

pub fn title(alert: &Alert) -> Vec<Ink> {
    let (symbol, role, label) = level(alert.0.level);
    let subject = text::visible(&alert.subject()).into_owned();
    vec![Ink::new(role, format!("{symbol} {} ", word(label))), Ink::new(Role::Title, subject)]
}

pub fn lines(ctx: Ctx, alert: &Alert, width: u16) -> Vec<Vec<Ink>> {
    let mut out: Vec<Vec<Ink>> =
        wrap(&text::visible(&text::sentence(&alert.0.reason)), width).into_iter().map(|l| vec![Ink::text(l)]).collect();
    let age = text::duration_s(ctx.view.snapshot.taken_at.since_s(alert.0.since).max(0.0));
    let since = format!("{} {} · {age}", word(Word::ColSince), moment(ctx.state, alert.0.since));
    out.push(vec![Ink::dim(since)]);
    if let Some(remedy) = text::remedy(&alert.0.reason) {
        out.push(Vec::new());
        out.push(vec![Ink::new(Role::Title, word(Word::WhatToDo))]);
        out.extend(wrap(remedy, width).into_iter().map(|l| vec![Ink::text(l)]));
    }
    out
}
