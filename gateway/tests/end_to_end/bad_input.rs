//! What an operator gets wrong, or a machine runs out of: a sentence that says what to do, and
//! nothing that ran before stops.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use config::clock::Stopwatch;

use super::harness::{Application, Browser, Gatehouse, Upstream, exchange};

fn refused_for(said: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(said.contains(sentence), "{sentence:?} is not in\n{said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn all_that_is_wrong_with_the_settings_is_told_at_once() {
    let wrong = "[limits]\nthraeds = 4\nconnections = -1\n[sessions]\ngrace = \"soon\"";
    let (code, said) = Gatehouse::start().with_settings(wrong).refused().await;
    assert_eq!(code, 2);
    refused_for(&said, &["thraeds", "threads", "connections", "grace"]);
}

#[tokio::test]
async fn a_port_that_is_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let more = format!("[[listener]]\naddress = \"{address}\"");
    let (code, said) = Gatehouse::start().with_settings(&more).refused().await;
    assert_eq!(code, 1);
    refused_for(&said, &[&address.to_string(), "free the address"]);
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_used_is_named() {
    let file = |name: &'static str, text: &'static str| {
        Gatehouse::start().prepared(move |folder, _| {
            let file = folder.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
        })
    };
    let no_folder = file("data", "a file where the folder should be");
    let (code, said) = no_folder.refused().await;
    assert_eq!(code, 1);
    refused_for(&said, &["data folder", "make it belong to the user"]);

    let no_database = file(
        "data/gatehouse.db",
        "this is no database, and much longer than one",
    );
    let (code, said) = no_database.refused().await;
    assert_eq!(code, 1);
    refused_for(&said, &["gatehouse.db is not a database", "restore"]);

    let no_key = file("data/master.key", "too short");
    let (code, said) = no_key.refused().await;
    assert_eq!(code, 1);
    refused_for(&said, &["master.key", "32 bytes"]);

    let in_the_way = file("data/spool", "a file where the spool should be");
    let (code, said) = in_the_way.refused().await;
    assert_eq!(code, 1);
    refused_for(&said, &["spool"]);
}

#[tokio::test]
async fn a_store_that_is_away_at_the_first_start_is_named() {
    let away = "[store]\nurl = \"postgres://gatehouse:secret-word@127.0.0.1:1/gatehouse\"";
    let (code, said) = Gatehouse::start().with_settings(away).refused().await;
    assert_eq!(code, 1);
    refused_for(&said, &["the store is away", "master.key"]);
    assert!(!said.contains("secret-word"), "{said}");
}

#[tokio::test]
async fn wrong_settings_at_a_reload_leave_what_ran() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("open", &upstream).public())
        .await;
    let file = gate.folder().join("gatehouse.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    for (bad, sentence) in [
        (
            format!("{good}\n[trust]\nproxies = [\"everybody\"]"),
            "everybody",
        ),
        (format!("{good}\n[trsut]\n"), "trsut"),
        (
            format!("{good}\nnot toml"),
            "the settings stay as they were",
        ),
        (String::new(), "version"),
        (format!("{good}\n[log]\nfilter = \"lo=ud=ly\""), "filter"),
    ] {
        std::fs::write(&file, bad).unwrap();
        gate.signal("HUP");
        gate.until_it_says(sentence).await;
    }
    std::fs::remove_file(&file).unwrap();
    gate.signal("HUP");
    gate.until_it_says("gatehouse.toml").await;
    let moved = good.replace("data = \"data\"", "data = \"elsewhere\"");
    std::fs::write(&file, moved).unwrap();
    gate.signal("HUP");
    gate.until_it_says("this change needs a restart").await;
    let request = "GET / HTTP/1.1\r\nHost: open.corp.test\r\n\r\n";
    assert_eq!(exchange(&gate, request).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_upstream_that_is_down_gets_a_page_in_the_readers_language() {
    let closed = {
        let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        held.local_addr().unwrap().to_string()
    };
    let gate = Gatehouse::start()
        .with_application(Application::at_address("down", &closed).public())
        .await;
    let url = gate.url("down", "/");
    for (language, says) in [
        ("en", "The application does not respond"),
        ("zh-CN", "应用无响应"),
    ] {
        let page = Browser::new(&gate).speaking(language).open(&url).await;
        assert!([502, 503].contains(&page.status.as_u16()), "{page:?}");
        assert!(page.shows(&format!("lang=\"{language}\"")), "{page:?}");
        assert!(page.shows(says), "{page:?}");
        assert!(
            !page.shows(&closed),
            "the address is nobody's business: {page:?}"
        );
    }
    let request = "GET / HTTP/1.1\r\nHost: down.corp.test\r\nAccept: application/json\r\n\r\n";
    let reply = exchange(&gate, request).await.unwrap();
    assert!([502, 503].contains(&reply.status()));
    assert!(reply.text().contains("\"code\""), "{}", reply.text());
}

/// Keeps so many connections open that say nothing, and sees whether somebody else is served.
async fn is_served_beside(gate: &Gatehouse, silent: usize) -> bool {
    let mut held = Vec::new();
    for _ in 0..silent {
        held.push(
            tokio::net::TcpStream::connect(gate.plain_address())
                .await
                .unwrap(),
        );
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let request = "GET / HTTP/1.1\r\nHost: open.corp.test\r\nConnection: close\r\n\r\n";
    let reply = exchange(gate, request).await;
    reply.is_some_and(|reply| reply.status() == 200)
}

#[tokio::test]
async fn a_low_limit_of_open_files_is_raised_where_it_may_be() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_open_files("-Sn 256")
        .with_settings("[limits]\nconnections = 2000")
        .with_application(Application::new("open", &upstream).public())
        .await;
    assert!(is_served_beside(&gate, 600).await);
    assert!(!gate.log().contains("ulimit"), "{}", gate.log());
}

#[tokio::test]
async fn where_few_files_may_be_open_few_connections_are_taken_and_nothing_else_fails() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_open_files("-n 500")
        .with_settings("[limits]\nconnections = 2000")
        .with_application(Application::new("open", &upstream).public())
        .await;
    let line = gate.until_it_says("ulimit -n) to 4256").await;
    assert!(line.contains("it takes 122 connections"), "{line}");
    assert!(
        !is_served_beside(&gate, 600).await,
        "more were taken than there is room for"
    );
    gate.visitor("li.lei").await;
    assert!(is_served_beside(&gate, 100).await);
    assert!(
        !gate.log().contains("Too many open files"),
        "{}",
        gate.log()
    );
}

