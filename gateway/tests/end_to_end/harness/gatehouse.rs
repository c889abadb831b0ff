//! The program under test: started in a folder of its own, stopped when the test ends.

use std::fs::File;
use std::future::{Future, IntoFuture};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use config::clock::Stopwatch;
use tempfile::TempDir;

use super::application::Application;
use super::certificates::Certificates;
use super::postgres::Postgres;
use super::settings::{self, Addresses};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gatehouse");

pub struct Gatehouse {
    /// First, so that it has ended when its folder goes.
    child: Running,
    folder: TempDir,
    addresses: Addresses,
    certificates: Certificates,
    /// What was added to the settings file.
    settings: String,
}

/// What a test asks for before the program starts.
#[derive(Default)]
pub struct Starting {
    applications: Vec<Application>,
    settings: String,
    without_administrator: bool,
    preparation: Option<Preparation>,
    open_files: Option<&'static str>,
}

type Preparation = Box<dyn FnOnce(&Path, &Certificates) + Send>;

impl Starting {
    /// Does something with its folder, and the certificates in it, before it starts.
    pub fn prepared(mut self, by: impl FnOnce(&Path, &Certificates) + Send + 'static) -> Self {
        self.preparation = Some(Box::new(by));
        self
    }

    /// With so few open files: what `ulimit` is told, such as `-Sn 256`.
    pub fn with_open_files(mut self, ulimit: &'static str) -> Self {
        self.open_files = Some(ulimit);
        self
    }

    /// Starts it, ready or not, without an administrator or an application.
    pub fn unready(self) -> Gatehouse {
        Gatehouse::launch(self.settings, self.preparation, self.open_files)
    }

    /// Starts it, and says with which code it ended and what it wrote. It must not run.
    pub async fn refused(self) -> (i32, String) {
        let mut gate = self.unready();
        for _ in 0..600 {
            if let Some(status) = gate.child.0.try_wait().unwrap() {
                return (status.code().unwrap_or(-1), gate.log());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it runs:\n{}", gate.log());
    }

    /// As it is when it was started for the first time.
    pub fn without_administrator(mut self) -> Self {
        self.without_administrator = true;
        self
    }

    pub fn with_application(mut self, application: Application) -> Self {
        self.applications.push(application);
        self
    }

    /// More of the settings file, such as `[trust]` with its keys.
    pub fn with_settings(mut self, toml: &str) -> Self {
        self.settings.push_str(toml);
        self.settings.push('\n');
        self
    }

    /// Keeps its store on this server, sealed with a key that another node can be given.
    pub fn on(self, server: &Postgres) -> Self {
        self.with_settings(&server.settings())
    }

    /// Believes what peers on loopback say of the client.
    pub fn trusting_loopback(self) -> Self {
        self.with_settings("[trust]\nproxies = [\"127.0.0.0/8\"]")
    }
}

impl IntoFuture for Starting {
    type Output = Gatehouse;
    type IntoFuture = Pin<Box<dyn Future<Output = Gatehouse> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self {
                applications,
                without_administrator,
                ..
            } = &self;
            let (applications, is_new) = (applications.clone(), *without_administrator);
            let mut gate = self.unready();
            gate.until_ready().await;
            if !is_new {
                gate.set_up().await;
            }
            for application in &applications {
                gate.apply_and_wait(application).await;
            }
            gate
        })
    }
}

impl Gatehouse {
    pub fn start() -> Starting {
        Starting::default()
    }

    fn launch(more: String, preparation: Option<Preparation>, open_files: Option<&str>) -> Self {
        // pingora and reqwest are built without a provider of their own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::make(folder.path());
        let addresses = Addresses::free();
        if let Some(prepare) = preparation {
            prepare(folder.path(), &certificates);
        }
        Self::spawned(folder, addresses, certificates, more, open_files)
    }

    fn spawned(
        folder: TempDir,
        addresses: Addresses,
        certificates: Certificates,
        more: String,
        open_files: Option<&str>,
    ) -> Self {
        let file = folder.path().join("gatehouse.toml");
        settings::write(&file, addresses, &certificates, &more);
        let child = Running(spawn(&folder, &[], open_files));
        Self {
            folder,
            addresses,
            certificates,
            settings: more,
            child,
        }
    }

    /// Another node with the same settings, on the same ports of another loopback address.
    pub async fn another_node(&self, address: Ipv4Addr) -> Self {
        let mut other = Self::spawned(
            tempfile::tempdir().unwrap(),
            self.addresses.on(address),
            self.certificates.clone(),
            self.settings.clone(),
            None,
        );
        other.until_ready().await;
        other
    }

    /// A second process takes the place of the one that runs; returns how that one ended.
    pub async fn upgrade(&mut self) -> ExitStatus {
        let new = Running(spawn(&self.folder, &["--upgrade"], None));
        self.until_it_says("waiting for the listening sockets")
            .await;
        self.signal("QUIT");
        let mut old = std::mem::replace(&mut self.child, new);
        let ended = tokio::task::spawn_blocking(move || old.0.wait().unwrap());
        let ended = ended.await.unwrap();
        self.until_ready().await;
        ended
    }

