//! The program is killed, or the disk takes no more, in the middle of writing: no event that was
//! taken is lost.

use std::io::{BufRead, BufReader};

use super::*;

const BUSY: Limits = Limits {
    total_bytes: 64 << 20,
    gather: Duration::ZERO,
    segment_bytes: 100_000,
    sync_every: Duration::from_millis(20),
    oldest: Duration::from_mins(5),
};
const CHILD: &str = "GATEHOUSE_TEST_SPOOL";
const CHILD_TEST: &str = "spool::tests::crash::child_that_writes_until_it_is_killed";

/// Is nothing by itself: the test below runs it in a process of its own and kills that.
#[tokio::test]
async fn child_that_writes_until_it_is_killed() {
    let Ok(folder) = std::env::var(CHILD) else {
        return;
    };
    let from: i64 = std::env::var("GATEHOUSE_TEST_FROM")
        .unwrap()
        .parse()
        .unwrap();
    let spool = open(Path::new(&folder), BUSY);
    let (sender, receiver, state) = EventSender::new();
    let writing = Arc::clone(&state);
    tokio::spawn(async move {
        spool
            .write(receiver, writing, CancellationToken::new())
            .await;
    });
    for at in from.. {
        sender.send(access_event(&format!("e{at:05}"), at));
        while state.waiting.load(Ordering::Acquire) > 0 {
            tokio::task::yield_now().await;
        }
        // Taken: from here on it must not be lost.
        eprintln!("taken {at}.");
    }
}

#[tokio::test]
async fn kill_9_loses_no_event_that_was_taken_and_doubles_none() {
    let store = TestStore::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let mut taken = Vec::new();
    let mut from = 0;
    for round in 0..10_u64 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", CHILD_TEST])
            .arg("--nocapture")
            .env(CHILD, folder.path())
            .env("GATEHOUSE_TEST_FROM", from.to_string())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.stderr.take().unwrap();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(120 + 37 * round));
            child.kill().unwrap();
            child.wait().unwrap();
        });
        for line in BufReader::new(output).lines() {
            let line = line.unwrap();
            // The last line may have been cut off by the kill.
            if let Some(at) = line
                .strip_prefix("taken ")
                .and_then(|at| at.strip_suffix('.'))
            {
                taken.push(at.parse::<i64>().unwrap());
            }
        }
        killer.join().unwrap();
        from = taken.last().map_or(0, |last| last + 2);
        if round % 3 == 2 {
            carry_all(&open(folder.path(), BUSY), &store).await;
        }
    }
    carry_all(&open(folder.path(), BUSY), &store).await;
    assert!(
        taken.len() > 20,
        "too little was written to tell: {}",
        taken.len()
    );
    let mut read = store.read().await.unwrap();
    let count = crate::store::events::tests::count_access(&mut read).await;
    let mut page = Page {
        limit: 1000,
        ..Page::default()
    };
    let mut found = Vec::new();
    loop {
        let events = access_events(&mut read, &AccessFilter::default(), &page)
            .await
            .unwrap()
            .items;
        let Some(last) = events.last() else { break };
        page.after = Some(crate::store::events::Key {
            at: last.at,
            id: last.id.to_string(),
        });
        found.extend(events.iter().map(|event| event.at.as_millis()));
    }
    let distinct: std::collections::BTreeSet<i64> = found.iter().copied().collect();
    assert_eq!(distinct.len(), count, "none is there twice");
    let lost: Vec<_> = taken.iter().filter(|at| !distinct.contains(at)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}

/// The kernel refuses to let a file of the child grow beyond some dozen KiB: a write ends half-way, as on a
/// disk that is full.
#[tokio::test]
async fn a_write_that_ends_half_way_leaves_whole_events_only() {
    let store = TestStore::sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", CHILD_TEST])
        .arg("--nocapture")
        .env(CHILD, folder.path())
        .env("GATEHOUSE_TEST_FROM", "0")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.stderr.take().unwrap();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        child.kill().unwrap();
        child.wait().unwrap();
    });
    let taken = BufReader::new(output)
        .lines()
        .filter(|line| {
            line.as_ref()
                .is_ok_and(|l| l.starts_with("taken ") && l.ends_with('.'))
        })
        .count();
    killer.join().unwrap();
    assert!(taken > 50, "the limit was never near: {taken}");
    let spool = open(folder.path(), BUSY);
    carry_all(&spool, &store).await;
    assert_eq!(
        stored(&store).await,
        ids(&events(0..i64::try_from(taken).unwrap()))
    );
    let damaged = fs::read_dir(folder.path()).unwrap().any(|entry| {
        entry
            .unwrap()
            .path()
            .extension()
            .is_some_and(|e| e == "damaged")
    });
    assert!(!damaged, "what a failed write left has been taken back");
}
