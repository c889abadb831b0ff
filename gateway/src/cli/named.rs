//! Finds the one object of a listing that a person means: by its id or by its name.

use serde_json::Value;

use crate::cli::client::{Client, CommandError, encoded};
use crate::cli::pages;

/// The path of the object below `listing` (such as `/groups`) whose id or name is `wanted`.
///
/// # Errors
/// If there is none, or if several have that name.
pub async fn path_of(client: &Client, listing: &str, wanted: &str) -> Result<String, CommandError> {
    let rows = pages::all(client, listing, usize::MAX).await?;
    let ids: Vec<&str> = rows
        .iter()
        .filter(|row| is(row, wanted))
        .filter_map(|row| row.get("id").and_then(Value::as_str))
        .collect();
    match ids.as_slice() {
        [id] => Ok(format!("{listing}/{}", encoded(id))),
        [] => Err(CommandError::Refused(format!(
            "nothing below {listing} has the id or name \"{wanted}\""
        ))),
        several => Err(CommandError::Refused(format!(
            "{} have the name \"{wanted}\"; use an id: {}",
            several.len(),
            several.join(", ")
        ))),
    }
}

/// A name is one text, or one in each language.
fn is(row: &Value, wanted: &str) -> bool {
    let equal = |value: Option<&Value>| value.and_then(Value::as_str) == Some(wanted);
    let name = row.get("name");
    equal(row.get("id"))
        || equal(name)
        || equal(name.and_then(|n| n.get("en")))
        || equal(name.and_then(|n| n.get("zh-CN")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_is_found_by_id_and_by_its_name_in_either_language() {
        let row = json!({"id": "7", "name": {"en": "Wiki", "zh-CN": "维基"}});
        for wanted in ["7", "Wiki", "维基"] {
            assert!(is(&row, wanted), "{wanted}");
        }
        assert!(!is(&row, "wiki2"));
    }
}
