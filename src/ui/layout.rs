//! Where the panels stand, by screen and room. Wide windows show more beside each other; low ones one list.
//! One room: a short function for each screen, all made of the same few cuts.

use super::chosen::Chosen;
use super::panels::{PanelId, pipeline_height};
use super::state::{Screen, UiState};
use ratatui::layout::Rect;

/// Below this size one line says how large the window must be.
pub const LEAST: (u16, u16) = (60, 15);

/// From this height on the Topic screen has a place of its own for the latency over time.
const HEAT_BESIDE: u16 = 44;

/// What the machine says of itself stands on one line.
const HOST: u16 = 3;

/// A heading and eight figures.
const FIGURES_OF_TWO: u16 = 11;

pub type Placed = Vec<(PanelId, Rect)>;

/// The panels of a screen in the order of Tab.
pub fn panels(screen: Screen) -> &'static [PanelId] {
    use PanelId as P;
    match screen {
        Screen::Overview => &[P::Topics, P::Alerts, P::Throughput, P::Latency, P::Lag, P::Errors],
        Screen::Topic => &[P::Tail, P::Partitions, P::Readers, P::TopicRate, P::TopicLatency, P::TopicHeat, P::Preview],
        Screen::Compare => &[P::CompareFigures, P::CompareRates, P::CompareHeats],
        Screen::Groups => &[P::Groups, P::GroupPartitions, P::GroupInfo, P::Members],
        Screen::Group => &[P::GroupPartitions, P::Members, P::GroupInfo],
        Screen::Orders => &[P::Orders, P::Stuck, P::Pipeline],
        Screen::Order => &[P::Timeline, P::OrderInfo],
        Screen::Deliveries => &[P::Deliveries, P::Map],
        Screen::Delivery => &[P::Timeline, P::DeliveryMap, P::DeliveryInfo],
        Screen::Payments => &[P::Payments, P::Suspicious, P::PaymentSums],
        Screen::Stock => &[P::Stock],
        Screen::Customers => &[P::Customers, P::Funnel],
        Screen::Channels => &[P::Channels, P::Messages],
        Screen::Cluster => &[P::Brokers, P::AtRisk, P::Consumers, P::Workers, P::Host],
        Screen::Log => &[P::Log],
        Screen::Alerts => &[P::AlertTable, P::PastAlerts, P::Outlets],
        Screen::Follow => &[P::Follow, P::Preview],
    }
}

/// Those of them that the person lets stand; never none.
pub fn standing(state: &UiState) -> Vec<PanelId> {
    let stands = |panel: &PanelId| state.screen != Screen::Overview || state.chosen.stands(*panel);
    panels(state.screen).iter().copied().filter(stands).collect()
}

/// What the room depends on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Content {
    /// Of the pipeline that is shown.
    pub stages: usize,
    /// A record is selected, whose preview stands beside the list.
    pub reads: bool,
    /// Rows of the lists of Cluster: brokers, partitions at risk, consumers, workers.
    pub cluster: [usize; 4],
}

/// The panels in `area`. Zoomed, or where there is room for one list only, the focused one has it all.
pub fn layout(screen: Screen, area: Rect, focus: PanelId, zoom: bool, content: Content, chosen: &Chosen) -> Placed {
    if zoom {
        return vec![(focus, area)];
    }
    use PanelId as P;
    match screen {
        Screen::Overview => overview(area, focus, chosen),
        Screen::Topic => topic(area, focus, content.reads),
        Screen::Compare => compare(area, focus),
        Screen::Groups => groups(area, focus),
        Screen::Group => group(area, focus),
        Screen::Orders => orders(area, focus, content.stages),
        Screen::Order => order(area, focus),
        Screen::Cluster => cluster(area, focus, content.cluster),
        Screen::Alerts => alerts(area, focus),
        Screen::Follow => read(area, focus, P::Follow),
        Screen::Payments => payments(area, focus),
        Screen::Customers => beside(area, focus, P::Customers, P::Funnel, 7),
        Screen::Deliveries => deliveries(area, focus),
        Screen::Delivery => delivery(area, focus),
        Screen::Channels => channels(area, focus),
        Screen::Stock | Screen::Log => vec![(panels(screen)[0], area)],
    }
}

