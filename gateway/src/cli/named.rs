//! Finds the one object of a listing that a person means: by its id or by its name.

use serde_json::Value;

use crate::cli::client::{Client, CommandError, encoded};
use crate::cli::pages;

/// The path of the object below `listing` (such as `/groups`) whose id or name is `wanted`.
///
/// # Errors
/// If there is none, or if several have that name.
pub async fn path_of(client: &Client, listing: &str, wanted: &str) -> Result<String, CommandError> {
    let id = id_of(client, listing, wanted).await?;
    Ok(format!("{listing}/{}", encoded(&id)))
}

/// Its id alone.
///
/// # Errors
/// If there is none, or if several have that name.
pub async fn id_of(client: &Client, listing: &str, wanted: &str) -> Result<String, CommandError> {
    let whole = format!("{listing}?limit=1000");
    let rows = pages::all(client, &whole, usize::MAX).await?;
    let ids: Vec<&str> = rows
        .iter()
        .filter(|row| is(row, wanted))
        .filter_map(|row| row.get("id").and_then(Value::as_str))
        .collect();
    match ids.as_slice() {
        [id] => Ok((*id).to_owned()),
        [] => Err(none_of(listing, wanted)),
        several => Err(CommandError::Refused(format!(
            "{} have the name \"{wanted}\"; use an id: {}",
            several.len(),
            several.join(", ")
        ))),
    }
}

/// The commands are named as the listings are.
fn none_of(listing: &str, wanted: &str) -> CommandError {
    let command = listing.trim_start_matches('/');
    let noun = command.trim_end_matches('s');
    let list = if command == "roles" { "" } else { " list" };
    CommandError::Missing(format!(
        "there is no {noun} with the name or id \"{wanted}\"; `gatehouse {command}{list}` shows what there is"
    ))
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

    #[test]
    fn whoever_names_what_is_not_there_is_told_where_to_look() {
        let told = none_of("/ip-lists", "office").to_string();
        assert!(
            told.starts_with("there is no ip-list with the name or id \"office\""),
            "{told}"
        );
        assert!(told.contains("`gatehouse ip-lists list`"), "{told}");
    }
}
