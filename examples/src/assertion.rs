//! Reads the claims of `X-Gatehouse-Assertion`, to show them to a person.
//!
//! The signature is not checked here. An application that decides anything by the claims checks it
//! with the keys at `/.gatehouse/jwks.json`, and checks issuer, audience and times too.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::snapshot::identity::ASSERTION_HEADER;
use serde_json::Value;

/// The claims, if there is an assertion that can be read.
pub fn claims(headers: &HeaderMap) -> Option<Value> {
    let token = headers.get(ASSERTION_HEADER)?.to_str().ok()?;
    let payload = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_from_the_middle_part() {
        let mut headers = HeaderMap::new();
        let payload = URL_SAFE_NO_PAD.encode(br#"{"sub":"7"}"#);
        let token = format!("e30.{payload}.sig").parse().unwrap();
        headers.insert(ASSERTION_HEADER, token);
        assert_eq!(claims(&headers).unwrap()["sub"], "7");
        headers.insert(ASSERTION_HEADER, "nonsense".parse().unwrap());
        assert_eq!(claims(&headers), None);
    }
}
