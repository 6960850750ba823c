use std::time::Instant;

/// How fast a search reads: a part of the read budget, so that the tail keeps the rest.
pub struct Pace {
    /// Bytes a second.
    limit: f64,
    tokens: f64,
    at: Instant,
}

impl Pace {
    pub fn new(bytes_per_s: u64, now: Instant) -> Self {
        let limit = bytes_per_s as f64;
        Self { limit, tokens: limit, at: now }
    }

    pub fn spend(&mut self, bytes: u64) {
        self.tokens -= bytes as f64;
    }

    /// Whether more may be read now.
    pub fn allows(&mut self, now: Instant) -> bool {
        self.tokens = (self.tokens + self.limit * now.saturating_duration_since(self.at).as_secs_f64()).min(self.limit);
        self.at = now;
        self.tokens > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn it_reads_as_much_as_it_may_and_no_more() {
        let start = Instant::now();
        let mut pace = Pace::new(1_000_000, start);
        let mut read = 0_u64;
        for ms in 1..=10_000 {
            if pace.allows(start + Duration::from_millis(ms)) {
                pace.spend(30_000);
                read += 30_000;
            }
        }
        assert!((10_900_000..=11_100_000).contains(&read), "a second's worth at once, then ten: {read}");
    }
}
