//! What is said of a search: how far it is, how fast it reads, why it rests, what to do next.

use crate::model::{Rest, SearchProgress, Way};
use crate::snapshot::SearchView;
use crate::text::{self, Word, word};
use crate::ui::theme::Role;
use crate::ui::time::{clock, date_clock};
use crate::ui::widgets::ink::{Ctx, Ink, put_whole, width};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// One line, its groups in the order of their weight: those without room leave whole.
pub fn line(ctx: Ctx, buf: &mut Buffer, area: Rect, found: Option<&SearchView>) {
    let area = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let groups = match found {
        Some(found) => groups(ctx, found, area.width),
        None => vec![vec![Ink::dim(format!("{} …", word(Word::Searching)))]],
    };
    put_whole(ctx, buf, area, area.y, GAP, &groups);
}

fn groups(ctx: Ctx, found: &SearchView, room: u16) -> Vec<Vec<Ink>> {
    let progress = &found.progress;
    let reach = match progress.running {
        Some(Way::Forward) => &progress.forward,
        _ => &progress.back,
    };
    let mut out = vec![vec![state(progress)]];
    // Nothing was found, and nothing goes on, before it has begun; what is in memory is known already.
    let begun = progress.running.is_some() || progress.rests != Rest::NotBegun;
    if let Some(reason) = &progress.reason {
        let why = text::visible(&text::sentence(reason)).into_owned();
        let failed = text::counted(u64::from(progress.failed), Word::PartitionFailed, Word::PartitionsFailed);
        out.push(vec![Ink::new(Role::Warning, text::labelled(&format!("▲ {failed}"), &why))]);
    }
    out.extend(late(ctx, progress).map(|ink| vec![ink]));
    out.extend(left(progress).map(|ink| vec![ink]));
    if begun || found.live_since.is_some() {
        out.push(vec![Ink::text(found_of(ctx, found))]);
    }
    if !begun {
        return out;
    }
    out.push(vec![next(progress)]);
    let used: u16 = out.iter().flatten().map(Ink::width).sum::<u16>() + GAP * out.len() as u16;
    out.extend(left(progress).and_then(|_| names(&progress.left, room.saturating_sub(used))).map(|ink| vec![ink]));
    out.push(vec![Ink::dim(text::counted(progress.read, Word::ReadOne, Word::ReadWord))]);
    if let (Some(_), Some(share)) = (progress.running, reach.share) {
        out.push(vec![Ink::text(format!("{:.0} %", share * 100.0))]);
    }
    if let Some(time) = reach.time {
        out.push(vec![Ink::dim(format!("{} ", word(Word::ReachesTo))), Ink::text(clock(ctx.state, time))]);
    }
    if progress.elapsed_ms > 0 {
        let per_s = progress.bytes as f64 * 1_000.0 / progress.elapsed_ms as f64;
        out.push(vec![Ink::dim(format!("{} · {}", text::bytes(progress.bytes as f64), text::bytes_rate(per_s)))]);
    }
    if progress.removed {
        out.push(vec![Ink::new(Role::Warning, word(Word::RemovedMeanwhile))]);
    }
    if progress.guessed {
        out.push(vec![Ink::dim(word(Word::ByTodaysPartitions))]);
    }
    out
}

/// A key has records in memory, which no search needs to find. Memory is of now: at a moment of the past what is shown counts.
fn found_of(ctx: Ctx, found: &SearchView) -> String {
    let told = |n| text::counted(n, Word::FoundOne, Word::FoundWord);
    match (found.live_since, ctx.state.moment()) {
        (Some(_), Some(moment)) => told(found.until(Some(moment)).len() as u64),
        (Some(_), None) => format!("{} {} · {}", text::count(found.remembered), word(Word::InMemory), told(found.beside)),
        (None, _) => told(found.progress.found),
    }
}

/// Cells between two groups.
const GAP: u16 = 2;

/// While it rests: what may be on topics that were not read through is not known, however much was found on others.
fn left(progress: &SearchProgress) -> Option<Ink> {
    if progress.running.is_some() || progress.topics < 2 || progress.left.is_empty() {
        return None;
    }
    let all = text::counted(u64::from(progress.topics), Word::Topic, Word::Topics);
    let told = format!("▲ {} {} {all} {}", text::count(progress.left.len() as u64), word(Word::Of), word(Word::StillToSearch));
    Some(Ink::new(Role::Warning, told))
}

/// As many names as there is room for, if any.
fn names(left: &[Arc<str>], room: u16) -> Option<Ink> {
    let names: Vec<_> = left.iter().map(|name| text::visible(name)).collect();
    let told = |some: usize| format!("({}{})", names[..some].join(", "), if some < left.len() { ", …" } else { "" });
    (1..=left.len()).rev().map(told).find(|told| width(told) <= room).map(Ink::dim)
}

/// Retention reaches no further back.
fn late(ctx: Ctx, progress: &SearchProgress) -> Option<Ink> {
    let told = match (progress.late, progress.oldest) {
        (0, _) => return None,
        (late, Some(oldest)) if late == progress.partitions => {
            format!("▲ {} {}", word(Word::RetentionBefore), date_clock(ctx.state, oldest))
        }
        (late, _) => {
            let all = text::counted(u64::from(progress.partitions), Word::Partition, Word::Partitions);
            format!("▲ {} {} {} {all}", word(Word::RetentionIn), text::count(u64::from(late)), word(Word::Of))
        }
    };
    Some(Ink::new(Role::Warning, told))
}

fn state(progress: &SearchProgress) -> Ink {
    match (progress.running, progress.rests) {
        (Some(Way::Back), _) => Ink::new(Role::Accent, format!("◀ {}", word(Word::SearchingBack))),
        (Some(Way::Forward), _) => Ink::new(Role::Accent, format!("▶ {}", word(Word::SearchingForward))),
        (None, Rest::NotBegun) => Ink::dim(format!("{} …", word(Word::Searching))),
        (None, Rest::Enough) => Ink::dim(word(Word::SearchRests)),
        (None, Rest::AtEnd) if progress.back.whole => Ink::new(Role::Ok, format!("● {}", word(Word::SearchWhole))),
        (None, Rest::AtEnd) => Ink::dim(word(Word::SearchAtEnd)),
        (None, Rest::TimeUp | Rest::BytesUp) => Ink::dim(word(Word::SearchPaused)),
        (None, Rest::Stopped) => Ink::new(Role::Warning, word(Word::SearchStopped)),
    }
}

/// What one does next.
fn next(progress: &SearchProgress) -> Ink {
    match progress.running {
        Some(_) => Ink::new(Role::Key, format!("{} {}", word(Word::NameEsc), word(Word::EscStops))),
        None if progress.back.whole => Ink::dim(""),
        None => Ink::new(Role::Key, format!("↓ {}", word(Word::DownGoesOn))),
    }
}