fn overview(area: Rect, focus: PanelId, chosen: &Chosen) -> Placed {
    use PanelId as P;
    if area.height < 18 || area.width < 76 {
        let tile = matches!(focus, P::Throughput | P::Latency | P::Lag | P::Errors);
        return vec![(if tile && chosen.stands(P::Topics) { P::Topics } else { focus }, area)];
    }
    let tiles: Vec<P> = [P::Throughput, P::Latency, P::Lag, P::Errors].into_iter().filter(|p| chosen.stands(*p)).collect();
    let lists: Vec<P> = [P::Topics, P::Alerts].into_iter().filter(|p| chosen.stands(*p)).collect();
    let height = match (tiles.is_empty(), lists.is_empty()) {
        (true, _) => 0,
        (_, true) => area.height,
        _ => tiles_height(area),
    };
    let (top, rest) = split_top(area, height);
    let mut out: Placed = tiles.iter().copied().zip(columns(top, tiles.len().max(1) as u16)).collect();
    match lists[..] {
        [_, _] => out.extend(topics_and_alerts(rest, area.width)),
        [only] => out.push((only, rest)),
        _ => {}
    }
    out
}

fn tiles_height(area: Rect) -> u16 {
    match area.height {
        50.. => 7,
        34.. => 5,
        _ => 4,
    }
}

/// Beside each other where the window is wide.
fn topics_and_alerts(rest: Rect, wide: u16) -> Placed {
    if wide >= 110 {
        let side = (wide * 27 / 100).clamp(30, 60);
        let (left, right) = split_left(rest, rest.width - side);
        return vec![(PanelId::Topics, left), (PanelId::Alerts, right)];
    }
    let (upper, lower) = split_top(rest, rest.height - (rest.height / 3).clamp(4, 10));
    vec![(PanelId::Topics, upper), (PanelId::Alerts, lower)]
}

fn topic(area: Rect, focus: PanelId, reads: bool) -> Placed {
    use PanelId as P;
    let (info, rest) = split_top(area, 1);
    let mut out = vec![(P::TopicInfo, info)];
    if area.height < 18 || area.width < 76 {
        out.push((focus, rest));
        return out;
    }
    let charts = if area.height >= HEAT_BESIDE { rest.height * 2 / 5 } else { (rest.height / 4).clamp(6, 14) };
    let tables = (rest.height / 4).clamp(5, 14);
    let (top, rest) = split_top(rest, charts);
    let (middle, tail) = split_top(rest, tables);
    // Where there is no room for both, the curve gives way while somebody looks at the latency over time.
    let has_room = area.height >= HEAT_BESIDE;
    let (top, heat) = split_top(top, if has_room { top.height * 3 / 5 } else { top.height });
    let left = if focus == P::TopicHeat && !has_room { P::TopicHeat } else { P::TopicRate };
    let (rate, latency) = split_left(top, top.width * 60 / 100);
    if has_room {
        out.push((P::TopicHeat, heat));
    }
    let (partitions, readers) = split_left(middle, middle.width * 60 / 100);
    out.extend([(left, rate), (P::TopicLatency, latency), (P::Partitions, partitions), (P::Readers, readers)]);
    out.extend(if reads || focus == P::Preview { read(tail, P::Tail, P::Tail) } else { vec![(P::Tail, tail)] });
    out
}

fn compare(area: Rect, focus: PanelId) -> Placed {
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let (rest, figures) = split_top(area, area.height.saturating_sub(FIGURES_OF_TWO.min(area.height / 3)));
    let (rates, heats) = split_top(rest, rest.height / 2);
    vec![(PanelId::CompareRates, rates), (PanelId::CompareHeats, heats), (PanelId::CompareFigures, figures)]
}

/// A list of records, and beside it or below it what the selected one says, where there is room for both.
fn read(area: Rect, focus: PanelId, list: PanelId) -> Placed {
    if area.width >= 110 && area.height >= 12 {
        let (left, right) = split_left(area, area.width * 64 / 100);
        return vec![(list, left), (PanelId::Preview, right)];
    }
    if area.height >= 40 {
        let (upper, lower) = split_top(area, area.height * 3 / 5);
        return vec![(list, upper), (PanelId::Preview, lower)];
    }
    vec![(if focus == PanelId::Preview { focus } else { list }, area)]
}

/// The groups, and of the selected one where it lags, since when, and who works for it: as much of that as there is room for.
fn groups(area: Rect, focus: PanelId) -> Placed {
    use PanelId as P;
    if area.height < 20 || area.width < 76 {
        return vec![(focus, area)];
    }
    let lower_focus = if focus == P::Groups { P::GroupPartitions } else { focus };
    if area.width < 110 || area.height < 30 {
        let (upper, lower) = split_top(area, area.height * 3 / 5);
        return vec![(P::Groups, upper), (lower_focus, lower)];
    }
    let (upper, lower) = split_top(area, area.height * 2 / 5);
    let (left, right) = split_left(lower, lower.width * 3 / 5);
    let (info, members) = split_top(right, if right.height >= 24 { right.height / 2 } else { right.height });
    let mut out = vec![(P::Groups, upper), (P::GroupPartitions, left)];
    if members.is_empty() {
        out.push((if focus == P::Members { P::Members } else { P::GroupInfo }, info));
    } else {
        out.extend([(P::GroupInfo, info), (P::Members, members)]);
    }
    out
}

