//! Gatehouse under measurement: started as an operator starts it, with two applications and one
//! member who signs in as people do.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::BenchError;
use crate::browser::Browser;
use crate::door::{Door, free_address};
use crate::process::Process;

pub const ACCESS: &str = "access.localhost";
/// Anybody may open it.
pub const PUBLIC: &str = "public.localhost";
/// For members with the group; the upstream is told who they are.
pub const MEMBERS: &str = "members.localhost";
/// The same, with a watermark.
pub const MARKED: &str = "marked.localhost";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub struct Gatehouse {
    pub process: Process,
    pub monitor: SocketAddr,
    program: PathBuf,
    settings: PathBuf,
    browser: Browser,
}

impl Gatehouse {
    /// Starts `program` in `folder`, at `door`, in front of `origin`.
    pub fn start(
        program: &Path,
        folder: &Path,
        door: &Door,
        origin: SocketAddr,
    ) -> Result<Self, BenchError> {
        let monitor = free_address()?;
        let home = folder.join("gatehouse");
        std::fs::create_dir_all(&home).map_err(BenchError::io("making Gatehouse's folder"))?;
        let settings = home.join("gatehouse.toml");
        let text = settings_at(door, monitor);
        std::fs::write(&settings, text).map_err(BenchError::io("writing the settings"))?;
        let mut command = Command::new(program);
        command.arg("run").arg("--config").arg(&settings);
        let gatehouse = Self {
            process: Process::start("gatehouse", &mut command, door.plain)?,
            monitor,
            program: program.to_owned(),
            settings,
            browser: Browser::new(door.plain),
        };
        gatehouse.publish(&home, origin)?;
        Ok(gatehouse)
    }

    fn publish(&self, home: &Path, origin: SocketAddr) -> Result<(), BenchError> {
        let group = self.control(&["groups", "add", "Staff"])?;
        let group = group.get("id").cloned().unwrap_or_default();
        let members = json!({ "kind": "rules", "rules": [{
            "id": "staff", "name": "Staff", "effect": "allow",
            "who": [{ "kind": "group", "id": group }],
        }] });
        for (host, access, watermark) in [
            (PUBLIC, json!({ "kind": "public" }), false),
            (MEMBERS, members.clone(), false),
            (MARKED, members, true),
        ] {
            let file = home.join(format!("{host}.json"));
            let definition = json!({
                "name": { "en": host, "zh-CN": host }, "hosts": [host], "access": access,
                "watermark": watermark, "pool": { "upstreams": [{ "address": origin.to_string() }] },
                "identity": { "assertion": true, "headers": [
                    { "name": "X-Forwarded-User", "value": "username" },
                    { "name": "X-Forwarded-Groups", "value": "groups" },
                ] },
            });
            std::fs::write(&file, definition.to_string())
                .map_err(BenchError::io("writing an application"))?;
            self.control(&["applications", "apply", &file.to_string_lossy()])?;
        }
        let mark = home.join("watermark.json");
        let text =
            json!({ "enabled": true, "parts": [{ "kind": "name" }, { "kind": "username" }] });
        std::fs::write(&mark, text.to_string()).map_err(BenchError::io("writing the watermark"))?;
        self.control(&["watermark", "set", &mark.to_string_lossy()])?;
        Ok(())
    }

    /// Runs a command against the node and reads what it prints.
    fn control(&self, arguments: &[&str]) -> Result<Value, BenchError> {
        let output = Command::new(&self.program)
            .args(arguments)
            .arg("--config")
            .arg(&self.settings)
            .arg("--json")
            .output()
            .map_err(BenchError::io("running the command line"))?;
        if !output.status.success() {
            return Err(BenchError::Unexpected(format!(
                "gatehouse {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            )));
        }
        Ok(serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
    }

    /// Makes the first administrator, who is signed in by that, and opens the applications.
    pub fn sign_in(&mut self) -> Result<(), BenchError> {
        let link = self.control(&["set-up-link"])?;
        let code = link.get("code").and_then(Value::as_str).unwrap_or_default();
        let fields = [
            ("code", code),
            ("username", "load"),
            ("display_name", "Load Tester"),
            ("password", PASSWORD),
            ("repeated", PASSWORD),
        ];
        self.browser.fill(ACCESS, "/set-up", &fields)?;
        self.control(&["groups", "add-member", "Staff", "load"])?;
        for host in [MEMBERS, MARKED] {
            let page = self.browser.open(host, "/page.html")?;
            if page.status != 200 || page.host != host {
                return Err(BenchError::Unexpected(format!(
                    "{host} answered {} at {}: {}",
                    page.status, page.host, page.body
                )));
            }
            if (host == MARKED) != page.body.contains("data-text=") {
                return Err(BenchError::Unexpected(format!(
                    "{host}: the watermark is not where it should be"
                )));
            }
        }
        Ok(())
    }

    /// A new member, who has chosen a password.
    pub fn join(&self, username: &str) -> Result<(), BenchError> {
        let made = self.control(&["members", "add", username])?;
        let code = made.get("code").and_then(Value::as_str).unwrap_or_default();
        let mut browser = Browser::new(self.process.address);
        browser.fill(ACCESS, "/welcome", &[("code", code)])?;
        let fields = [("password", PASSWORD), ("repeated", PASSWORD)];
        let page = browser.fill(ACCESS, "/sign-in/new-password", &fields)?;
        if page.status == 200 {
            return Ok(());
        }
        Err(BenchError::Unexpected(format!(
            "{username} was answered {}: {}",
            page.status, page.body
        )))
    }

    /// Lets somebody who is there into the applications that are for members.
    ///
    /// # Errors
    /// If there is nobody of that name.
    pub fn put_into_staff(&self, username: &str) -> Result<(), BenchError> {
        self.control(&["groups", "add-member", "Staff", username])?;
        Ok(())
    }

    /// In which the first administrator is signed in.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// What a browser would send along to `host`.
    #[must_use]
    pub fn headers(&self, host: &str) -> Vec<String> {
        let mut headers = vec!["Accept: text/html".to_owned()];
        let cookies = self.browser.cookies_of(host);
        if !cookies.is_empty() {
            headers.push(format!("Cookie: {cookies}"));
        }
        headers
    }
}

fn settings_at(door: &Door, monitor: SocketAddr) -> String {
    format!(
        "version = 1\ndata = \"data\"\n[outbound]\nallow = [\"127.0.0.1\"]\n[access]\nurl = \"http://{ACCESS}:{}\"\n\
         [[listener]]\naddress = \"{}\"\n\
         [[listener]]\naddress = \"{}\"\n[listener.tls]\n\
         certificates = [{{ certificate = \"{}\", key = \"{}\" }}]\n\
         [monitor]\naddress = \"{monitor}\"\n\
         [limits]\nthreads = {}\n[log]\nfilter = \"warn\"\n",
        door.plain.port(),
        door.plain,
        door.secure,
        door.pair.certificate.display(),
        door.pair.key.display(),
        door.threads
    )
}
