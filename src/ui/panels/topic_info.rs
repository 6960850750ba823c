//! What is this topic, and how is it kept? One line: health, role, and the settings that explain surprises — retention, clean-up,
//! least in-sync replicas. Next one looks at the curves.

use super::PanelId;
use super::topics::level_sentence;
use crate::model::TopicConfig;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink, level, put_all};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::TopicInfo, area);
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    put_all(ctx, buf, line, area.y, &inks(ctx));
}

fn inks(ctx: Ctx) -> Vec<Ink> {
    let Some(name) = ctx.state.topic.as_deref() else {
        return vec![Ink::dim(format!("{}.", word(Word::NoTopicChosen)))];
    };
    let title = Ink::new(Role::Header, text::visible(name).into_owned());
    let Some(topic) = ctx.view.snapshot.topic(name) else {
        return vec![title, Ink::dim(format!("  {}.", word(Word::GoneTopic)))];
    };
    let (symbol, role, _) = level(topic.health.level);
    let mut out = vec![Ink::new(role, format!("{symbol} ")), title, Ink::dim("  ")];
    out.push(level_sentence(topic.health.level, &topic.health.reason));
    match &topic.role {
        Some(role) => out.push(Ink::dim(format!("  {role}"))),
        None => out.push(Ink::dim(format!("  {}", word(Word::NoRole)))),
    }
    if let Some(config) = &topic.config {
        out.extend(settings(config));
    }
    out
}

fn settings(config: &TopicConfig) -> Vec<Ink> {
    if let Some(reason) = &config.reason {
        return vec![Ink::dim(format!("  {}: {}", word(Word::Configuration), text::visible(&text::sentence(reason))))];
    }
    let kept = |label: Word, value: Option<i64>, show: fn(f64) -> String| {
        let ink = Ink::known(value, |v| if v < 0 { word(Word::ForEver).to_owned() } else { show(v as f64) });
        [Ink::dim(format!("  {} ", word(label))), ink]
    };
    let said = |label: Word, value: Option<&str>| {
        [Ink::dim(format!("  {} ", word(label))), Ink::known(value, |v| text::visible(v).into_owned())]
    };
    let mut out = Vec::new();
    out.extend(kept(Word::Retention, config.retention_ms, text::duration_ms));
    if let Some(bytes) = config.retention_bytes.filter(|b| *b >= 0) {
        out.push(Ink::text(format!(" {} {}", word(Word::OrAbove), text::bytes(bytes as f64))));
    }
    out.extend(said(Word::Cleanup, config.cleanup_policy.as_deref()));
    let isr = config.min_insync_replicas.map(|n| n.to_string());
    out.extend(said(Word::MinIsr, isr.as_deref()));
    out.extend(said(Word::Timestamps, config.timestamp_type.as_deref()));
    out.extend(said(Word::Compression, config.compression_type.as_deref()));
    out.extend(kept(Word::MaxMessage, config.max_message_bytes, text::bytes));
    out
}