fn group(area: Rect, focus: PanelId) -> Placed {
    use PanelId as P;
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let (top, rest) = split_top(area, (area.height / 3).clamp(7, 14));
    let (upper, lower) = split_top(rest, rest.height - (rest.height / 3).clamp(4, 12));
    vec![(P::GroupInfo, top), (P::GroupPartitions, upper), (P::Members, lower)]
}

fn orders(area: Rect, focus: PanelId, stages: usize) -> Placed {
    use PanelId as P;
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let (strip, rest) = split_top(area, pipeline_height(stages, area).min(area.height / 2));
    let mut out = vec![(P::Pipeline, strip)];
    if area.width >= 110 {
        let (left, right) = split_left(rest, rest.width * 58 / 100);
        out.extend([(P::Orders, left), (P::Stuck, right)]);
    } else {
        let (upper, lower) = split_top(rest, (rest.height * 2 / 5).clamp(4, 12));
        out.extend([(P::Stuck, upper), (P::Orders, lower)]);
    }
    out
}

fn order(area: Rect, focus: PanelId) -> Placed {
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let (top, rest) = split_top(area, (area.height / 4).clamp(5, 8));
    vec![(PanelId::OrderInfo, top), (PanelId::Timeline, rest)]
}

/// Where not both stand beside each other, what is at risk stands below the brokers, if that hides nothing else; where it would, the
/// brokers give way while somebody looks at it.
fn cluster(area: Rect, focus: PanelId, rows: [usize; 4]) -> Placed {
    use PanelId as P;
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let [brokers, at_risk, consumers, workers] = rows;
    let (area, host) = split_top(area, area.height - HOST);
    let mut out = if area.width >= 110 {
        let [(top, _), (middle, _), (bottom, _)] = stacked(area, [brokers.max(at_risk), consumers, workers].map(|n| (n, ())));
        let (left, right) = split_left(top, top.width * 52 / 100);
        vec![(P::Brokers, left), (P::AtRisk, right), (P::Consumers, middle), (P::Workers, bottom)]
    } else if at_risk > 0 && area.height >= [brokers, 2, consumers, workers].map(whole).iter().sum() {
        let lists = [(brokers, P::Brokers), (at_risk, P::AtRisk), (consumers, P::Consumers), (workers, P::Workers)];
        stacked(area, lists).map(|(at, panel)| (panel, at)).to_vec()
    } else {
        let top = if focus == P::AtRisk { (at_risk, P::AtRisk) } else { (brokers, P::Brokers) };
        stacked(area, [top, (consumers, P::Consumers), (workers, P::Workers)]).map(|(at, panel)| (panel, at)).to_vec()
    };
    out.push((P::Host, host));
    out
}

/// Lists under each other, each with its number of rows.
fn stacked<T: Copy, const N: usize>(area: Rect, lists: [(usize, T); N]) -> [(Rect, T); N] {
    let heights = heights(area.height, lists.map(|(rows, _)| rows));
    let mut y = area.y;
    std::array::from_fn(|i| {
        let at = Rect { y, height: heights[i], ..area };
        y += heights[i];
        (at, lists[i].1)
    })
}

/// A frame with one line, which says why a list is empty.
const EMPTY_LIST: u16 = 3;

/// The height of a list that shows all its rows.
fn whole(rows: usize) -> u16 {
    // No window is higher than a thousand rows, and the sum of some such lists stays within the type.
    EMPTY_LIST + u16::try_from(rows).unwrap_or(u16::MAX).min(1_000)
}

/// Heights of lists under each other, by their rows. Empty ones have one line; of the others those with few rows show them all, as
/// far as there is room, and what is left goes to those that hold most.
fn heights<const N: usize>(room: u16, rows: [usize; N]) -> [u16; N] {
    let mut out = rows.map(|n| if n == 0 { EMPTY_LIST } else { EMPTY_LIST + 1 });
    for _ in out.iter().sum::<u16>()..room {
        let cut = (0..N).filter(|i| out[*i] < whole(rows[*i])).min_by_key(|i| out[*i]);
        let per_line = |i: &usize| rows[*i] as f64 / f64::from(out[*i]);
        let next = cut.or_else(|| (0..N).rev().max_by(|a, b| per_line(a).total_cmp(&per_line(b))));
        out[next.unwrap_or(0)] += 1;
    }
    out
}

/// What fires has most of the room; where not all three have some, the lower place is for the one that is looked at.
fn alerts(area: Rect, focus: PanelId) -> Placed {
    use PanelId as P;
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let (top, rest) = split_top(area, area.height * 3 / 5);
    if area.height < 28 {
        let lower = if focus == P::Outlets { P::Outlets } else { P::PastAlerts };
        return vec![(P::AlertTable, top), (lower, rest)];
    }
    let (past, outlets) = split_top(rest, rest.height - (rest.height / 2).clamp(4, 8));
    vec![(P::AlertTable, top), (P::PastAlerts, past), (P::Outlets, outlets)]
}

