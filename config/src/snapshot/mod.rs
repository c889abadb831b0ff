//! All that a gateway obeys: immutable, numbered, built from the store by the admin plane.
//!
//! It is plain data. The gateway compiles it once into what its stages look things up in; a
//! snapshot that does not validate or compile is refused, and the last good one keeps running.

pub mod access;
pub mod address;
pub mod application;
pub mod authorities;
pub mod brand;
pub mod colour;
pub mod destination;
pub mod guests;
pub mod identity;
pub mod keys;
pub mod pictures;
pub mod sign_in_method;
pub mod upstream;
pub mod validate;
pub mod watermark;

use std::sync::Arc;

pub use access::{Access, Effect, PathMatch, PathRule, PolicyRule, TimeWindow, TwoStep, Who};
pub use address::{AddressRange, IpEntry, IpList};
pub use application::{Application, ClosedApplication, HostPattern, Limits, RateLimit, WebSockets};
pub use brand::Brand;
pub use colour::Colour;
pub use guests::{GuestGroup, GuestsFrom};
pub use identity::{IdentityField, IdentityHeader, IdentityHeaders, IdentityPreset};
pub use keys::{SigningKey, SigningKeys};
pub use pictures::{Picture, PictureKind, Pictures};
pub use sign_in_method::SignInMethod;
pub use upstream::{
    Ejection, HealthCheck, HostHeader, Pool, Protocol, Timeouts, Upstream, UpstreamTls,
};
pub use validate::{Claims, is_path_prefix};
pub use watermark::{Watermark, WatermarkPart};

use crate::certificates::UploadedCertificate;
use crate::clock::Timestamp;

#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows with every change in the store; the same number means the same content on every node.
    pub revision: u64,
    pub built_at: Timestamp,
    pub applications: Vec<Arc<Application>>,
    /// Those whose definition cannot be obeyed, where no earlier one is known.
    pub closed: Vec<ClosedApplication>,
    /// Apply to every host, our own pages included, before those of an application.
    pub ip_lists: Vec<Arc<IpList>>,
    /// The groups of guests that have lists of their own, for every application.
    pub guest_groups: Vec<GuestGroup>,
    pub watermark: Watermark,
    pub brand: Brand,
    /// What the brand shows in pictures.
    pub pictures: Pictures,
    pub signing_keys: SigningKeys,
    /// Served by every listener that speaks TLS, beside those of its files. The newest first.
    pub certificates: Vec<Arc<UploadedCertificate>>,
}
