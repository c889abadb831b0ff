//! The peer that Gatehouse is measured against: pingora with nothing of ours on the path.

#![allow(
    clippy::expect_used,
    reason = "a measuring tool ends when it cannot start"
)]

use async_trait::async_trait;
use clap::Parser;
use pingora::listeners::tls::TlsSettings;
use pingora::prelude::*;
use pingora::server::configuration::ServerConf;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Arguments {
    /// Where to listen, as `address:port`.
    listen: String,
    /// Where to listen with TLS and HTTP/2.
    listen_tls: String,
    /// PEM files.
    certificate: String,
    key: String,
    /// Where to forward to, as `address:port`.
    origin: String,
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

struct Bare {
    origin: String,
}

#[async_trait]
impl ProxyHttp for Bare {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn upstream_peer(&self, _session: &mut Session, (): &mut ()) -> Result<Box<HttpPeer>> {
        Ok(Box::new(HttpPeer::new(
            self.origin.as_str(),
            false,
            String::new(),
        )))
    }
}

fn main() {
    let arguments = Arguments::parse();
    pingora::tls::install_default_crypto_provider();
    let conf = ServerConf {
        threads: arguments.threads,
        ..ServerConf::default()
    };
    let mut server = Server::new_with_opt_and_conf(None, conf);
    server.bootstrap();
    let mut proxy = http_proxy_service(
        &server.configuration,
        Bare {
            origin: arguments.origin,
        },
    );
    proxy.add_tcp(&arguments.listen);
    let mut tls = TlsSettings::intermediate(&arguments.certificate, &arguments.key)
        .expect("a certificate and its key");
    tls.enable_h2();
    proxy.add_tls_with_settings(&arguments.listen_tls, None, tls);
    server.add_service(proxy);
    server.run_forever();
}