fn deliveries(area: Rect, focus: PanelId) -> Placed {
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    // The table needs what its columns need; what is left makes the map larger.
    let map = if area.width < 110 { area.width * 2 / 5 } else { area.width - (area.width * 3 / 5).clamp(76, 90) };
    let (left, right) = split_left(area, map);
    vec![(PanelId::Map, left), (PanelId::Deliveries, right)]
}

fn delivery(area: Rect, focus: PanelId) -> Placed {
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let (top, rest) = split_top(area, 8);
    // Where a record stands is longer than a map needs to be wide.
    let timeline = if area.width < 110 { rest.width * 11 / 20 } else { (rest.width * 3 / 5).min(84) };
    let (left, right) = split_left(rest, timeline);
    vec![(PanelId::DeliveryInfo, top), (PanelId::Timeline, left), (PanelId::DeliveryMap, right)]
}

/// Channels are few.
fn channels(area: Rect, focus: PanelId) -> Placed {
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let (top, rest) = split_top(area, (area.height / 3).clamp(6, 10));
    vec![(PanelId::Channels, top), (PanelId::Messages, rest)]
}

/// Why a payment looks wrong is a sentence: it has the whole width.
fn payments(area: Rect, focus: PanelId) -> Placed {
    use PanelId as P;
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    let (rest, wrong) = split_top(area, area.height - (area.height / 4).clamp(4, 12));
    let mut out = beside(Rect { height: area.height, ..rest }, focus, P::Payments, P::PaymentSums, 8);
    for (_, rect) in &mut out {
        rect.height = rest.bottom().saturating_sub(rect.y).min(rect.height);
    }
    out.push((P::Suspicious, wrong));
    out
}

/// A list, and what sums it up beside it, or above it in as many lines at least.
fn beside(area: Rect, focus: PanelId, list: PanelId, sums: PanelId, least: u16) -> Placed {
    if area.height < 18 || area.width < 76 {
        return vec![(focus, area)];
    }
    if area.width >= 110 {
        let (left, right) = split_left(area, area.width * 64 / 100);
        return vec![(list, left), (sums, right)];
    }
    let (top, rest) = split_top(area, (area.height / 3).clamp(least, 10));
    vec![(sums, top), (list, rest)]
}

pub fn split_top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
}

pub fn split_left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
}

/// Equal columns that fill the width to the last cell.
fn columns(area: Rect, n: u16) -> Vec<Rect> {
    let edge = |i: u16| u32::from(area.width) * u32::from(i) / u32::from(n);
    (0..n).map(|i| Rect { x: area.x + edge(i) as u16, width: (edge(i + 1) - edge(i)) as u16, ..area }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_leaves_its_room_to_those_that_hold_something() {
        assert_eq!(heights(19, [175, 0, 0]), [13, 3, 3]);
        assert_eq!(heights(19, [175, 1, 3]), [9, 4, 6], "short ones show all their rows");
        assert_eq!(heights(19, [3, 0, 0]), [13, 3, 3]);
        assert_eq!(heights(12, [175, 20, 20]), [4, 4, 4]);
        assert_eq!(heights(36, [3, 1, 3]).iter().sum::<u16>(), 36);
        let of =
            |height, rows| cluster(Rect::new(0, 0, 80, height), PanelId::Brokers, rows).iter().any(|(p, _)| *p == PanelId::AtRisk);
        assert!(of(20, [3, 175, 0, 0]), "what is at risk is seen with its brokers");
        assert!(!of(22, [3, 175, 3, 3]) && !of(20, [3, 0, 0, 0]), "but it hides nothing else for it");
    }

    #[test]
    fn panels_never_overlap_and_have_their_least_room() {
        for screen in Screen::ALL.iter().copied() {
            for (width, height) in [(60, 13), (80, 22), (109, 30), (120, 38), (200, 58), (300, 98)] {
                let area = Rect::new(0, 1, width, height);
                let content = Content { stages: 10, reads: true, cluster: [3, 175, 0, 2] };
                let placed = layout(screen, area, panels(screen)[0], false, content, &Chosen::default());
                for (i, (panel, rect)) in placed.iter().enumerate() {
                    assert_eq!(rect.intersection(area), *rect);
                    assert!(placed[i + 1..].iter().all(|(_, other)| !rect.intersects(*other)));
                    let least = panel.panel().least;
                    assert!(rect.width >= least.0 && rect.height >= least.1, "{panel:?} {rect:?} at {width}x{height}");
                }
            }
        }
    }
}
