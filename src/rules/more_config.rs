//! Thresholds of the rules on partitions, the business and this host.

use serde::{Deserialize, Serialize};

/// `[rules.skew]`: one partition of a topic gets far more than its share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SkewRules {
    /// So many times the even share.
    pub factor: f64,
    /// Topics with less are not judged: chance alone makes them uneven.
    pub least_per_s: f64,
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for SkewRules {
    fn default() -> Self {
        Self { factor: 3.0, least_per_s: 20.0, raise_after_s: 300.0, clear_after_s: 60.0 }
    }
}

/// `[rules.stuck]`: orders, payments and deliveries past their stage's deadline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StuckRules {
    /// So many at once are a warning.
    pub warning_count: usize,
    /// So many are critical.
    pub critical_count: usize,
    /// One alone is a warning when it stands so many times its deadline.
    pub times_deadline: f64,
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for StuckRules {
    fn default() -> Self {
        Self { warning_count: 10, critical_count: 100, times_deadline: 10.0, raise_after_s: 30.0, clear_after_s: 30.0 }
    }
}

/// `[rules.couriers]`: couriers on their way that tell no position any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CourierRules {
    /// No position for so long is silent.
    pub silent_s: f64,
    /// Share of the fleet, 0..1.
    pub warning_share: f64,
    pub critical_share: f64,
    /// Smaller fleets are not judged.
    pub least_couriers: usize,
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for CourierRules {
    fn default() -> Self {
        Self {
            silent_s: 120.0,
            warning_share: 0.1,
            critical_share: 0.3,
            least_couriers: 10,
            raise_after_s: 15.0,
            clear_after_s: 30.0,
        }
    }
}

/// `[rules.deliveries]`: deliveries on their way that come later than was promised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveryRules {
    /// Later than promised by so much is late.
    pub late_s: f64,
    /// Share of those whose time of arrival was told, 0..1.
    pub warning_share: f64,
    pub critical_share: f64,
    /// Fewer deliveries are not judged.
    pub least_deliveries: usize,
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for DeliveryRules {
    fn default() -> Self {
        Self {
            late_s: 120.0,
            warning_share: 0.15,
            critical_share: 0.4,
            least_deliveries: 20,
            raise_after_s: 30.0,
            clear_after_s: 60.0,
        }
    }
}

/// `[rules.payments]`: payments that somebody should look at, and methods whose payments fail. Windows in seconds of the events'
/// own time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentRules {
    /// More payments of one customer begun within the window.
    pub velocity: usize,
    pub velocity_window_s: f64,
    /// An amount so many times what this customer usually pays (the median of up to 8).
    pub amount_factor: f64,
    /// Failed payments of one customer within the window.
    pub failures: usize,
    pub failures_window_s: f64,
    /// Payments of a customer that must be known before an amount or a country is unusual.
    pub least_known: usize,
    /// Payments by a method that must be known before a country is new to it.
    pub least_of_method: u64,
    /// For how long the newest one of a kind keeps its alert.
    pub alert_for_s: f64,
    pub clear_after_s: f64,
    /// Above this share of a method's payments that ended in the last ten minutes, 0..1.
    pub failing_warning: f64,
    pub failing_critical: f64,
    /// Methods of which fewer ended are not judged.
    pub failing_least: u64,
    pub failing_raise_after_s: f64,
    pub failing_clear_after_s: f64,
}

impl Default for PaymentRules {
    fn default() -> Self {
        Self {
            velocity: 5,
            velocity_window_s: 60.0,
            amount_factor: 10.0,
            failures: 3,
            failures_window_s: 600.0,
            least_known: 4,
            least_of_method: 200,
            alert_for_s: 600.0,
            clear_after_s: 0.0,
            failing_warning: 0.1,
            failing_critical: 0.3,
            failing_least: 30,
            failing_raise_after_s: 30.0,
            failing_clear_after_s: 60.0,
        }
    }
}

/// `[rules.disk]`: the disks of the folders that vigie writes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiskRules {
    /// Less than this share is free, 0..1.
    pub warning_free: f64,
    pub critical_free: f64,
    /// With more bytes free than this nothing is told, whatever the share.
    pub enough_bytes: u64,
    pub raise_after_s: f64,
    pub clear_after_s: f64,
}

impl Default for DiskRules {
    fn default() -> Self {
        Self { warning_free: 0.1, critical_free: 0.03, enough_bytes: 20 << 30, raise_after_s: 0.0, clear_after_s: 60.0 }
    }
}

/// `[rules.inhibit]`: what follows from a cause that fires is not told beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InhibitRules {
    /// What followed is still not told for so long after its cause is gone: replicas have to catch up first.
    pub after_s: f64,
}

impl Default for InhibitRules {
    fn default() -> Self {
        Self { after_s: 120.0 }
    }
}
