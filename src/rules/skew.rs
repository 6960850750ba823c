use super::topic::TopicInput;
use super::{Context, Judgement, RulesConfig};
use crate::model::{Code, Fact, Level, Reason};

/// One partition gets many times its even share: a key that all records have, or too few keys.
pub fn skew(input: &TopicInput, context: &Context, config: &RulesConfig) -> Judgement {
    if let Some(reason) = context.deaf(config) {
        return Judgement::CannotJudge(reason);
    }
    let offsets = &input.topic.offsets;
    let rates: Option<Vec<f64>> = offsets.iter().map(|p| p.records_per_s).collect();
    let Some(rates) = rates.filter(|rates| rates.len() > 1) else {
        return Judgement::CannotJudge(Code::TooFewReadings.into());
    };
    let sum: f64 = rates.iter().sum();
    if sum < config.skew.least_per_s {
        return Judgement::Clear;
    }
    let even = sum / rates.len() as f64;
    let Some((worst, most)) = offsets.iter().zip(&rates).max_by(|a, b| a.1.total_cmp(b.1)) else { return Judgement::Clear };
    // Of two partitions one can at most have twice its share.
    let factor = config.skew.factor.min(rates.len() as f64 * 0.9);
    if *most < even * factor {
        return Judgement::Clear;
    }
    let reason = Reason::new(Code::PartitionSkew)
        .with("partition", Fact::Count(worst.partition.unsigned_abs().into()))
        .with("share", Fact::Ratio(most / sum))
        .with("even", Fact::Ratio(1.0 / rates.len() as f64))
        .with("per_s", Fact::PerSecond(*most));
    Judgement::firing(Level::Warning, reason)
}
