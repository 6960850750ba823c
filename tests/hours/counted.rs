//! Every allocation of this process is counted: bytes that are held, to the byte and the same in every run.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

pub struct Counted;

static HELD: AtomicUsize = AtomicUsize::new(0);

/// Bytes that are held now, as they were asked for.
pub fn held() -> usize {
    HELD.load(Ordering::Relaxed)
}

fn count(grown: usize, shrunk: usize) {
    HELD.fetch_add(grown, Ordering::Relaxed);
    HELD.fetch_sub(shrunk, Ordering::Relaxed);
}

// SAFETY: every call goes on to the system's allocator as it came; the counting touches no memory of theirs.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller's promise is the one that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above; the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above; the pointer came from `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
