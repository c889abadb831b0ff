//! Servers that tests start for themselves, and a browser that visits them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use parking_lot::Mutex;
use reqwest::redirect::Policy;
use serde_json::Value;
use url::Url;

use crate::testing::between;

/// A Python program among the tools, that tells where it is and obeys lines of JSON.
pub struct Server {
    program: Child,
    says: Mutex<BufReader<ChildStdout>>,
    asked: Mutex<ChildStdin>,
    /// Where it is.
    pub at: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Server {
    pub fn start(tests: &str, folder: &Path) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
        let mut program = Command::new(format!("{root}../target/tools/bin/python"))
            .arg("server.py")
            .current_dir(format!("{root}tests/{tests}"))
            .env("SERVER_FOLDER", folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self {
            says: Mutex::new(BufReader::new(program.stdout.take().unwrap())),
            asked: Mutex::new(program.stdin.take().unwrap()),
            program,
            at: String::new(),
        };
        server.at = server.line("AT ");
        server
    }

    fn line(&self, start: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let length = self.says.lock().read_line(&mut line).unwrap();
            assert!(length > 0, "the server did not start: run `make tools`");
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Has it do what the line says; gives what it answers.
    pub fn obey(&self, asked: &Value) -> String {
        writeln!(self.asked.lock(), "{asked}").unwrap();
        self.line("READY")
    }
}

/// A browser at somebody else's server: keeps cookies, and follows redirects while they stay there.
pub struct Visitor {
    home: String,
    client: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

/// A page, or where the browser is sent away to.
#[derive(Debug)]
pub enum Seen {
    Page(Url, String),
    Away(Url),
}

impl Seen {
    pub fn away(self) -> Url {
        match self {
            Self::Away(to) => to,
            Self::Page(at, body) => panic!("{at}: {body}"),
        }
    }

    pub fn page(self) -> (Url, String) {
        match self {
            Self::Page(at, body) => (at, body),
            Self::Away(to) => panic!("sent away to {to}"),
        }
    }
}

impl Visitor {
    pub fn at(home: &str) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none());
        let url = Url::parse(home).unwrap();
        Self {
            home: url.origin().ascii_serialization(),
            client: client.build().unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    pub async fn get(&mut self, address: &Url) -> Seen {
        let request = self.client.get(address.clone());
        self.follow(address.clone(), request).await
    }

    pub async fn post(&mut self, address: &Url, fields: &[(String, String)]) -> Seen {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let request = self
            .client
            .post(address.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("referer", address.as_str())
            .body(form.finish());
        self.follow(address.clone(), request).await
    }

    async fn follow(&mut self, mut at: Url, mut request: reqwest::RequestBuilder) -> Seen {
        loop {
            let jar: Vec<_> = self
                .cookies
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect();
            let answer = request
                .header("cookie", jar.join("; "))
                .send()
                .await
                .unwrap();
            for line in answer.headers().get_all("set-cookie") {
                let pair = line.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = answer.headers().get("location").cloned() else {
                return Seen::Page(at, answer.text().await.unwrap());
            };
            at = at.join(location.to_str().unwrap()).unwrap();
            if at.origin().ascii_serialization() != self.home {
                return Seen::Away(at);
            }
            request = self.client.get(at.clone());
        }
    }
}

/// The hidden fields of the form on a page.
pub fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input").skip(1);
    let inputs = inputs.map(|input| input.split('>').next().unwrap());
    let hidden = inputs.filter(|input| input.contains("type=\"hidden\""));
    let unescaped = |text: &str| {
        text.replace("&quot;", "\"")
            .replace("&#x27;", "'")
            .replace("&#39;", "'")
            .replace("&#34;", "\"")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#38;", "&")
            .replace("&amp;", "&")
    };
    hidden
        .map(|input| {
            let value = if input.contains("value=\"") {
                between(input, "value=\"", "\"")
            } else {
                ""
            };
            (between(input, "name=\"", "\"").to_owned(), unescaped(value))
        })
        .collect()
}
