//! The checks of `scim2-tester`, a client that knows nothing of us, over a real connection.

use std::path::Path;
use std::process::Stdio;

use axum::Extension;
use config::link::Visitor;
use tokio::net::TcpListener;
use tokio::process::Command;

use super::Provider;
use crate::store::testing::on_both_engines;
use crate::sync::testing::unlimited;
use crate::testing::ACCESS;

/// It is a Python package: `make tools` installs it where this test looks.
#[tokio::test]
async fn an_independent_client_finds_that_we_comply() {
    on_both_engines(async |store| {
        let provider = Provider::new(store, unlimited()).await;
        let visitor = Visitor {
            client_address: provider.address,
            host: ACCESS.to_owned(),
            request_id: "r1".to_owned(),
            application: None,
        };
        let router = provider.house.router.clone().layer(Extension(visitor));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move { axum::serve(listener, router).await });

        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin/scim2");
        assert!(
            program.exists(),
            "{} is missing: run `make tools`",
            program.display()
        );
        let directory = provider.directory.as_str();
        let url = format!("http://127.0.0.1:{port}/.gatehouse/scim/v2/directories/{directory}");
        let told = Command::new(program)
            .args(["--url", &url, "test"])
            .env(
                "SCIM_CLI_HEADERS",
                format!("Authorization: Bearer {}", provider.token),
            )
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        server.abort();
        let said = String::from_utf8_lossy(&told.stdout).into_owned();
        let complained = String::from_utf8_lossy(&told.stderr).into_owned();
        // It counts what it skips, the search that we do not offer, as no success.
        let results: Vec<&str> = said
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
            .skip_while(|line| line.starts_with("Performing"))
            .collect();
        assert!(results.len() > 50, "{said}{complained}");
        for line in results {
            let passed = line.starts_with("SUCCESS") || line == "SKIPPED search_with_attributes";
            assert!(passed, "{line}\n{said}");
        }
    })
    .await;
}
