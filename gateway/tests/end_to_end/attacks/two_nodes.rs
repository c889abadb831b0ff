//! Row 16 across nodes: what one node takes back is cut on the other; and a store that goes away.

use std::net::Ipv4Addr;
use std::time::Duration;

use config::clock::Stopwatch;
use serde_json::{Value, json};

use super::cut_off::{PATHS, long_lived, open_all, wiki};
use crate::end_to_end::harness::{
    Application, Browser, Gatehouse, Postgres, Upstream, Visitor, exchange,
};

const SECOND_NODE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// No limit for the gate, which takes far less than a second, but for a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(30);

struct Cluster {
    a: Gatehouse,
    b: Gatehouse,
    server: Postgres,
    upstream: Upstream,
}

impl Cluster {
    async fn start() -> Self {
        let server = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
        let upstream = Upstream::answering(long_lived).await;
        let a = Gatehouse::start()
            .on(&server)
            .with_application(wiki(&upstream))
            .await;
        let b = a.another_node(SECOND_NODE).await;
        Self {
            a,
            b,
            server,
            upstream,
        }
    }

    /// Makes the change, and waits until all that the visitor has open at the second node is cut
    /// and their cookie opens nothing more.
    async fn sees_cut(&self, visitor: &Visitor<'_>, why: &str, change: impl Future<Output = ()>) {
        let open = open_all(&self.b, visitor).await;
        let asked = get(&visitor.cookie_at("wiki").await);
        change.await;
        let watch = Stopwatch::start();
        let cuts = PATHS.iter().zip(open).map(async |(path, mut wire)| {
            let closed = wire.until_closed(PATIENCE).await;
            assert!(closed.is_some(), "{path} is still open after {why}");
            eprintln!("{why}: {path} cut after {:?}", watch.elapsed());
        });
        futures::future::join_all(cuts).await;
        until_refused(&self.b, &asked).await;
        eprintln!("{why}: refused after {:?}", watch.elapsed());
    }
}

fn get(cookie: &str) -> String {
    format!("GET /page HTTP/1.1\r\nHost: wiki.corp.test\r\nCookie: {cookie}\r\n\r\n")
}

async fn status(gate: &Gatehouse, request: &str) -> u16 {
    exchange(gate, request)
        .await
        .map_or(0, |reply| reply.status())
}

