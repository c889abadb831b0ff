//! Waiting for what comes about in a moment. How long that takes is printed and proves nothing: machines
//! are busy.

use std::time::Duration;

use config::clock::Stopwatch;

/// Longer than a busy machine needs.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until `what` is so, and says how long it took.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let watch = Stopwatch::start();
    while !is_so().await {
        assert!(watch.elapsed() < PATIENCE, "{what}: it did not come about");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    eprintln!("{what}: after {:?}", watch.elapsed());
}
