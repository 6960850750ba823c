use super::{Context, Delays, Judgement, Rule, RulesConfig};
use crate::model::{Code, Fact, Level, Reason};
use std::sync::Arc;

/// The disk that holds one of our folders.
#[derive(Clone, Debug)]
pub struct DiskInput {
    /// The folder, as the alert names it.
    pub folder: Arc<str>,
    pub free_bytes: u64,
    pub total_bytes: u64,
}

pub const RULES: &[Rule<DiskInput>] = &[Rule {
    code: Code::DiskLow,
    delays: |c| Delays { raise_after_s: c.disk.raise_after_s, clear_after_s: c.disk.clear_after_s },
    judge: low,
}];

fn low(input: &DiskInput, _: &Context, config: &RulesConfig) -> Judgement {
    let rules = &config.disk;
    if input.total_bytes == 0 {
        return Judgement::CannotJudge(Code::NotKnownYet.into());
    }
    let share = input.free_bytes as f64 / input.total_bytes as f64;
    let (level, threshold) = match share {
        _ if input.free_bytes > rules.enough_bytes => return Judgement::Clear,
        s if s < rules.critical_free => (Level::Critical, rules.critical_free),
        s if s < rules.warning_free => (Level::Warning, rules.warning_free),
        _ => return Judgement::Clear,
    };
    let reason = Reason::new(Code::DiskLow)
        .with("free_bytes", Fact::Bytes(input.free_bytes))
        .with("free", Fact::Ratio(share))
        .with("threshold", Fact::Ratio(threshold));
    Judgement::firing(level, reason)
}
