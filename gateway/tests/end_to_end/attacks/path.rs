//! Row 7: paths that two readers read differently.

use crate::end_to_end::harness::{Application, Gatehouse, Upstream, exchange};

async fn gate_before(upstream: &Upstream) -> Gatehouse {
    let application = Application::new("wiki", upstream).with_public_path("/public");
    Gatehouse::start().with_application(application).await
}

#[tokio::test]
async fn attack_07_no_spelling_of_a_private_path_passes_for_a_public_one() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    for target in [
        "/public/../private",
        "/public/%2e%2e/private",
        "/public/%2E./private",
        "/public/.%2e/private",
        "/public/..;/private",
        "/public/..;x=1/private",
        "/public;/../private",
        "/public/..%2fprivate",
        "/public/%2e%2e%2fprivate",
        "/public%2f..%2fprivate",
        "/public/..%5cprivate",
        "/public\\..\\private",
        "/public/..\\private",
        "/public/%252e%252e/private",
        "/public/%252e%252e%252fprivate",
        "/public/%c0%ae%c0%ae/private",
        "/public/%e0%80%ae%e0%80%ae/private",
        "/public/%00/../private",
        "/public%00/private",
        "/public/./../private",
        "/public//../../private",
        "//public/../private",
        "/private?/public",
        "/private?path=/public/x",
        "/private#/public",
        "/private%3f/public",
        "/private%23/public",
        "/./private",
        "//private",
        "/PUBLIC/x",
        "/publicity",
        "/public%",
        "/public/%zz/../private",
        "/%70ublic/../private",
        "public/../private",
        "*",
    ] {
        upstream.forget();
        let request = format!("GET {target} HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n");
        let status = exchange(&gate, request).await.map(|reply| reply.status());
        assert!(
            matches!(status, Some(400 | 401 | 404) | None),
            "{target}: {status:?}"
        );
        assert!(
            upstream.requests().is_empty(),
            "{target} reached the upstream"
        );
    }
}

#[tokio::test]
async fn attack_07_what_was_matched_is_forwarded_byte_for_byte() {
    let upstream = Upstream::start().await;
    let gate = gate_before(&upstream).await;
    for target in [
        "/public",
        "/public/a%20b",
        "/public/%E4%B8%AD%e6%96%87",
        "/public/a?x=%2e%2e%2f&y=/../z&&=;",
        "/public/a?",
        "/public/~a!$&'()*+,=:@b",
        "/public/...",
        "/public/a..b",
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: wiki.corp.test\r\n\r\n");
        let reply = exchange(&gate, request).await.unwrap();
        assert_eq!(reply.status(), 200, "{target}");
        assert_eq!(upstream.last().target(), target);
    }
}
