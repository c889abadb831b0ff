//! nginx in its three parts of the measurement: the origin, a plain proxy, a proxy that asks.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::BenchError;
use crate::door::Door;
use crate::process::Process;

/// Serves one file of `size` bytes at every path, as a plain file and as a page.
pub fn origin(folder: &Path, address: SocketAddr, size: usize) -> Result<Process, BenchError> {
    let page = page_of(size);
    let root = folder.join("origin");
    std::fs::create_dir_all(&root).map_err(BenchError::io("making the origin's folder"))?;
    for name in ["page.html", "file.txt"] {
        std::fs::write(root.join(name), &page).map_err(BenchError::io("writing the page"))?;
    }
    let server = format!(
        "server {{ listen {address} reuseport; root {}; keepalive_requests 1000000000; }}",
        root.display()
    );
    start("origin", folder, (address, 1), &server)
}

/// (a): a plain reverse proxy.
pub fn proxy(folder: &Path, door: &Door, origin: SocketAddr) -> Result<Process, BenchError> {
    let server = format!(
        "upstream origin {{ server {origin}; keepalive 256; keepalive_requests 1000000000; }}
         server {{ {} location / {{ {} }} }}",
        listen(door),
        pass("origin")
    );
    start("nginx", folder, (door.plain, door.threads), &server)
}

/// (c): asks a trivial auth server about every request. The auth server is the cheapest there is: a
/// location that answers 204 from another server block of the same nginx.
pub fn proxy_that_asks(
    folder: &Path,
    door: &Door,
    auth: SocketAddr,
    origin: SocketAddr,
) -> Result<Process, BenchError> {
    let server = format!(
        "upstream origin {{ server {origin}; keepalive 256; keepalive_requests 1000000000; }}
         upstream auth {{ server {auth}; keepalive 256; keepalive_requests 1000000000; }}
         server {{ listen {auth}; keepalive_requests 1000000000; location / {{ return 204; }} }}
         server {{ {}
           location / {{ auth_request /ask; {} }}
           location = /ask {{ internal; proxy_pass_request_body off;
             proxy_set_header Content-Length \"\"; {} }} }}",
        listen(door),
        pass("origin"),
        pass("auth")
    );
    start("nginx-auth", folder, (door.plain, door.threads), &server)
}

fn listen(door: &Door) -> String {
    format!(
        "listen {}; listen {} ssl http2; ssl_certificate {}; ssl_certificate_key {};
         keepalive_requests 1000000000;",
        door.plain,
        door.secure,
        door.pair.certificate.display(),
        door.pair.key.display()
    )
}

fn pass(upstream: &str) -> String {
    format!(
        "proxy_pass http://{upstream}; proxy_http_version 1.1; proxy_set_header Connection \"\";"
    )
}

/// A page of about `size` bytes with a head, a body and a few links.
fn page_of(size: usize) -> String {
    let head = "<!doctype html><html><head><title>Page</title></head><body>";
    let tail = "</body></html>\n";
    let line = "<p>Lorem ipsum <a href=\"/page.html\">dolor</a> sit amet.</p>\n";
    let lines = size.saturating_sub(head.len() + tail.len()) / line.len();
    format!("{head}{}{tail}", line.repeat(lines))
}

fn start(
    name: &str,
    folder: &Path,
    (address, workers): (SocketAddr, usize),
    servers: &str,
) -> Result<Process, BenchError> {
    let home = folder.join(name);
    std::fs::create_dir_all(&home).map_err(BenchError::io(format!("making {name}'s folder")))?;
    let conf = home.join("nginx.conf");
    let text = format!(
        "daemon off; worker_processes {workers}; pid {home}/nginx.pid; error_log {home}/error.log;
         events {{ worker_connections 4096; }}
         http {{ access_log off; default_type text/plain; types {{ text/html html; }}
           client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
           fastcgi_temp_path {home}/fastcgi; uwsgi_temp_path {home}/uwsgi;
           scgi_temp_path {home}/scgi;
           {servers} }}",
        home = home.display()
    );
    std::fs::write(&conf, text).map_err(BenchError::io(format!("writing {}", conf.display())))?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&home).arg("-c").arg(&conf);
    Process::start(name, &mut command, address)
}
