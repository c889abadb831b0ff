//! The API does what its description says, whatever it is sent: no answer of a kind that is not
//! described, none that says that something is broken, none without a credential.
//!
//! Schemathesis reads the description and makes up requests, good ones and bad ones. It is a Python
//! package: `make tools` installs it where this test looks.

use std::path::Path;
use std::process::Stdio;

use super::harness::{Gatehouse, Postgres, Starting};

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
     response_schema_conformance,response_headers_conformance,ignored_auth,unsupported_method,\
     negative_data_rejection";

/// Whoever is refused for asking too often has not been asked anything.
const UNTHROTTLED: &str = "[limits]\napi_rate = 1000000\napi_burst = 1000000";

async fn obeys_its_description(starting: Starting) {
    let gate = starting.with_settings(UNTHROTTLED).await;
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin/st");
    assert!(
        program.exists(),
        "{} is missing: run `make tools`",
        program.display()
    );
    let made = gate
        .command(&["tokens", "create", "contract", "--role", "owner", "--json"])
        .await;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
    let api = format!("http://{}/api/v1", gate.plain_address());
    let description = reqwest::Client::new()
        .get(format!("{api}/openapi.json"))
        .header("host", "access.corp.test")
        .header("authorization", &bearer)
        .send()
        .await
        .unwrap();
    let file = gate.folder().join("openapi.json");
    std::fs::write(&file, description.bytes().await.unwrap()).unwrap();

    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/end_to_end");
    let run = tokio::process::Command::new(&program)
        .arg("--config-file")
        .arg(tests.join("schemathesis.toml"))
        .arg("run")
        .arg(&file)
        .args(["--url", &api, "--checks", CHECKS])
        .args(["--phases", "examples,coverage", "--workers", "1"])
        .args(["--seed", "1", "--no-shrink", "--warnings", "off"])
        // The token with which it asks is one that it could end; what is made up is not to be sent to
        // services that exist.
        .args([
            "--exclude-path-regex",
            "tokens/\\{id\\}|senders/(mail|sms)/tests",
        ])
        .args(["-H", "Host: access.corp.test"])
        .args(["-H", &format!("Authorization: {bearer}")])
        .current_dir(gate.folder())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}");
    let log = gate.log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    let metrics = gate.metrics().await;
    assert!(!metrics.contains("status=\"429\""), "{metrics}");
}

#[tokio::test]
async fn the_api_obeys_its_description_on_sqlite() {
    obeys_its_description(Gatehouse::start()).await;
}

#[tokio::test]
async fn the_api_obeys_its_description_on_postgresql() {
    let server = Postgres::start();
    obeys_its_description(Gatehouse::start().on(&server)).await;
}
