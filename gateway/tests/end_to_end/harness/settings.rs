//! The settings file of a Gatehouse under test.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use super::certificates::Certificates;

/// Where it listens; all on loopback, on ports that were free a moment ago.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    pub tls: SocketAddr,
    pub plain: SocketAddr,
    pub monitor: SocketAddr,
}

impl Addresses {
    pub fn free() -> Self {
        // Held together, so that no two are the same.
        let held: [TcpListener; 3] =
            std::array::from_fn(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let [tls, plain, monitor] = held.map(|listener| listener.local_addr().unwrap());
        Self {
            tls,
            plain,
            monitor,
        }
    }

    /// The same ports at another loopback address.
    pub fn on(self, address: Ipv4Addr) -> Self {
        let there = |at: SocketAddr| SocketAddr::from((address, at.port()));
        Self {
            tls: there(self.tls),
            plain: there(self.plain),
            monitor: there(self.monitor),
        }
    }
}

/// Writes the file. `more` is added at its end, such as `[trust]` with its keys.
pub fn write(file: &Path, at: Addresses, certificates: &Certificates, more: &str) {
    let Addresses {
        tls,
        plain,
        monitor,
    } = at;
    let port = tls.port();
    let certificate = certificates.certificate.display();
    let key = certificates.key.display();
    let text = format!(
        r#"version = 1
data = "data"

[access]
url = "https://access.corp.test:{port}"

[[listener]]
address = "{tls}"
[listener.tls]
certificates = [{{ certificate = "{certificate}", key = "{key}" }}]

[[listener]]
address = "{plain}"

[monitor]
address = "{monitor}"

# The cheapest allowed, so that a test does not spend its time on hashing.
[passwords]
memory_kib = 47104
iterations = 1

{more}
"#
    );
    std::fs::write(file, text).unwrap();
}
