//! What is this topic, and how is it kept? One line: health, role, and the settings that explain surprises — retention, clean-up,
//! least in-sync replicas. Next one looks at the curves.

use super::PanelId;
use super::topics::level_sentence;
use crate::model::TopicConfig;
use crate::text::{self, Word, word};
use crate::ui::draw::Hits;
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ctx, Ink, level, put_whole};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    hits.panel(PanelId::TopicInfo, area);
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    put_whole(ctx, buf, line, area.y, 2, &pieces(ctx));
}

/// The topic and how it is kept, piece by piece: what does not fit leaves whole.
fn pieces(ctx: Ctx) -> Vec<Vec<Ink>> {
    let Some(name) = ctx.state.topic.as_deref() else {
        return vec![vec![Ink::dim(format!("{}.", word(Word::NoTopicChosen)))]];
    };
    let title = Ink::new(Role::Header, text::visible(name).into_owned());
    let Some(topic) = ctx.view.snapshot.topic(name) else {
        return vec![vec![title], vec![Ink::dim(format!("{}.", word(Word::GoneTopic)))]];
    };
    let (symbol, role, _) = level(topic.health.level);
    let said = level_sentence(topic.health.level, &topic.health.reason);
    let known_as = topic.role.as_ref().map_or(word(Word::NoRole).to_owned(), ToString::to_string);
    let mut out = vec![vec![Ink::new(role, format!("{symbol} ")), title, Ink::dim("  "), said], vec![Ink::dim(known_as)]];
    if let Some(config) = &topic.config {
        out.extend(settings(config));
    }
    out
}

fn settings(config: &TopicConfig) -> Vec<Vec<Ink>> {
    let label = |label: Word| Ink::dim(format!("{} ", word(label)));
    if let Some(reason) = &config.reason {
        return vec![vec![Ink::dim(text::labelled(word(Word::Configuration), &text::visible(&text::sentence(reason))))]];
    }
    let kept = |of: Word, value: Option<i64>, show: fn(f64) -> String| {
        let ink = Ink::known(value, |v| if v < 0 { word(Word::ForEver).to_owned() } else { show(v as f64) });
        vec![label(of), ink]
    };
    let said = |of: Word, value: Option<&str>| vec![label(of), Ink::known(value, |v| text::visible(v).into_owned())];
    let mut retention = kept(Word::Retention, config.retention_ms, text::duration_ms);
    if let Some(bytes) = config.retention_bytes.filter(|b| *b >= 0) {
        retention.push(Ink::text(format!(" {} {}", word(Word::OrAbove), text::bytes(bytes as f64))));
    }
    let isr = config.min_insync_replicas.map(|n| n.to_string());
    vec![
        retention,
        said(Word::Cleanup, config.cleanup_policy.as_deref()),
        said(Word::MinIsr, isr.as_deref()),
        said(Word::Timestamps, config.timestamp_type.as_deref()),
        said(Word::Compression, config.compression_type.as_deref()),
        kept(Word::MaxMessage, config.max_message_bytes, text::bytes),
    ]
}
