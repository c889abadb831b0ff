//! How certificates are found, checked and served, and how a development machine makes its own.
//!
//! [`pair`] reads a certificate with its key and says in a sentence what is wrong with them;
//! [`store`] picks the right one in each handshake and swaps them while the gateway runs;
//! [`client_authority`] checks who calls; [`development`] is an authority for trying Gatehouse out.

pub mod client_authority;
pub mod development;
pub mod error;
pub mod pair;
pub mod pem;
mod served;
pub mod store;

pub use error::CertificateError;
pub use pair::{Origin, Pair};
pub use store::CertificateStore;
