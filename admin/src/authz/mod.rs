//! Authorization: what a caller of the API may do. Knows nothing of HTTP.
//!
//! One [`table`] says which built-in role may do what to which resource; the organisation makes further
//! roles out of the same [`permissions`]. Each role that somebody holds is a [`holding`], good everywhere
//! or confined to departments; all of them together are their [`authority`]. [`roles`] says which role
//! may be given by whom, and whose account may be touched by whom. A [`Permit`] is made here only, so a
//! handler that takes one cannot run without all this having been asked.

pub mod authority;
pub mod holding;
pub mod permissions;
pub mod roles;
pub mod table;

use std::sync::Arc;

pub use authority::{Authority, Reach};
pub use holding::Holding;
pub use permissions::Permissions;
pub use table::{Action, Resource};

use crate::authn::{Actor, Origin};
use crate::once::Once;

/// Proof that the caller may do this action to this resource.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: Actor,
    origin: Origin,
    reach: Reach,
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

    /// All that they may do.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        self.actor.authority()
    }

    /// How far the action goes.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
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

    /// The one for another action, where a request does several, each with the reach of its own.
    ///
    /// # Errors
    /// If no role of the caller may do that too.
    pub fn another(&self, resource: Resource, action: Action) -> Result<Self, Forbidden> {
        permit(self.actor.clone(), self.origin.clone(), resource, action)
    }

    /// Asks once more, where one request touches a second resource, and tells how far that goes.
    ///
    /// # Errors
    /// If no role of the caller may do that too.
    pub fn also(&self, resource: Resource, action: Action) -> Result<Reach, Forbidden> {
        let reach = self.authority().reach(resource, action);
        reach.ok_or(Forbidden::Role(resource, action))
    }

    /// The same for a thing that knows no departments.
    ///
    /// # Errors
    /// If no role of the caller may do that everywhere.
    pub fn also_everywhere(&self, resource: Resource, action: Action) -> Result<(), Forbidden> {
        match self.also(resource, action)? {
            Reach::Everywhere => Ok(()),
            Reach::Within(_) => Err(Forbidden::Confined),
        }
    }
}

/// The caller is known and may not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("none of your roles may {action} {resource}", action = .1.as_str(), resource = .0.as_str())]
    Role(Resource, Action),
    #[error("none of your roles may give or take {0}")]
    Grant(String),
    #[error(
        "change your own password and second factors on your account page, which asks for a proof"
    )]
    Own,
    #[error(
        "codes for your own account go there: another administrator changes it, or whoever uses the command line \
         on the machine"
    )]
    OwnAddress,
    #[error("a token makes no other token: sign in, or use the command line on the machine")]
    ByToken,
    #[error("the account holds the role {0}, which is not yours to govern")]
    Above(String),
    #[error("your role is confined to departments, and this reaches beyond them")]
    Confined,
}

/// For what a directory says, which is taken over everywhere.
#[must_use]
pub fn permit_of_directory(actor: Actor) -> Permit {
    permit_of_pushing(actor, Origin::default())
}

/// The same, where it says so by itself.
#[must_use]
pub fn permit_of_pushing(actor: Actor, origin: Origin) -> Permit {
    Permit {
        actor,
        origin,
        reach: Reach::Everywhere,
    }
}

/// Asks what the actor may do.
///
/// # Errors
/// If no role of the actor may.
pub fn permit(
    actor: Actor,
    origin: Origin,
    resource: Resource,
    action: Action,
) -> Result<Permit, Forbidden> {
    let reach = actor.authority().reach(resource, action);
    Ok(Permit {
        reach: reach.ok_or(Forbidden::Role(resource, action))?,
        actor,
        origin,
    })
}
