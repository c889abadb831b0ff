//! The allocator, and how memory that nobody uses goes back to the operating system.
//!
//! mimalloc gives free pages back a second or more after they became free, but only when a thread
//! gives up another page by then. A program without traffic frees nothing that large: after a password
//! was hashed it would keep the 19 MiB of argon2 for as long as nothing happens. So a block of its own
//! pages is asked for and given up now and then, untouched, which costs a microsecond.
//!
//! Huge pages are off (`no_thp`): they turned each scattered allocation into 2 MiB that are resident.

use std::hint::black_box;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Larger than what mimalloc keeps for the next one who asks.
const PAGES_OF_ITS_OWN: usize = 1 << 20;
const NOW_AND_THEN: Duration = Duration::from_secs(5);

/// Never ends.
pub async fn give_back() {
    let mut ticks = tokio::time::interval(NOW_AND_THEN);
    loop {
        ticks.tick().await;
        drop(black_box(Vec::<u8>::with_capacity(PAGES_OF_ITS_OWN)));
    }
}
