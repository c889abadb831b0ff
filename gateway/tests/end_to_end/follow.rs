//! `gatehouse events … --follow` misses nothing, however much happens within a second.

use std::fs::File;
use std::time::Duration;

use config::clock::Stopwatch;

use super::harness::{Application, Gatehouse, Upstream, Wire};

const REQUESTS: usize = 700;

#[tokio::test]
async fn whoever_follows_a_log_sees_more_than_a_page_of_it_in_a_second() {
    let upstream = Upstream::start().await;
    let open = Application::new("open", &upstream).public();
    let gate = Gatehouse::start().with_application(open).await;
    let file = gate.folder().join("followed");
    let mut following = gate
        .prepared_command(&["events", "access", "--follow", "--limit", "1"])
        .stdout(File::create(&file).unwrap())
        .spawn()
        .unwrap();
    let mut wire = Wire::plain(&gate).await;
    for number in 0..REQUESTS {
        let request = format!("GET /number/{number}/ HTTP/1.1\r\nHost: open.corp.test\r\n\r\n");
        wire.send(request).await.unwrap();
        assert_eq!(wire.reply().await.unwrap().status(), 200);
    }
    let watch = Stopwatch::start();
    loop {
        let said = std::fs::read_to_string(&file).unwrap();
        let of = |number: usize| said.matches(&format!("/number/{number}/")).count();
        let times: Vec<usize> = (0..REQUESTS).map(of).collect();
        if times.iter().all(|times| *times == 1) {
            break;
        }
        let most = times.iter().max();
        assert!(most <= Some(&1), "told more than once: {said}");
        let missing = times.iter().filter(|times| **times == 0).count();
        let patience = Duration::from_mins(1);
        assert!(watch.elapsed() < patience, "{missing} are missing: {said}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    following.kill().await.unwrap();
}
