//! Configuration as code, from the shell: written down, compared, applied.

use std::path::{Path, PathBuf};

use super::harness::{Application, Gatehouse, Upstream};

/// What it ended with, and all that it said.
async fn run(gate: &Gatehouse, arguments: &[&str]) -> (i32, String) {
    let output = gate.try_command(arguments).await;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.code().unwrap(), said)
}

#[tokio::test]
async fn files_are_exported_changed_compared_and_applied() {
    let upstream = Upstream::start().await;
    let gate = Gatehouse::start()
        .with_application(Application::new("open", &upstream).public())
        .await;
    let (code, said) = run(&gate, &["export", "files"]).await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&gate, &["diff", "-f", "files"]).await;
    assert_eq!(code, 0, "what was just exported is no difference: {said}");

    let file = gate.folder().join("files/applications/open.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("hosts:\n", "hosts:\n  - second.corp.test\n");
    std::fs::write(&file, &text).unwrap();
    let (code, said) = run(&gate, &["diff", "-f", "files"]).await;
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("~ change application open  (files/applications/open.yaml:2"),
        "{said}"
    );
    assert!(said.contains("second.corp.test"), "{said}");
    let (code, said) = run(&gate, &["apply", "-f", "files"]).await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&gate, &["apply", "-f", "files"]).await;
    assert_eq!((code, said.contains("0 changed")), (0, true), "{said}");

    std::fs::write(&file, text.replace("hosts:\n", "hosts:\n  - a b\n")).unwrap();
    for (command, ends) in [("diff", 2), ("apply", 1)] {
        let (code, said) = run(&gate, &[command, "-f", "files"]).await;
        assert_eq!(code, ends, "{said}");
        assert!(said.contains("files/applications/open.yaml:"), "{said}");
        assert!(said.contains("is not a host name"), "{said}");
    }
    let (code, said) = run(&gate, &["diff", "-f", "nowhere"]).await;
    assert_eq!((code, said.contains("nowhere")), (2, true), "{said}");
}

#[tokio::test]
async fn the_sample_of_the_sources_is_applied_and_pruned() {
    let gate = Gatehouse::start().await;
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/configuration");
    let sample: PathBuf = sample.canonicalize().unwrap();
    let sample = sample.to_str().unwrap();
    let (code, said) = run(&gate, &["apply", "--files", sample]).await;
    assert_eq!(
        (code, said.contains("+ create application wiki")),
        (0, true),
        "{said}"
    );
    let groups = Path::new(sample).join("groups.yaml");
    let only = ["diff", "-f", groups.to_str().unwrap()];
    let (code, said) = run(&gate, &only).await;
    assert_eq!(
        (code, said.contains("--prune removes it")),
        (0, true),
        "{said}"
    );
    let (code, said) = run(&gate, &[&only[..], &["--prune"]].concat()).await;
    assert_eq!(
        (code, said.contains("- remove application wiki")),
        (1, true),
        "{said}"
    );
    let (code, said) = run(&gate, &["apply", "-f", only[2], "--prune"]).await;
    assert_eq!(code, 0, "{said}");
    let left = gate.command(&["applications", "list"]).await;
    assert!(!left.contains("Wiki"), "{left}");
}
