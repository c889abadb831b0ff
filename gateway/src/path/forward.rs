//! Stage 6: to which upstream, carrying which identity?
//!
//! Takes a [`Grant`]: nothing is forwarded that the policy has not let in. pingora has removed what
//! concerns only the connection (RFC 9110 §7.6.1), and what `Connection` named, before this runs; what is
//! set here can therefore not be taken off by a client that names it there.

use config::snapshot::HostHeader;
use http::HeaderName;
use http::header::HOST;
use pingora::http::{RequestHeader, ResponseHeader};

use crate::gate::Gate;
use crate::identity::{self, cookies, origin};
use crate::path::policy::{Grant, Target};
use crate::path::visit::Visit;
use crate::path::watermark;
use crate::rulebook::RoutedApplication;

/// Turns the client's request head into the one for the upstream.
///
/// # Errors
/// If the grant is not for an application, or a header cannot be set.
pub fn prepare(
    grant: &Grant,
    visit: &mut Visit,
    head: &mut RequestHeader,
    gate: &Gate,
) -> pingora::Result<()> {
    let (Target::Application(application), Some(rulebook)) =
        (grant.target(), visit.rulebook.clone())
    else {
        return Err(pingora::Error::explain(
            pingora::ErrorType::InternalError,
            "only what is granted at an application is forwarded",
        ));
    };
    strip(application, head);
    cookies::hide(head);
    if let HostHeader::Fixed(host) = &application.application.pool.host_header {
        head.insert_header(HOST, host.as_str())?;
    }
    origin::tell(visit, &gate.access, head)?;
    let session = grant.session().map(AsRef::as_ref);
    let now = gate.clock.now();
    for (name, value) in identity::headers(gate, &rulebook, application, session, now) {
        head.insert_header(name, value)?;
    }
    watermark::ask(visit, &rulebook, application, session, head)
}

/// Takes from the upstream's response what is not an application's to say.
pub fn receive(head: &mut ResponseHeader) {
    cookies::protect(head);
}

/// Removes every header that only we may send, in every spelling.
fn strip(application: &RoutedApplication, head: &mut RequestHeader) {
    let reserved: Vec<HeaderName> = head
        .headers
        .keys()
        .filter(|name| application.identity.reserves(name))
        .cloned()
        .collect();
    for name in &reserved {
        head.remove_header(name);
    }
}
