use std::time::Duration;

/// The longest pause between two readings of a slow cluster.
const SLOWEST: Duration = Duration::from_secs(30);

/// How often the cluster is read. One that needs more than half of the interval is asked half as often, up to every 30 s, and
/// as often as before once it is quick again.
#[derive(Debug)]
pub struct Pace {
    usual: Duration,
    now: Duration,
}

impl Pace {
    pub fn new(usual: Duration) -> Self {
        Self { usual, now: usual }
    }

    /// A reading took this long: the pause until the next one begins.
    pub fn after(&mut self, took: Duration) -> Duration {
        if took > self.now / 2 {
            self.now = (self.now * 2).min(SLOWEST.max(self.usual));
        } else if took < self.now / 8 {
            self.now = (self.now / 2).max(self.usual);
        }
        self.now.saturating_sub(took)
    }

    /// Nobody answered: that wait was pause enough, for the cluster may be back at any moment.
    pub fn after_failure(&self) -> Duration {
        self.usual.min(Duration::from_millis(500))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn a_slow_cluster_is_asked_less_and_recovers() {
        let mut pace = Pace::new(S(2));
        assert_eq!(pace.after(Duration::from_millis(100)), Duration::from_millis(1_900));
        assert_eq!(pace.after(S(3)), S(1));
        assert_eq!(pace.now, S(4));
        for _ in 0..9 {
            pace.after(S(60));
        }
        assert_eq!(pace.now, S(30));
        for _ in 0..9 {
            pace.after(Duration::from_millis(10));
        }
        assert_eq!(pace.now, S(2));
    }

    #[test]
    fn it_never_overlaps_itself() {
        let mut pace = Pace::new(S(2));
        assert_eq!(pace.after(S(9)), S(0));
    }
}