async fn until_refused(gate: &Gatehouse, request: &str) {
    let watch = Stopwatch::start();
    while status(gate, request).await == 200 {
        assert!(watch.elapsed() < PATIENCE, "still let in: {request}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn attack_16_what_one_node_takes_back_is_cut_on_the_other() {
    let cluster = Cluster::start().await;
    let Cluster { a, b, .. } = &cluster;

    let visitor = b.visitor("li.lei").await;
    let at_a = visitor.browser.led_to(a);
    let signing_out = async {
        let page = at_a.open(&a.url("access", "/sign-out")).await;
        at_a.submit(page.form("/sign-out")).await;
    };
    cluster.sees_cut(&visitor, "signing out", signing_out).await;

    let visitor = b.visitor("han.meimei").await;
    let revoking = async {
        a.command(&["sessions", "revoke", "han.meimei"]).await;
    };
    cluster
        .sees_cut(&visitor, "revoking the session", revoking)
        .await;

    let visitor = b.visitor("lin.tao").await;
    let disabling = async {
        a.command(&["members", "disable", "lin.tao"]).await;
    };
    cluster
        .sees_cut(&visitor, "disabling the member", disabling)
        .await;

    let visitor = b.visitor("wei.hua").await;
    let group = a.command(&["groups", "add", "writers", "--json"]).await;
    let group: Value = serde_json::from_str(&group).unwrap();
    a.command(&["groups", "add-member", "writers", "wei.hua"])
        .await;
    let only = json!({ "kind": "group", "id": group["id"] });
    a.apply(&wiki(&cluster.upstream).only_for(only)).await;
    let watch = Stopwatch::start();
    while status(b, &get(&visitor.cookie_at("wiki").await)).await != 200 {
        assert!(
            watch.elapsed() < PATIENCE,
            "the group never came into force"
        );
    }
    let leaving = async {
        a.command(&["groups", "remove-member", "writers", "wei.hua"])
            .await;
    };
    cluster
        .sees_cut(&visitor, "leaving the group", leaving)
        .await;
}

#[tokio::test]
async fn attack_16_an_address_refused_at_one_node_is_cut_on_the_other() {
    let cluster = Cluster::start().await;
    let Cluster { a, b, .. } = &cluster;
    let visitor = b.visitor("li.lei").await;
    // A session made at one node is one at the other too.
    assert_eq!(status(a, &get(&visitor.cookie_at("wiki").await)).await, 200);
    let file = a.folder().join("blocked.txt");
    std::fs::write(&file, "127.0.0.0/8\n").unwrap();
    let refusing = async {
        let file = file.to_str().unwrap();
        let apply = [
            "ip-lists", "apply", "blocked", file, "--effect", "deny", "--global",
        ];
        a.command(&apply).await;
    };
    cluster
        .sees_cut(&visitor, "refusing the address", refusing)
        .await;
}

#[tokio::test]
async fn a_store_that_goes_away_stops_nobody_who_is_in_and_heals_by_itself() {
    let mut cluster = Cluster::start().await;
    let asked = {
        let visitor = cluster.b.visitor("li.lei").await;
        get(&visitor.cookie_at("wiki").await)
    };
    assert_eq!(status(&cluster.b, &asked).await, 200);
    cluster.server.stop();
    let watch = Stopwatch::start();

    assert_eq!(status(&cluster.b, &asked).await, 200, "who is in goes on");
    let unknown = get("__Host-gatehouse=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(status(&cluster.b, &unknown).await, 503, "nobody can tell");
    let english = Browser::new(&cluster.b);
    let url = cluster.b.url("access", "/sign-in");
    let page = english.open(&url).await;
    assert_eq!(page.status, 503, "{page:?}");
    assert!(
        page.shows("Signing in is not possible just now"),
        "{page:?}"
    );
    assert!(page.headers.contains_key("retry-after"));
    let page = english.speaking("zh-CN").open(&url).await;
    assert!(page.shows("暂时无法登录"), "{page:?}");
    let refused = cluster.b.try_command(&["members", "list"]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("store"),
        "{said}"
    );
    cluster
        .b
        .until_readiness(200, "the store has not answered for")
        .await;
    assert_eq!(
        status(&cluster.b, &asked).await,
        200,
        "still within the grace"
    );

    // A node that starts meanwhile says what it waits for.
    cluster.a.kill();
    cluster.a.start_again();
    cluster.a.until_it_says("the store is away").await;
    cluster.a.until_readiness(503, "\"store\"").await;
    eprintln!("away for {:?}", watch.elapsed());

    cluster.server.start_again();
    let watch = Stopwatch::start();
    cluster.a.until_ready().await;
    eprintln!("the first node is ready after {:?}", watch.elapsed());
    cluster.b.until_readiness(200, "\"concerns\":[]").await;
    eprintln!("the second node has healed after {:?}", watch.elapsed());
    let visitor = cluster.b.visitor("han.meimei").await;
    let change = async {
        cluster
            .a
            .command(&["members", "disable", "han.meimei"])
            .await;
    };
    cluster.sees_cut(&visitor, "healing", change).await;
    assert_eq!(status(&cluster.b, &asked).await, 200);
}

/// Beyond the grace nobody gets in, and the node says that a balancer should look elsewhere.
#[tokio::test]
async fn a_store_that_stays_away_longer_than_the_grace_lets_nobody_in() {
    let mut server = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .on(&server)
        .with_settings("[sessions]\ngrace = \"2s\"")
        .with_application(Application::new("wiki", &upstream))
        .await;
    let visitor = gate.visitor("li.lei").await;
    let asked = get(&visitor.cookie_at("wiki").await);
    server.stop();
    until_refused(&gate, &asked).await;
    assert_eq!(status(&gate, &asked).await, 503);
    let page = visitor.browser.open(&gate.url("wiki", "/")).await;
    assert_eq!(page.status, 503);
    assert!(
        page.headers["content-type"]
            .to_str()
            .unwrap()
            .contains("text/html")
    );
    gate.until_readiness(503, "nobody gets in").await;
    server.start_again();
    let watch = Stopwatch::start();
    while status(&gate, &asked).await != 200 {
        assert!(watch.elapsed() < PATIENCE, "never let in again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eprintln!("let in again after {:?}", watch.elapsed());
    gate.until_readiness(200, "\"ready\":true").await;
}
