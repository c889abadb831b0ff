//! Refuses U+0000 at the edge of the API, wherever it comes in: path, query or body.
//!
//! No text of ours has a use for it, PostgreSQL cannot keep it, and much that reads our logs takes it
//! for the end. Handlers never see it.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde_json::Value;
use url::form_urlencoded;

use super::problem::Problem;
use crate::refused::Invalid;

const NUL: char = '\0';

/// Checks what the address of a request says, by the names of its parameters.
///
/// # Errors
/// The parameter that holds U+0000, or a path that is not UTF-8.
pub async fn check_address(parts: &mut Parts) -> Result<(), Problem> {
    let path = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|_| not_utf8())?;
    if let Some((name, _)) = path.iter().find(|(_, value)| value.contains(NUL)) {
        return Err(nul_in(name).into());
    }
    let query = parts.uri.query().unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name.contains(NUL) || value.contains(NUL));
    match found {
        Some((name, _)) => Err(nul_in(&name.replace(NUL, "\u{FFFD}")).into()),
        None => Ok(()),
    }
}

/// Checks a JSON text before it is read into what it stands for. One that is no JSON passes: its
/// reader tells what is wrong with it.
///
/// # Errors
/// The key under which a text holds U+0000.
pub fn check_json(text: &[u8]) -> Result<(), Problem> {
    // JSON has no other way to write it.
    let written = text.windows(6).any(|six| six == br"\u0000");
    if !written {
        return Ok(());
    }
    let found = serde_json::from_slice::<Value>(text)
        .ok()
        .and_then(|value| key_of_nul(&value));
    found.map_or(Ok(()), |key| {
        let key = if key.is_empty() { "." } else { &key };
        Err(nul_in(key).into())
    })
}

/// Written as `serde_path_to_error` writes the key of any other mistake.
fn key_of_nul(value: &Value) -> Option<String> {
    let below = |key: String, deeper: String| match deeper.chars().next() {
        None => key,
        Some('[') => key + &deeper,
        Some(_) => key + "." + &deeper,
    };
    match value {
        Value::String(text) => text.contains(NUL).then(String::new),
        Value::Array(items) => (0..)
            .zip(items)
            .find_map(|(at, item)| Some(below(format!("[{at}]"), key_of_nul(item)?))),
        Value::Object(fields) => fields.iter().find_map(|(name, field)| {
            if name.contains(NUL) {
                return Some(name.replace(NUL, "\u{FFFD}"));
            }
            Some(below(name.clone(), key_of_nul(field)?))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn nul_in(field: &str) -> Invalid {
    Invalid::new(
        field,
        (
            "it holds the character U+0000",
            "其中含有字符 U+0000（空字符）",
        ),
        ("text without U+0000", "不含 U+0000 的文本"),
    )
}

fn not_utf8() -> Problem {
    Invalid::new(
        "path",
        ("the path is not UTF-8", "路径不是有效的 UTF-8 文本"),
        ("percent-encoded UTF-8", "经百分号编码的 UTF-8 文本"),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_told_as_for_any_other_mistake() {
        let key = |text: &str| key_of_nul(&serde_json::from_str(text).unwrap());
        assert_eq!(
            key(r#"{"a":{"b":["x",{"c":"\u0000"}]}}"#).unwrap(),
            "a.b[1].c"
        );
        assert_eq!(key(r#"["x","y\u0000"]"#).unwrap(), "[1]");
        assert_eq!(key(r#"{"a\u0000":1}"#).unwrap(), "a\u{FFFD}");
        assert_eq!(key(r#"{"a":"\\u0000"}"#), None, "an escaped backslash");
        assert_eq!(key("7"), None);
    }
}
