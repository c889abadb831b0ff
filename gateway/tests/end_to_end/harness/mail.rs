//! A mail server that is not ours (aiosmtpd, a Python package that `make tools` installs).

use std::path::Path;
use std::process::Stdio;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::browser::Browser;
use super::gatehouse::Gatehouse;
use super::patience::PATIENCE;

pub struct MailServer {
    port: u16,
    taken: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl MailServer {
    pub async fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut process = Command::new(root.join("target/tools/bin/python"))
            .arg(root.join("admin/src/messages/tests/smtp_server.py"))
            .arg("none")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("run `make tools`");
        let mut taken = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = taken.next_line().await.unwrap().expect("a port");
        Self {
            port: port.parse().unwrap(),
            taken,
            _process: process,
        }
    }

    /// The text of the next mail that it takes, and to whom it goes.
    pub async fn mail(&mut self) -> (String, String) {
        let line = tokio::time::timeout(PATIENCE, self.taken.next_line());
        let line = line.await.expect("no mail came").unwrap().unwrap();
        let mail: Value = serde_json::from_str(&line).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&mail["text"]), text(&mail["to"][0]))
    }
}

impl Gatehouse {
    /// Calls the API as an owner's token may, and must be answered with a success.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let made = ["tokens", "create", "calls", "--role", "owner", "--json"];
        let token: Value = serde_json::from_str(&self.command(&made).await).unwrap();
        let url = self.url("access", &format!("/api/v1{path}"));
        let mut request = Browser::new(self)
            .fetch(method, &url)
            .header("If-Match", "*")
            .bearer_auth(token["secret"].as_str().unwrap());
        if let Some(body) = &body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let (status, said) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status}: {said}");
        serde_json::from_str(&said).unwrap_or_default()
    }

    /// Sends mail by that server from now on.
    pub async fn send_mail_by(&self, server: &MailServer) {
        let sender = json!({
            "host": "127.0.0.1", "port": server.port, "security": "none",
            "from": "gate@corp.test", "from_name": {"en": "Corp", "zh-CN": "公司"},
            "ceilings": {"per_recipient": 20, "per_day": 100},
        });
        let draft = json!({ "sender": sender });
        self.call(Method::PUT, "/senders/mail", Some(draft)).await;
    }

    /// Vouches that the address is the member's.
    pub async fn verify_mail(&self, username: &str, email: &str) {
        let found: Value =
            serde_json::from_str(&self.command(&["members", "show", username, "--json"]).await)
                .unwrap();
        let profile = json!({
            "username": username, "display_name": username, "email": email, "email_verified": true,
        });
        let path = format!("/members/{}", found["id"].as_str().unwrap());
        self.call(Method::PUT, &path, Some(profile)).await;
    }
}
