//! What an application is told of who is calling: nothing that the client says, all that we know.
//!
//! [`names`] decides which headers a client may not send, [`cookies`] keeps ours to ourselves,
//! [`origin`] rewrites `X-Forwarded-*`, [`fields`] makes the plain headers and [`assertion`] the
//! signed one. [`IdentityPlan`] is an application's part of the settings, compiled.

pub mod assertion;
pub mod cookies;
pub mod fields;
pub mod names;
pub mod origin;

use config::snapshot::{IdentityField, IdentityHeaders};
use config::{Problem, Timestamp};
use http::{HeaderName, HeaderValue};

use crate::gate::Gate;
use crate::path::policy::{Grant, Target};
use crate::path::visit::Visit;
use crate::rulebook::{RoutedApplication, Rulebook};
use crate::sessions::SessionEntry;

pub use assertion::{AssertionSlot, Signer};

use names::ReservedNames;

/// What one application is told, and which headers nobody but us may send it.
pub struct IdentityPlan {
    pub assertion: bool,
    pub headers: Vec<(HeaderName, IdentityField)>,
    reserved: ReservedNames,
}

impl IdentityPlan {
    /// # Errors
    /// If a header's name cannot be one, or is one that the exchange itself needs.
    pub fn compile(identity: &IdentityHeaders) -> Result<Self, Problem> {
        let headers = identity
            .headers
            .iter()
            .enumerate()
            .map(|(index, header)| match HeaderName::try_from(&header.name) {
                Ok(name) if names::may_carry_identity(&name) => Ok((name, header.value.clone())),
                _ => Err(Problem {
                    source: "identity".into(),
                    key: format!("headers.{index}.name"),
                    what: format!("\"{}\" cannot carry an identity", header.name).into(),
                    allowed: "write a header name such as X-Remote-User".into(),
                }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            assertion: identity.assertion,
            reserved: ReservedNames::new(headers.iter().map(|(name, _)| name.as_str())),
            headers,
        })
    }

    /// Whether a client's header of this name must not get through.
    #[must_use]
    pub fn reserves(&self, name: &HeaderName) -> bool {
        self.reserved.contains(name)
    }
}

/// What another proxy has to tell the application that a grant leads to; nothing for our own pages,
/// which ask themselves.
pub fn of_grant(gate: &Gate, visit: &Visit, grant: &Grant) -> Vec<(HeaderName, HeaderValue)> {
    let (Target::Application(application), Some(rulebook)) = (grant.target(), &visit.rulebook)
    else {
        return Vec::new();
    };
    let session = grant.session().map(AsRef::as_ref);
    headers(gate, rulebook, application, session, gate.clock.now())
}

/// The headers that tell `application` who is calling, each name once: for requests to an upstream
/// and for answers to forward-auth. Empty where nobody is signed in.
pub fn headers(
    gate: &Gate,
    rulebook: &Rulebook,
    application: &RoutedApplication,
    session: Option<&SessionEntry>,
    now: Timestamp,
) -> Vec<(HeaderName, HeaderValue)> {
    let Some(entry) = session else {
        return Vec::new();
    };
    let plan = &application.identity;
    let mut told = Vec::with_capacity(plan.headers.len() + 1);
    for (name, field) in &plan.headers {
        if let Some(value) = fields::value(field, &entry.session.principal) {
            told.push((name.clone(), value));
        }
    }
    if plan.assertion {
        let id = &application.application.id;
        let value = rulebook.signer.assertion(entry, id, &gate.access, now);
        told.extend(value.map(|value| (ASSERTION, value)));
    }
    told
}

/// `config::snapshot::identity::ASSERTION_HEADER` as pingora wants it.
const ASSERTION: HeaderName = HeaderName::from_static("x-gatehouse-assertion");
