//! Authorization: what a caller of the API may do. Knows nothing of HTTP.
//!
//! One [`table`] says which role may do what to which resource; [`roles`] says which role may be
//! given by whom, and whose account may be touched by whom. A [`Permit`] is made here only, so a
//! handler that takes one cannot run without the table having been asked.

pub mod roles;
pub mod table;

use std::sync::Arc;

use config::Role;

pub use table::{Action, Resource};

use crate::authn::{Actor, Origin};
use crate::once::Once;

/// Proof that the caller may do this action to this resource.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: Actor,
    origin: Origin,
}

impl Permit {
    /// Who is acting, for the audit log.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// From where they act.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The same, for a request that its caller gave a name.
    #[must_use]
    pub fn named(mut self, once: Arc<Once>) -> Self {
        self.origin.once = Some(once);
        self
    }

    /// The same, for work that goes on after the request was answered.
    #[must_use]
    pub fn unnamed(mut self) -> Self {
        self.origin.once = None;
        self
    }

    /// Asks the table once more, where one request touches a second resource.
    ///
    /// # Errors
    /// If no role of the caller may do that too.
    pub fn also(&self, resource: Resource, action: Action) -> Result<(), Forbidden> {
        may(self.roles(), resource, action)
    }

    /// All that the table lets the caller do, each as `resource:action`.
    #[must_use]
    pub fn permissions(&self) -> Vec<String> {
        let all = Resource::ALL
            .iter()
            .flat_map(|resource| Action::ALL.map(|action| (*resource, action)));
        all.filter(|(resource, action)| may(self.roles(), *resource, *action).is_ok())
            .map(|(resource, action)| table::permission(resource, action))
            .collect()
    }

    /// The roles that the caller acts with.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        self.actor.roles()
    }
}

/// The caller is known and may not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("none of your roles may {action} {resource}", action = .1.as_str(), resource = .0.as_str())]
    Role(Resource, Action),
    #[error("none of your roles may give or take the role {role}", role = .0.as_str())]
    Grant(Role),
    #[error(
        "change your own password and authenticator on your account page, which asks for a proof"
    )]
    Own,
    #[error("a token makes no other token: sign in, or use the command line on the machine")]
    ByToken,
    #[error("the account holds the role {role}, which is not yours to govern", role = .0.as_str())]
    Above(Role),
}

/// Asks the table.
///
/// # Errors
/// If no role of the actor may.
pub fn permit(
    actor: Actor,
    origin: Origin,
    resource: Resource,
    action: Action,
) -> Result<Permit, Forbidden> {
    may(actor.roles(), resource, action)?;
    Ok(Permit { actor, origin })
}

fn may(roles: &[Role], resource: Resource, action: Action) -> Result<(), Forbidden> {
    if roles
        .iter()
        .any(|role| table::allows(*role, resource, action))
    {
        Ok(())
    } else {
        Err(Forbidden::Role(resource, action))
    }
}
