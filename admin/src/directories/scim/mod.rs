//! Directories that tell us by themselves, by SCIM 2.0 (RFC 7643, 7644): Okta, Entra ID and others.
//!
//! What they told is kept as they told it, and is the truth: from it each person and each group is taken
//! over at once ([`crate::sync::push`]), and from it all of them are where somebody wants a whole run
//! ([`ScimSource`]). The protocol itself is in [`crate::scim`].

mod person;
mod settings;
mod source;
pub mod tokens;

pub use person::{their_department, their_person};
pub use settings::ScimSettings;
pub use source::{ScimSource, their_group};
