//! The keys that sign identity assertions (ES256, RFC 7518 §3.4).

use std::fmt;
use std::sync::Arc;

/// One key signs; the others are still published until all that they signed has expired, or already
/// published before their turn comes.
#[derive(Clone, Debug)]
pub struct SigningKeys {
    pub current: SigningKey,
    /// JSON Web Key Set (RFC 7517 §5) of all published keys, the current one among them.
    pub jwks: Arc<str>,
}

#[derive(Clone)]
pub struct SigningKey {
    /// Key id, RFC 7638 thumbprint.
    pub kid: String,
    /// PKCS #8 in PEM.
    pub private_pem: Arc<str>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
