//! What every test needs: patience with an end, temporary folders, the program run as a person runs it.

mod conform;
mod folder;
mod json;
mod modes;
mod needs;
mod terminal;
mod vigie;

pub use conform::assert_conforms;
pub use folder::{TempFolder, folder, root as run_folder};
pub use json::{at, float, group, int, partition, text, topic};
pub use needs::{Need, missing};
pub use terminal::{Nature, Terminal, XTERM};
pub use vigie::{Ran, Watch, command, vigie, vigie_until, vigie_with};

use std::time::{Duration, Instant};

/// Asks again and again until there is an answer. Panics with `what` past the limit.
pub fn wait_for<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "waited {limit:?} in vain for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A name that no other test of this or another run uses.
pub fn unique(name: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{name}-{}-{}-{:04x}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed), fastrand::u16(..))
}
