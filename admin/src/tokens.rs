//! Secrets that a browser or a link carries: 32 random bytes, of which the store keeps the hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// SHA-256 of the bytes of a token: enough to find it again, not enough to use it.
pub type TokenHash = [u8; 32];

/// 256 random bits. Not `Debug`, not `Display`: it goes into a cookie or a form, and nowhere else.
pub struct Token {
    text: Zeroizing<String>,
    hash: TokenHash,
}

impl Token {
    /// A fresh one, from a cryptographic generator that the operating system seeds.
    #[must_use]
    pub fn generate() -> Self {
        let bytes = Zeroizing::new(rand::random::<[u8; 32]>());
        Self::from_bytes(&bytes)
    }

    /// Reads what a client sent: base64url of exactly 32 bytes, without padding.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        Some(Self::from_bytes(&bytes))
    }

    fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self {
            text: Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes)),
            hash: Sha256::digest(bytes).into(),
        }
    }

    /// As it is sent to the client.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.text
    }

    /// As the store keeps it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        self.hash
    }

    /// A value derived from this token for one `purpose`, which does not give the token away.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(purpose.as_bytes());
        digest.update([0]);
        digest.update(self.text.as_bytes());
        URL_SAFE_NO_PAD.encode(digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn what_was_sent_is_found_again_and_nothing_else_is_read() {
        let token = Token::generate();
        let again = Token::parse(token.as_text()).unwrap();
        assert_eq!(token.hash(), again.hash());
        assert_eq!(token.derive("a"), again.derive("a"));
        assert_ne!(token.derive("a"), token.derive("b"));
        assert_ne!(token.hash(), Token::generate().hash());
        let padded = format!("{}=", token.as_text());
        for text in ["", "abc", padded.as_str(), &"!".repeat(43)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
