//! One of the proxies, set up by the sample in `examples/forward-auth`, of which only addresses and
//! paths are changed.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tempfile::TempDir;
use tokio::io::{AsyncWriteExt, split};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{WIKI, program};
use crate::support::authority::Authority;
use crate::support::client::{Answer, parse, read_to_end, request};
use crate::support::free_address;
use crate::support::gatehouse::ACCESS;

/// The clients' address. The proxies have another one, so that it is told which was believed.
const CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 0);

#[derive(Clone, Copy)]
pub enum Kind {
    Nginx,
    Caddy,
    Traefik,
    Envoy,
}

/// What is in front of what, and under which names.
pub struct Place {
    pub address: SocketAddr,
    pub gatehouse: SocketAddr,
    pub application: SocketAddr,
    /// The application is `wiki.`, the access host `access.` of it.
    pub domain: &'static str,
    pub certificate_pem: String,
    pub key_pem: String,
    /// A client that trusts the certificate.
    pub client: Arc<ClientConfig>,
}

pub struct Front {
    address: SocketAddr,
    host: String,
    client: Arc<ClientConfig>,
    folder: TempDir,
    child: Child,
}

impl Kind {
    /// In front of an application, asking Gatehouse.
    pub async fn start(self, gatehouse: SocketAddr, application: SocketAddr) -> Front {
        let authority = Authority::new();
        let signed = authority.sign_for(&[WIKI, ACCESS]);
        let place = Place {
            address: free_address(),
            gatehouse,
            application,
            domain: "example.com",
            certificate_pem: signed.certificate_pem,
            key_pem: signed.key_pem,
            client: Arc::new(authority.client(&[])),
        };
        self.start_at(place).await
    }

    pub async fn start_at(self, place: Place) -> Front {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, pem: &str| std::fs::write(folder.path().join(file), pem).unwrap();
        write("fullchain.pem", &place.certificate_pem);
        write("privkey.pem", &place.key_pem);
        let sample = Sample {
            folder: folder.path(),
            place: &place,
        };
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = sample
            .command(self)
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut front = Front {
            address: place.address,
            host: format!("wiki.{}", place.domain),
            client: place.client,
            folder,
            child,
        };
        front.until_it_listens().await;
        front
    }
}

/// Where the sample's addresses and paths are in a test.
struct Sample<'a> {
    folder: &'a Path,
    place: &'a Place,
}

impl Sample<'_> {
    fn command(&self, kind: Kind) -> Command {
        let listens = self.place.address.to_string();
        match kind {
            Kind::Nginx => {
                self.copy(
                    "nginx/gatehouse.conf",
                    &[("listen 443 ", &listen(&listens))],
                );
                let main = "user root; daemon off; master_process off; pid nginx.pid;\n\
                            error_log stderr; events {}\n\
                            http { access_log off; include gatehouse.conf; }\n";
                std::fs::write(self.folder.join("nginx.conf"), main).unwrap();
                run(
                    program::of_debian("nginx"),
                    &["-p", ".", "-c", "nginx.conf"],
                )
            }
            Kind::Caddy => {
                self.copy("caddy/Caddyfile", &[]);
                let sample = std::fs::read_to_string(self.folder.join("Caddyfile")).unwrap();
                let (at, other) = (self.place.address, free_address().port());
                let (port, ip) = (at.port(), at.ip());
                let global = format!(
                    "{{\nadmin off\nhttps_port {port}\nhttp_port {other}\n\
                     default_bind {ip}\nauto_https disable_redirects\n}}\n{sample}"
                );
                std::fs::write(self.folder.join("Caddyfile"), global).unwrap();
                let arguments = ["run", "--config", "Caddyfile", "--adapter", "caddyfile"];
                run(program::of_debian("caddy"), &arguments)
            }
            Kind::Traefik => {
                self.copy("traefik/gatehouse.yaml", &[]);
                let file = self.folder.join("gatehouse.yaml");
                let changes = [
                    (":443", listens.as_str()),
                    ("/etc/traefik/gatehouse.yaml", file.to_str().unwrap()),
                ];
                self.copy("traefik/traefik.yaml", &changes);
                run(program::traefik(), &["--configFile=traefik.yaml"])
            }
            Kind::Envoy => {
                let at = |address: &SocketAddr| {
                    format!("address: {}, port_value: {}", address.ip(), address.port())
                };
                let changes = [
                    (
                        "address: 0.0.0.0, port_value: 443",
                        &*at(&self.place.address),
                    ),
                    (
                        "address: 127.0.0.1, port_value: 8080",
                        &*at(&self.place.gatehouse),
                    ),
                    (
                        "address: 127.0.0.1, port_value: 3000",
                        &*at(&self.place.application),
                    ),
                ];
                self.copy("envoy/envoy.yaml", &changes);
                let arguments = [
                    "-c",
                    "envoy.yaml",
                    "--concurrency",
                    "1",
                    "--disable-hot-restart",
                ];
                run(program::envoy(), &arguments)
            }
        }
    }

    /// Copies a sample file with the addresses of the test.
    fn copy(&self, file: &str, changes: &[(&str, &str)]) {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/forward-auth");
        let mut text = std::fs::read_to_string(samples.join(file)).unwrap();
        for (sample, ours) in changes {
            assert!(text.contains(sample), "{file} has no {sample}");
            text = text.replace(sample, ours);
        }
        let text = text
            .replace("/etc/ssl/example.com", self.folder.to_str().unwrap())
            .replace("127.0.0.1:8080", &self.place.gatehouse.to_string())
            .replace("127.0.0.1:3000", &self.place.application.to_string())
            .replace("example.com", self.place.domain);
        let name = Path::new(file).file_name().unwrap();
        std::fs::write(self.folder.join(name), text).unwrap();
    }
}

fn listen(address: &str) -> String {
    format!("listen {address} ")
}

fn run(program: PathBuf, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

impl Front {
    async fn until_it_listens(&mut self) {
        for _ in 0..1200 {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("it ended with {status}:\n{}", self.log());
            }
            // Traefik listens before it knows its routes and certificates.
            if let Some(mut stream) = self.connect().await {
                let probe = request("GET", &self.host, "/.gatehouse/forward-auth", &[]);
                if stream.write_all(probe.as_bytes()).await.is_ok()
                    && parse(&read_to_end(&mut stream).await).status != 0
                {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it does not listen:\n{}", self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    async fn connect(&self) -> Option<TlsStream<TcpStream>> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(CLIENT).unwrap();
        let stream = socket.connect(self.address).await.ok()?;
        let name = self.host.clone().try_into().unwrap();
        TlsConnector::from(Arc::clone(&self.client))
            .connect(name, stream)
            .await
            .ok()
    }

    /// A connection to it, as a browser makes one.
    pub async fn open(&self) -> TlsStream<TcpStream> {
        self.connect().await.expect("it takes no connection")
    }

    /// Sends these bytes, which should ask for the connection to be closed, and reads the answer.
    pub async fn send(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let (mut read, mut write) = split(self.open().await);
        let bytes = bytes.as_ref().to_vec();
        // A refusal may come before all is sent.
        let sending = tokio::spawn(async move {
            let _ = write.write_all(&bytes).await;
            write
        });
        let answer = parse(&read_to_end(&mut read).await);
        sending.abort();
        answer
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request("GET", WIKI, path, headers)).await
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- what the proxy wrote\n{}", self.log());
        }
    }
}