/// A small disk of its own.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: PathBuf) -> Self {
        std::fs::create_dir_all(&at).unwrap();
        let mount = ["-t", "tmpfs", "-o", "size=8m", "tmpfs"];
        let mounted = Command::new("mount").args(mount).arg(&at).status();
        let mounted = mounted.is_ok_and(|status| status.success());
        assert!(mounted, "this user may not mount a disk");
        Self(at)
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let mut size = 8 << 20;
        let ballast = self.0.join("ballast");
        let mut file = std::fs::File::create(ballast).unwrap();
        while size > 0 {
            if std::io::Write::write_all(&mut file, &vec![0; size]).is_err() {
                size /= 2;
            }
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
#[ignore = "only some users may mount a disk: `make test-disk`"]
async fn a_full_disk_stops_what_cannot_be_recorded_and_heals_by_itself() {
    let (sender, disk) = std::sync::mpsc::channel();
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .prepared(move |folder, _| sender.send(SmallDisk::mount(folder.join("data"))).unwrap())
        .with_application(Application::new("wiki", &upstream))
        .await;
    let disk = disk.recv().unwrap();
    let visitor = gate.visitor("li.lei").await;
    let cookie = visitor.cookie_at("wiki").await;
    let request = format!("GET / HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n\r\n");
    let status = async || {
        exchange(&gate, &request)
            .await
            .map_or(0, |reply| reply.status())
    };
    assert_eq!(status().await, 200);
    disk.fill();
    let watch = Stopwatch::start();
    while status().await == 200 {
        assert!(watch.elapsed() < Duration::from_secs(30), "still let in");
    }
    assert_eq!(status().await, 503);
    let page = visitor.browser.open(&gate.url("wiki", "/")).await;
    assert_eq!(page.status, 503, "{page:?}");
    gate.until_readiness(503, "free disk space").await;
    // Signing in must be recorded too.
    let page = Browser::new(&gate)
        .open(&gate.url("access", "/sign-in"))
        .await;
    if page.has_form("/sign-in") {
        let form = page.form("/sign-in").fill("username", "li.lei");
        let form = form.fill("password", super::harness::PASSWORD);
        let page = Browser::new(&gate).submit(form).await;
        assert!(!page.status.is_success(), "{page:?}");
    }
    disk.make_room();
    gate.until_readiness(200, "\"ready\":true").await;
    let watch = Stopwatch::start();
    while status().await != 200 {
        assert!(
            watch.elapsed() < Duration::from_secs(30),
            "never let in again"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    visitor.sign_out().await;
    let page = visitor.sign_in().await;
    assert!(page.status.is_success(), "{page:?}");
}
