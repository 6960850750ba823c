//! The foot of every screen: the screens, and what the keys do here, from the key table. While one types a filter, its line.

use super::alerts::lists_alerts;
use super::draw::{Hits, Target};
use super::keymap::{Action, Context};
use super::line::LineEdit;
use super::open::leads;
use super::panels::PanelId;
use super::past;
use super::state::{Layer, Popup, Prompt, Screen, UiState};
use super::theme::Role;
use super::widgets::ink::{Ctx, put, put_right, width};
use crate::text::{Word, word};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Who hears a key now, the nearest first.
pub fn contexts(state: &UiState) -> Vec<Context> {
    match state.layers.last() {
        Some(Layer::Filter { .. } | Layer::Prompt { .. }) => vec![Context::Filter, Context::Always],
        Some(Layer::Palette(_)) => vec![Context::Palette, Context::Always],
        Some(Layer::Choose(_)) => vec![Context::Chooser, Context::Popup, Context::Always],
        Some(Layer::Popup(Popup::Silence { .. })) => vec![Context::Menu, Context::Always],
        Some(Layer::Popup(Popup::Alert { ended: None, .. })) => vec![Context::Alerts, Context::Popup, Context::Always],
        Some(Layer::Popup(Popup::Record { .. })) => vec![Context::OnRecord, Context::Popup, Context::Always],
        Some(Layer::Popup(_)) => vec![Context::Popup, Context::Always],
        None => {
            let mut contexts = selected(state);
            if lists_alerts(state.focused_panel()) {
                contexts.push(Context::Alerts);
            }
            if state.focused_panel().list().is_some() {
                contexts.push(Context::List);
            }
            if has_keys(state.focused_panel()) {
                contexts.push(Context::Keyed);
            }
            if state.screen == Screen::Topic {
                contexts.push(Context::Records);
            }
            let maps = [PanelId::Map, PanelId::DeliveryMap];
            if maps.contains(&state.focused_panel()) {
                contexts.push(Context::Pan);
            }
            if matches!(state.screen, Screen::Deliveries | Screen::Delivery) {
                contexts.push(Context::Map);
            }
            if matches!(state.screen, Screen::Overview | Screen::Topic | Screen::Compare | Screen::Group | Screen::Groups) {
                contexts.push(Context::Chart);
            }
            contexts.extend([Context::Normal, Context::Always]);
            contexts
        }
    }
}

/// What kinds of things are selected, that of the row first.
fn selected(state: &UiState) -> Vec<Context> {
    use PanelId as P;
    let of_row: &[Context] = match state.focused_panel() {
        P::Topics | P::Channels => &[Context::OnTopic],
        P::Groups | P::Readers => &[Context::OnGroup],
        P::GroupPartitions | P::AtRisk => &[Context::OnTopic],
        P::Tail | P::Timeline | P::Messages => &[Context::OnRecord, Context::OnTopic],
        P::Orders | P::Stuck | P::Deliveries | P::Payments | P::Suspicious => &[Context::OnOrder],
        P::Alerts | P::AlertTable => &[Context::OnTopic, Context::OnGroup],
        _ => &[],
    };
    let of_screen = match state.screen {
        Screen::Topic => Some(Context::OnTopic),
        Screen::Group => Some(Context::OnGroup),
        Screen::Order => Some(Context::OnOrder),
        _ => None,
    };
    of_row.iter().copied().chain(of_screen.filter(|c| !of_row.contains(c))).collect()
}

/// Panels whose rows name somebody who can be followed.
fn has_keys(panel: PanelId) -> bool {
    use PanelId as P;
    let orders = matches!(panel, P::OrderInfo | P::Timeline | P::Orders | P::Stuck | P::Deliveries | P::Payments | P::Suspicious);
    orders || matches!(panel, P::Customers | P::Messages | P::Stock | P::Tail | P::Follow)
}

/// The line that one types into: its sign, and what may be typed.
fn typed(layer: Option<&Layer>) -> Option<(&'static str, &LineEdit, Word)> {
    match layer? {
        Layer::Filter { panel, line, .. } => {
            let tail = *panel == PanelId::Tail;
            Some(("/", line, if tail { Word::FilterHintTail } else { Word::FilterHintList }))
        }
        Layer::Prompt { prompt: Prompt::Goto, line } => Some(("@ ", line, Word::GotoHint)),
        Layer::Prompt { prompt: Prompt::Write(_), line } => Some(("> ", line, Word::WriteHint)),
        Layer::Prompt { prompt: Prompt::Find, line } => Some(("/", line, Word::FindHint)),
        _ => None,
    }
}