    /// Waits until it writes this, and returns the line.
    pub async fn until_it_says(&self, text: &str) -> String {
        for _ in 0..1200 {
            if let Some(line) = self.log().lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it never said {text:?}:\n{}", self.log());
    }

    /// Sends it a signal, such as `HUP`.
    pub fn signal(&self, name: &str) {
        let id = self.child.0.id().to_string();
        let kill = Command::new("kill").args(["-s", name, &id]).status();
        assert!(kill.unwrap().success(), "SIG{name} to {id}");
    }

    /// What `/readyz` says: the status, and the problems. 0 where nobody answers yet.
    pub async fn readiness(&self) -> (u16, String) {
        let url = format!("http://{}/readyz", self.addresses.monitor);
        match reqwest::get(&url).await {
            Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap()),
            Err(why) => (0, why.to_string()),
        }
    }

    /// Waits until it says that it is ready.
    pub async fn until_ready(&mut self) {
        let watch = Stopwatch::start();
        let url = format!("http://{}/readyz", self.addresses.monitor);
        loop {
            if let Ok(Some(status)) = self.child.0.try_wait() {
                panic!("gatehouse ended with {status}:\n{}", self.log());
            }
            let answer = reqwest::get(&url).await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let patience = Duration::from_mins(1);
            assert!(watch.elapsed() < patience, "not ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Where it takes TLS connections.
    pub fn address(&self) -> SocketAddr {
        self.addresses.tls
    }

    /// Where it takes plain connections.
    pub fn plain_address(&self) -> SocketAddr {
        self.addresses.plain
    }

    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// `https://NAME.corp.test:PORT` followed by `path`.
    pub fn url(&self, name: &str, path: &str) -> String {
        format!(
            "https://{name}.corp.test:{}{path}",
            self.addresses.tls.port()
        )
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Waits until `/readyz` has this status and says this.
    pub async fn until_readiness(&self, status: u16, says: &str) -> String {
        let watch = Stopwatch::start();
        loop {
            let (found, text) = self.readiness().await;
            if found == status && text.contains(says) {
                return text;
            }
            let patience = Duration::from_secs(30);
            assert!(watch.elapsed() < patience, "{found} {text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs `gatehouse` with these arguments, in the folder of the one that runs.
    pub async fn try_command(&self, arguments: &[&str]) -> Output {
        self.prepared_command(arguments).output().await.unwrap()
    }

    /// The same, before it is started.
    pub fn prepared_command(&self, arguments: &[&str]) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(PROGRAM);
        command
            .args(arguments)
            .args(["--config", "gatehouse.toml"])
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs it; a test fails if the command does.
    pub async fn command(&self, arguments: &[&str]) -> String {
        let output = self.try_command(arguments).await;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "gatehouse {arguments:?}: {said}{complaint}\n{}",
            self.log()
        );
        said
    }

    /// How much memory the program has just now, in bytes.
    pub fn resident(&self) -> usize {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.child.0.id())).unwrap();
        let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
        pages * 4096
    }

    pub async fn metrics(&self) -> String {
        let url = format!("http://{}/metrics", self.addresses.monitor);
        reqwest::get(url).await.unwrap().text().await.unwrap()
    }

    /// As [`Gatehouse::kill`], without waiting for its end.
    pub fn end_at_once(&self) {
        self.signal("KILL");
    }

    /// Ends it at once, as a power cut does.
    pub fn kill(&mut self) {
        self.child.0.kill().unwrap();
        self.child.0.wait().unwrap();
    }

    /// Asks it to end, as an operator does, and waits until it has.
    pub async fn stop(&mut self) {
        self.signal("TERM");
        while self.child.0.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Starts it again on the same data and the same addresses.
    pub async fn restart(&mut self) {
        self.start_again();
        self.until_ready().await;
    }

    /// Starts it again without waiting until it is ready.
    pub fn start_again(&mut self) {
        self.child = Running(spawn(&self.folder, &[], None));
    }
}

fn spawn(folder: &TempDir, more: &[&str], open_files: Option<&str>) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.path().join("log"))
        .unwrap();
    let mut command = match open_files {
        None => Command::new(PROGRAM),
        Some(ulimit) => {
            let mut shell = Command::new("sh");
            let script = format!(r#"ulimit {ulimit} && exec "$0" "$@""#);
            shell.args(["-c", &script, PROGRAM]);
            shell
        }
    };
    command
        .args(["run", "--config", "gatehouse.toml"])
        .args(more)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// One process of the program, which does not outlive the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Gatehouse {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.child.0.kill();
            let _ = self.child.0.wait();
            eprintln!("--- what gatehouse wrote\n{}", self.log());
        }
    }
}
