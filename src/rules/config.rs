use super::levels::Levels;
use super::more_config::{CourierRules, DeliveryRules, DiskRules, InhibitRules, PaymentRules, SkewRules, StuckRules};
use serde::{Deserialize, Serialize};

/// Thresholds and levels of all rules: the `[rules]` table of the configuration. Times in the unit of their name, ratios 0..1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesConfig {
    pub latency: LatencyRules,
    pub errors: ErrorRules,
    pub silence: SilenceRules,
    pub unusual: UnusualRules,
    pub group: GroupRules,
    pub retention: RetentionRules,
    pub cluster: ClusterRules,
    pub viewer: ViewerRules,
    pub skew: SkewRules,
    pub stuck: StuckRules,
    pub couriers: CourierRules,
    pub deliveries: DeliveryRules,
    pub payments: PaymentRules,
    pub disk: DiskRules,
    pub inhibit: InhibitRules,
    pub levels: Levels,
}

impl RulesConfig {
    /// For a judgement of one moment: what holds is told at once, and what is gone is told no more. Windows and thresholds stay.
    pub fn for_one_moment(mut self) -> Self {
        let raising = [
            &mut self.latency.raise_after_s,
            &mut self.errors.raise_after_s,
            &mut self.unusual.raise_after_s,
            &mut self.group.raise_after_s,
            &mut self.group.lag_raise_after_s,
            &mut self.cluster.down_after_s,
            &mut self.cluster.under_replicated_after_s,
            &mut self.skew.raise_after_s,
            &mut self.stuck.raise_after_s,
            &mut self.couriers.raise_after_s,
            &mut self.deliveries.raise_after_s,
            &mut self.payments.failing_raise_after_s,
            &mut self.disk.raise_after_s,
        ];
        let clearing = [
            &mut self.latency.clear_after_s,
            &mut self.errors.clear_after_s,
            &mut self.silence.clear_after_s,
            &mut self.unusual.clear_after_s,
            &mut self.group.clear_after_s,
            &mut self.retention.clear_after_s,
            &mut self.cluster.clear_after_s,
            &mut self.viewer.clear_after_s,
            &mut self.skew.clear_after_s,
            &mut self.stuck.clear_after_s,
            &mut self.couriers.clear_after_s,
            &mut self.deliveries.clear_after_s,
            &mut self.payments.clear_after_s,
            &mut self.payments.failing_clear_after_s,
            &mut self.disk.clear_after_s,
        ];
        raising.into_iter().chain(clearing).for_each(|delay| *delay = 0.0);
        self
    }
}

/// `[rules.latency]`: end-to-end latency of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LatencyRules {
    /// p99 above it is a warning.
    pub p99_warning_ms: u64,
    /// p99 above it is critical.
    pub p99_critical_ms: u64,
    /// A minimum above it for `offset_after_s` is told as a constant offset of clocks.
    pub offset_ms: u64,
    pub offset_after_s: f64,
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for LatencyRules {
    fn default() -> Self {
        Self {
            p99_warning_ms: 1_000,
            p99_critical_ms: 5_000,
            offset_ms: 1_000,
            offset_after_s: 300.0,
            raise_after_s: 60.0,
            clear_after_s: 60.0,
        }
    }
}

/// `[rules.errors]`: error rate of a topic over one minute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorRules {
    pub warning: f64,
    pub critical: f64,
    /// Fewer records in the minute are not judged.
    pub least_records: u64,
    /// The rate itself is one over a minute: no more waiting by default.
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for ErrorRules {
    fn default() -> Self {
        Self { warning: 0.01, critical: 0.05, least_records: 20, raise_after_s: 0.0, clear_after_s: 30.0 }
    }
}

/// `[rules.silence]`: a topic where nothing comes any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SilenceRules {
    pub after_s: f64,
    /// Records a minute over the hour before, at least.
    pub least_per_minute: f64,
    pub clear_after_s: f64,
}

impl Default for SilenceRules {
    fn default() -> Self {
        Self { after_s: 300.0, least_per_minute: 10.0, clear_after_s: 10.0 }
    }
}

/// `[rules.unusual]`: a topic far from its usual rate (median ± median absolute deviation).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnusualRules {
    /// Deviations from the median that are still usual.
    pub deviations: f64,
    /// And at least so many times the usual, or so many times less.
    pub factor: f64,
    /// History that is needed, in seconds.
    pub least_history_s: f64,
    pub least_records: u64,
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for UnusualRules {
    fn default() -> Self {
        Self { deviations: 6.0, factor: 3.0, least_history_s: 600.0, least_records: 30, raise_after_s: 120.0, clear_after_s: 60.0 }
    }
}

/// `[rules.group]`: consumer groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupRules {
    /// Lag in time; never finer than the group's own commit interval.
    pub lag_warning_s: f64,
    pub lag_critical_s: f64,
    pub lag_raise_after_s: f64,
    /// No commit for so long while the log moves: stopped.
    pub stopped_after_s: f64,
    /// A commit that stands for so long while records wait: stalled.
    pub stalled_after_s: f64,
    /// For how long a commit that went back is told, unless it passed where it was.
    pub rewound_for_s: f64,
    /// A lag that does not fall is told from this lag in time on.
    pub lagging_least_s: f64,
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for GroupRules {
    fn default() -> Self {
        Self {
            lag_warning_s: 60.0,
            lag_critical_s: 300.0,
            lag_raise_after_s: 60.0,
            stopped_after_s: 120.0,
            stalled_after_s: 30.0,
            rewound_for_s: 600.0,
            lagging_least_s: 10.0,
            raise_after_s: 10.0,
            clear_after_s: 30.0,
        }
    }
}

/// `[rules.retention]`: unread records that retention is about to delete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionRules {
    /// Deleted sooner than this: a warning; but never more than a quarter of the topic's retention.
    pub warning_s: f64,
    /// Deleted sooner than this: critical; but never more than a sixteenth of the topic's retention.
    pub critical_s: f64,
    pub clear_after_s: f64,
}

impl Default for RetentionRules {
    fn default() -> Self {
        Self { warning_s: 7_200.0, critical_s: 1_800.0, clear_after_s: 30.0 }
    }
}

/// `[rules.cluster]`: replication, brokers, transactions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterRules {
    /// The whole cluster does not answer for so long.
    pub down_after_s: f64,
    pub under_replicated_after_s: f64,
    /// The last stable offset stands for so long while the log end moves.
    pub open_transaction_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for ClusterRules {
    fn default() -> Self {
        Self { down_after_s: 15.0, under_replicated_after_s: 60.0, open_transaction_after_s: 60.0, clear_after_s: 10.0 }
    }
}

/// `[rules.viewer]`: vigie's own reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ViewerRules {
    /// Our view behind the log end by more: a warning, and silence is not judged.
    pub behind_s: f64,
    pub clear_after_s: f64,
}

impl Default for ViewerRules {
    fn default() -> Self {
        Self { behind_s: 5.0, clear_after_s: 10.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_threshold_can_be_set_and_the_others_stay() {
        let config: RulesConfig = toml::from_str("[latency]\np99_warning_ms = 250\n").unwrap();
        assert_eq!(config.latency.p99_warning_ms, 250);
        assert_eq!(config.latency.p99_critical_ms, 5_000);
        assert_eq!(config.group, GroupRules::default());
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let refused = toml::from_str::<RulesConfig>("[latency]\np99_warn = 250\n").unwrap_err();
        assert!(refused.to_string().contains("p99_warn"));
    }
}