pub fn draw(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    let message = ctx.state.message.as_ref().filter(|m| m.until > ctx.state.live_at).map(|m| m.text.as_str());
    if let Some((sign, line, hint)) = typed(ctx.state.layers.last()) {
        let (hint, role) = message.map_or((word(hint), Role::Dim), |m| (m, Role::Warning));
        let hint_width = width(hint);
        let (before, after) = line.parts();
        let mut x = area.x + 1;
        x += put(buf, x, area.y, 2, sign, ctx.style(Role::Key));
        x = put_line(ctx, buf, Rect { x, width: area.right().saturating_sub(x + 1), ..area }, before, after);
        if x + hint_width + 4 < area.right() {
            put_right(buf, area.right() - 1, area.y, hint_width, hint, ctx.style(role));
        }
        return;
    }
    if let Some(message) = message {
        put(buf, area.x + 1, area.y, area.width - 2, message, ctx.style(Role::Accent));
        return;
    }
    let mut x = tabs(ctx, buf, area, hits) + 2;
    for (key, label, action) in ctx.state.keys.footer(&contexts(ctx.state)) {
        if idle(ctx.state, action) {
            continue;
        }
        // Where the screen stands still the same key does the opposite.
        let still = ctx.state.frozen.is_some() || past::open(ctx.state).is_some();
        let label = if action == Action::Freeze && still { word(Word::KeyGoLive) } else { label };
        let wide = width(&key) + 1 + width(label);
        if x + wide + 1 > area.right() {
            continue;
        }
        hits.push(Rect { x, y: area.y, width: wide, height: 1 }, Target::Action(action));
        x += put(buf, x, area.y, 8, &key, ctx.style(Role::Key)) + 1;
        x += put(buf, x, area.y, wide, label, ctx.style(Role::Dim)) + 2;
    }
}

/// Whether it would do nothing here, though the context has a key for it.
fn idle(state: &UiState, action: Action) -> bool {
    let over = state.layers.last();
    let helps = matches!(over, Some(Layer::Popup(Popup::Help { .. })));
    match action {
        Action::Sort => !sorts(state),
        Action::Open => over.is_none() && !leads(state.focused_panel()),
        Action::Help => helps,
        Action::Copy => helps || matches!(over, Some(Layer::Choose(_))),
        Action::Follow => over.is_some() && !matches!(over, Some(Layer::Popup(Popup::Record { .. }))),
        Action::Filter => over.is_some() && !helps,
        _ => false,
    }
}

/// The tail and the alerts have an order of their own.
fn sorts(state: &UiState) -> bool {
    state.focused_panel().list().is_some_and(|list| list.default_sort.is_some())
}

/// A line of input with its cursor; the part around the cursor stays visible.
pub fn put_line(ctx: Ctx, buf: &mut Buffer, area: Rect, before: &str, after: &str) -> u16 {
    let before = crate::text::visible(before).into_owned();
    let after = crate::text::visible(after).into_owned();
    let mut x = area.x;
    let room = area.width.saturating_sub(2);
    let mut shown = before.as_str();
    while width(shown) > room {
        let Some(c) = shown.chars().next() else { break };
        shown = &shown[c.len_utf8()..];
    }
    x += put(buf, x, area.y, room + 1, shown, ctx.style(Role::Text));
    let mut rest = after.chars();
    let under: String = rest.next().map_or(" ".into(), String::from);
    x += put(buf, x, area.y, 2, &under, ctx.style(Role::Text).add_modifier(Modifier::REVERSED));
    x + put(buf, x, area.y, area.right().saturating_sub(x), rest.as_str(), ctx.style(Role::Text))
}

/// Cells that the footer keeps for what the keys do here.
const KEYS: u16 = 70;
/// Narrower ones name the open screen alone.
const FOR_ALL_TABS: u16 = 72;

fn tabs(ctx: Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> u16 {
    let screens = [
        (Screen::Overview, Action::Overview, Word::ScreenOverview),
        (Screen::Topic, Action::Topic, Word::ScreenTopic),
        (Screen::Groups, Action::Groups, Word::ScreenGroups),
        (Screen::Orders, Action::Orders, Word::ScreenOrders),
        (Screen::Deliveries, Action::Deliveries, Word::ScreenDeliveries),
        (Screen::Payments, Action::Payments, Word::ScreenPayments),
        (Screen::Stock, Action::Stock, Word::ScreenStock),
        (Screen::Customers, Action::Customers, Word::ScreenCustomers),
        (Screen::Channels, Action::Channels, Word::ScreenChannels),
        (Screen::Cluster, Action::Cluster, Word::ScreenCluster),
        (Screen::Log, Action::Log, Word::ScreenLog),
        (Screen::Alerts, Action::Alerts, Word::ScreenAlerts),
    ];
    let mut x = area.x + 1;
    let key = |action| ctx.state.keys.key(Context::Normal, action).unwrap_or_default();
    let whole: u16 = screens.iter().map(|(_, action, label)| width(word(*label)) + width(&key(*action)) + 3).sum();
    // Where not all have room the one that is open has its name.
    let named = whole + KEYS <= area.width;
    let few = area.width < FOR_ALL_TABS;
    for (screen, action, label) in screens {
        let here = ctx.state.screen == screen
            || matches!(
                (ctx.state.screen, screen),
                (Screen::Group, Screen::Groups) | (Screen::Order, Screen::Orders) | (Screen::Delivery, Screen::Deliveries)
            );
        if few && !here {
            continue;
        }
        let label_style = if here { ctx.style(Role::Header).add_modifier(Modifier::UNDERLINED) } else { ctx.style(Role::Dim) };
        let from = x;
        x += put(buf, x, area.y, 4, &key(action), ctx.style(Role::Key));
        if named || here {
            x += 1 + put(buf, x + 1, area.y, 12, word(label), label_style);
        }
        hits.push(Rect { x: from, y: area.y, width: x - from, height: 1 }, Target::Screen(screen));
        x += if named || here { 2 } else { 1 };
    }
    put(buf, x - 1, area.y, 1, "│", ctx.style(Role::Border));
    x - 1
}
