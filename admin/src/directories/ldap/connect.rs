//! A connection to an LDAP server, bound as whoever asks.
//!
//! The parsers of the library panic on some malformed answers: the connection runs in a task of its own,
//! and what is asked over it in the task of the run, both of which end alone.

use std::sync::Arc;
use std::time::Duration;

use config::Timestamp;
use config::settings::Outbound;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, StdStream};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use super::explain::{explain, not_bound};
use super::settings::{LdapSettings, Security};
use crate::directories::source::SourceError;
use crate::outbound;

/// Until a server is taken to be away.
const CONNECT: Duration = Duration::from_secs(10);
/// No single answer is waited for longer.
pub(super) const ANSWER: Duration = Duration::from_mins(1);

/// As whom which directory is asked, and when.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    pub outbound: &'a Outbound,
    pub settings: &'a LdapSettings,
    pub password: &'a str,
    pub now: Timestamp,
}

/// A bound connection, and the server that it leads to.
pub struct Bound {
    pub ldap: Ldap,
    pub server: String,
}

/// Certificates in PEM as those that are trusted.
///
/// # Errors
/// If there is none, or one cannot be read.
pub fn roots(pem: &str) -> Result<RootCertStore, rustls::Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|e| rustls::Error::General(e.to_string()))?;
        roots.add(certificate)?;
    }
    if roots.is_empty() {
        return Err(rustls::Error::General("no certificate".to_owned()));
    }
    Ok(roots)
}

/// The first server that answers, bound as the account of the settings.
///
/// # Errors
/// What the last one said, or, where one refuses the account, that one: the next would do the same.
pub async fn bound(access: Access<'_>) -> Result<Bound, SourceError> {
    let mut last = None;
    for server in &access.settings.servers {
        let mut ldap = match connect(access, server).await {
            Ok(ldap) => ldap,
            Err(error) => {
                last = Some(error);
                continue;
            }
        };
        match bind(&mut ldap, server, access).await? {
            Ok(()) => {
                return Ok(Bound {
                    ldap,
                    server: server.clone(),
                });
            }
            Err(busy) => last = Some(busy),
        }
    }
    Err(last.unwrap_or_else(|| SourceError::new(("there is no server", "没有服务器"))))
}

/// Whether the server let the account in; why it cannot just now, and the next is to be asked.
async fn bind(
    ldap: &mut Ldap,
    server: &str,
    access: Access<'_>,
) -> Result<Result<(), SourceError>, SourceError> {
    let (dn, password) = (access.settings.bind_dn.as_str(), access.password);
    if dn.is_empty() {
        return Ok(Ok(()));
    }
    // A bind without a password is one as nobody, and would succeed (RFC 4513 §5.1.2).
    if password.is_empty() {
        return Err(SourceError::new((
            &format!("{server}: the password of the account is missing"),
            &format!("{server}：缺少目录账号的密码"),
        )));
    }
    let result = match ldap.with_timeout(ANSWER).simple_bind(dn, password).await {
        Ok(result) => result,
        Err(error) => return Ok(Err(explain(server, &error))),
    };
    match result.rc {
        0 => Ok(Ok(())),
        // Busy, or not available (RFC 4511 §A.2).
        51 | 52 => Ok(Err(not_bound(server, &result))),
        _ => Err(not_bound(server, &result)),
    }
}

pub(super) async fn connect(access: Access<'_>, server: &str) -> Result<Ldap, SourceError> {
    let Access {
        outbound, settings, ..
    } = access;
    let unfit = || {
        SourceError::new((
            &format!("{server}: this is no address of an LDAP server"),
            &format!("{server}：不是有效的 LDAP 服务器地址"),
        ))
    };
    let url = Url::parse(server).map_err(|_| unfit())?;
    let host = url.host_str().ok_or_else(unfit)?;
    let plain = if settings.security == Security::Tls {
        636
    } else {
        389
    };
    let port = url.port().unwrap_or(plain);
    let addresses = outbound::resolve(outbound, host, port).await;
    let addresses = addresses.map_err(|not| SourceError { why: not.why })?;
    let stream = match timeout(CONNECT, TcpStream::connect(&addresses[..])).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(no_connection(server, &error.to_string())),
        Err(_) => return Err(no_connection(server, "it did not answer in time")),
    };
    let stream = stream
        .into_std()
        .map_err(|error| no_connection(server, &error.to_string()))?;
    let mut how = LdapConnSettings::new()
        .set_conn_timeout(CONNECT)
        .set_starttls(settings.security == Security::StartTls)
        .set_std_stream(StdStream::Tcp(stream));
    if !settings.ca.is_empty() {
        let roots =
            roots(&settings.ca).map_err(|error| no_connection(server, &error.to_string()))?;
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        how = how.set_config(Arc::new(config));
    }
    let opened = LdapConnAsync::from_url_with_settings(how, &url).await;
    let (connection, ldap) = opened.map_err(|error| explain(server, &error))?;
    tokio::spawn(async move {
        if let Err(error) = connection.drive().await {
            tracing::debug!(%error, "a connection to a directory ended");
        }
    });
    Ok(ldap)
}

fn no_connection(server: &str, why: &str) -> SourceError {
    SourceError::new((
        &format!("{server}: no connection: {why}"),
        &format!("{server}：无法连接：{why}"),
    ))
}
