//! Commands that change one thing, and leave what is beside it as it was.

use serde_json::Value;

use super::harness::Gatehouse;

async fn told(gate: &Gatehouse, arguments: &[&str]) -> Value {
    let said = gate.command(&[arguments, &["--json"]].concat()).await;
    serde_json::from_str(&said).unwrap()
}

#[tokio::test]
async fn one_entry_is_taken_off_a_list() {
    let gate = Gatehouse::start().await;
    let file = gate.folder().join("blocked.txt");
    std::fs::write(&file, "203.0.113.0/24 # scanners\n198.51.100.7\n").unwrap();
    let file = file.to_str().unwrap();
    let apply = ["ip-lists", "apply", "blocked", file, "--effect", "deny"];
    gate.command(&apply).await;
    let remove = ["ip-lists", "remove-entry", "blocked", "198.51.100.7"];
    gate.command(&remove).await;
    let left = told(&gate, &["ip-lists", "show", "blocked"]).await;
    assert_eq!(left[0]["range"], "203.0.113.0/24");
    assert_eq!(left.as_array().unwrap().len(), 1);
    let gone = gate.try_command(&remove).await;
    assert!(!gone.status.success());
}

#[tokio::test]
async fn a_persons_roles_are_set() {
    let gate = Gatehouse::start().await;
    gate.command(&["members", "add", "ann"]).await;
    gate.command(&["members", "roles", "ann", "auditor"]).await;
    let ann = told(&gate, &["members", "show", "ann"]).await;
    assert_eq!(ann["roles"][0]["role"], "auditor");
    gate.command(&["members", "roles", "ann"]).await;
    let ann = told(&gate, &["members", "show", "ann"]).await;
    assert_eq!(ann["roles"], Value::Array(Vec::new()));
}
