//! A mail server that is not ours (aiosmtpd, a Python package that `make tools` installs).

use std::path::Path;
use std::process::Stdio;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

pub struct MailServer {
    pub port: u16,
    /// That signed its certificate, as PEM.
    pub authority: String,
    taken: Lines<BufReader<ChildStdout>>,
    _process: Child,
    _folder: TempDir,
}

impl MailServer {
    /// `security`: `none`, `start_tls` or `tls`, with a certificate for `localhost`. `account`: a user and
    /// a password without which it takes nothing.
    pub async fn start(security: &str, account: Option<(&str, &str)>) -> Self {
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin/python");
        assert!(python.exists(), "{python:?} is missing: run `make tools`");
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/messages/tests/smtp_server.py");
        let folder = tempfile::tempdir().unwrap();
        let authority = certify(folder.path());
        let mut command = Command::new(python);
        command.arg(script).arg(security);
        if security != "none" {
            command
                .arg(folder.path().join("certificate.pem"))
                .arg(folder.path().join("key.pem"));
        }
        if let Some((user, password)) = account {
            command.args([user, password]);
        }
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut taken = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = taken.next_line().await.unwrap().expect("a port");
        Self {
            port: port.parse().unwrap(),
            authority,
            taken,
            _process: process,
            _folder: folder,
        }
    }

    /// The next mail that it took.
    pub async fn mail(&mut self) -> Value {
        let line = self.taken.next_line().await.unwrap().expect("a mail");
        serde_json::from_str(&line).unwrap()
    }
}

fn certify(folder: &Path) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    std::fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    issuer.pem()
}
