use crate::model::WarmUp;
use std::time::{Duration, Instant};

/// The reading of the past at the start, and when it is enough.
pub(super) struct WarmUpWatch {
    most_bytes: u64,
    most_time: Duration,
    began: Option<Instant>,
    listed: bool,
    told: WarmUp,
}

impl WarmUpWatch {
    pub fn new(most_bytes: u64, most_time: Duration) -> Self {
        Self { most_bytes, most_time, began: None, listed: false, told: WarmUp::default() }
    }

    /// The first partitions are being read.
    pub fn begin(&mut self, now: Instant) {
        self.began.get_or_insert(now);
    }

    /// Everything that was there at the start is known.
    pub fn listed(&mut self) {
        self.listed = true;
    }

    /// Bytes of records before the live part.
    pub fn read(&mut self, bytes: usize) {
        self.told.bytes += bytes as u64;
    }

    pub fn left_out(&mut self, records: u64) {
        self.told.left_out += records;
    }

    /// `warming`: partitions that are not through. True: it is enough, the rest of their past is to be left out.
    pub fn judge(&mut self, warming: usize, now: Instant) -> bool {
        if self.told.done {
            return false;
        }
        let late = self.began.is_some_and(|b| now.saturating_duration_since(b) >= self.most_time);
        let cut = warming > 0 && (late || self.told.bytes >= self.most_bytes);
        self.told.done = self.listed && (cut || warming == 0);
        cut
    }

    pub fn done(&self) -> bool {
        self.told.done
    }

    pub fn told(&self) -> WarmUp {
        self.told.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_secs(10);

    #[test]
    fn it_is_done_when_all_were_read() {
        let now = Instant::now();
        let mut watch = WarmUpWatch::new(1_000, MAX);
        watch.begin(now);
        assert!(!watch.judge(0, now) && !watch.done(), "more may be found");
        watch.listed();
        assert!(!watch.judge(2, now) && !watch.done());
        assert!(!watch.judge(0, now) && watch.done());
    }

    #[test]
    fn it_is_cut_once_by_bytes_or_by_time() {
        let now = Instant::now();
        let mut by_bytes = WarmUpWatch::new(1_000, MAX);
        by_bytes.begin(now);
        by_bytes.read(1_000);
        assert!(by_bytes.judge(2, now) && !by_bytes.done(), "more may be found");
        by_bytes.listed();
        assert!(by_bytes.judge(2, now));
        assert!(!by_bytes.judge(2, now) && by_bytes.done());
        let mut by_time = WarmUpWatch::new(1_000, MAX);
        by_time.begin(now);
        by_time.listed();
        assert!(!by_time.judge(1, now + MAX / 2));
        assert!(by_time.judge(1, now + MAX));
    }
}
