//! Words for what has several: spans, states, kinds.

use crate::model::{ChartSpan, GroupKind, GroupState, LinkState};
use crate::text::{Word, word};

pub fn span_word(span: ChartSpan) -> &'static str {
    word(match span {
        ChartSpan::Minute => Word::SpanMinute,
        ChartSpan::TenMinutes => Word::SpanTenMinutes,
        ChartSpan::Hour => Word::SpanHour,
        ChartSpan::SixHours => Word::SpanSixHours,
    })
}

pub fn link_word(state: LinkState) -> &'static str {
    word(match state {
        LinkState::Connecting => Word::Connecting,
        LinkState::Connected => Word::Connected,
        LinkState::Degraded => Word::Degraded,
        LinkState::Down => Word::Down,
    })
}

pub fn kind_word(kind: GroupKind) -> &'static str {
    word(match kind {
        GroupKind::Classic => Word::KindClassic,
        GroupKind::Consumer => Word::KindConsumer,
        GroupKind::Share => Word::KindShare,
        GroupKind::Streams => Word::KindStreams,
        GroupKind::Connect => Word::KindConnect,
        GroupKind::Unknown => Word::NotKnown,
    })
}

pub fn group_state_word(state: GroupState) -> &'static str {
    word(match state {
        GroupState::Stable => Word::GroupStable,
        GroupState::PreparingRebalance | GroupState::CompletingRebalance => Word::GroupRebalancing,
        GroupState::Assigning => Word::GroupAssigning,
        GroupState::Reconciling => Word::GroupReconciling,
        GroupState::Empty => Word::GroupEmpty,
        GroupState::Dead => Word::GroupDead,
        GroupState::Unknown => Word::NotKnown,
    })
}
