//! Typed identifiers, so that a member's id cannot be passed where an application's is meant.
//!
//! All are UUIDv7 in text form: they sort by creation time and need no coordination between nodes.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

fn text_of_fresh(buffer: &mut [u8]) -> &str {
    uuid::Uuid::now_v7().hyphenated().encode_lower(buffer)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(Arc<str>);

        impl $name {
            /// A fresh id.
            #[must_use]
            pub fn generate() -> Self {
                Self(text_of_fresh(&mut uuid::Uuid::encode_buffer()).into())
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A person with an account: a member or a guest.
    MemberId;
    /// A node of the organisation's tree.
    DepartmentId;
    /// A named set of people.
    GroupId;
    /// Something behind the gate that people use.
    ApplicationId;
    /// A path rule, a policy rule or an IP list: whatever may be named as the one that decided.
    RuleId;
    /// One session, at the access host or at one application host. Not a secret: it appears in logs.
    SessionId;
    /// One sign-in: the session at the access host and all its children share it.
    SignInId;
    /// One event, in whichever log.
    EventId;
    /// A connected directory.
    DirectoryId;
    /// One run of bringing what is here in step with a directory.
    RunId;
}
