//! Row 8: names that two readers read differently.

use crate::end_to_end::harness::{Application, Gatehouse, Upstream, Wire, exchange};

async fn gate_before(wiki: &Upstream, other: &Upstream) -> Gatehouse {
    Gatehouse::start()
        .with_application(Application::new("wiki", wiki))
        .with_application(Application::new("other", other).public())
        .await
}

#[tokio::test]
async fn attack_08_every_spelling_of_a_host_leads_to_the_same_application() {
    let (wiki, other) = (Upstream::start().await, Upstream::start().await);
    let gate = gate_before(&wiki, &other).await;
    for host in [
        "wiki.corp.test",
        "WIKI.Corp.TEST",
        "wiki.corp.test.",
        "wiki.corp.test:8443",
        "Wiki.corp.test.:443",
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let status = exchange(&gate, request).await.unwrap().status();
        assert!([400, 401].contains(&status), "{host}: {status}");
    }
    assert!(wiki.requests().is_empty() && other.requests().is_empty());
}

#[tokio::test]
async fn attack_08_a_request_that_names_two_hosts_is_refused() {
    let (wiki, other) = (Upstream::start().await, Upstream::start().await);
    let gate = gate_before(&wiki, &other).await;
    for head in [
        "GET / HTTP/1.1\r\nHost: other.corp.test\r\nHost: wiki.corp.test",
        "GET / HTTP/1.1\r\nHost: wiki.corp.test\r\nHost: other.corp.test",
        "GET / HTTP/1.1\r\nHost: other.corp.test, wiki.corp.test",
        "GET http://wiki.corp.test/ HTTP/1.1\r\nHost: other.corp.test",
        "GET http://other.corp.test/ HTTP/1.1\r\nHost: wiki.corp.test",
        "GET http://other.corp.test@wiki.corp.test/ HTTP/1.1\r\nHost: other.corp.test",
        "GET / HTTP/1.1\r\nHost: other.corp.test/wiki.corp.test",
        "GET / HTTP/1.1\r\nHost: other.corp.test@wiki.corp.test",
        "GET / HTTP/1.1\r\nHost: other.corp.test:80:90",
        "GET / HTTP/1.1\r\nHost: other.corp.test\x0b",
        "GET / HTTP/1.1\r\nHost:",
        "GET / HTTP/1.1\r\nX: y",
    ] {
        let reply = exchange(&gate, format!("{head}\r\n\r\n")).await;
        let status = reply.map(|reply| reply.status());
        assert!(
            matches!(status, Some(400 | 404 | 421) | None),
            "{head}: {status:?}"
        );
    }
    assert!(wiki.requests().is_empty() && other.requests().is_empty());
}

#[tokio::test]
async fn attack_08_an_authority_that_disagrees_with_host_is_refused_over_h2() {
    let (wiki, other) = (Upstream::start().await, Upstream::start().await);
    let gate = gate_before(&wiki, &other).await;
    for (authority, host) in [
        ("other.corp.test", "wiki.corp.test"),
        ("wiki.corp.test", "other.corp.test"),
    ] {
        let io = Wire::tls(&gate, "other.corp.test", "h2")
            .await
            .into_stream();
        let (mut sender, connection) = h2::client::handshake(io).await.unwrap();
        let driver = tokio::spawn(connection);
        let request = http::Request::get(format!("https://{authority}/"))
            .header("host", host)
            .body(())
            .unwrap();
        let (answer, _) = sender.send_request(request, true).unwrap();
        match answer.await {
            Ok(answer) => assert_eq!(answer.status(), 400, "{authority} and {host}"),
            Err(error) => assert!(error.is_reset(), "{authority} and {host}: {error}"),
        }
        driver.abort();
    }
    assert!(wiki.requests().is_empty() && other.requests().is_empty());
}
