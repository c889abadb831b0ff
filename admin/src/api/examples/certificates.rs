//! Examples of certificates: those that are served, and those that are uploaded.

use serde_json::{Value, json};

use super::{ID, LATER, THEN};

/// What is sent and told of certificates.
pub(super) fn of_certificates(name: &str) -> Option<Value> {
    Some(match name {
        "CertificateSeen" => seen(),
        "Certificate" => json!({
            "id": ID, "created_at": THEN, "names": ["*.example.com"], "issuer": "CN=Example CA",
            "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "not_before": THEN, "not_after": LATER
        }),
        "CertificateUpload" => json!({
            "chain": "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n",
            "key": "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n"
        }),
        _ => return None,
    })
}

pub(super) fn seen() -> Value {
    json!({
        "listener": "0.0.0.0:443", "names": ["*.example.com"], "issuer": "CN=Example CA",
        "not_before": THEN, "not_after": LATER, "file": "/etc/gatehouse/tls/example.com.pem",
        "superseded": false
    })
}
