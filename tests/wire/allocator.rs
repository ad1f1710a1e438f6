//! An allocator that knows how much its thread holds, to see what decoding takes.

#![allow(unsafe_code)] // an allocator cannot be written without; this one only counts

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// Runs `work` and answers the most bytes that this thread held during it, beyond what it held
/// before.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let done = work();
    (done, (PEAK.get() - before) as usize)
}

fn count(bytes: isize) {
    // A thread that is ending has no counters any more, and nothing measures it.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

// SAFETY: every call is handed to the system's allocator as it came; the counters are plain cells
// of this thread and never allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[test]
fn the_allocator_counts() {
    let (kept, peak) = peak(|| {
        drop(std::hint::black_box(vec![0_u8; 10_000]));
        std::hint::black_box(vec![0_u8; 100])
    });
    assert_eq!((kept.len(), peak), (100, 10_000));
}
