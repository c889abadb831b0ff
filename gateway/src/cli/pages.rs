//! Reads a listing of the API from its first page to its last.

use serde_json::Value;

use crate::cli::client::{Client, CommandError, encoded};

/// The path of the rows of a listing that `search` finds, or of all.
pub fn of(listing: &str, search: Option<&str>) -> String {
    search.map_or_else(
        || listing.to_owned(),
        |text| format!("{listing}?search={}", encoded(text)),
    )
}

/// All rows at `path`, or the first `limit` of them.
pub async fn all(client: &Client, path: &str, limit: usize) -> Result<Vec<Value>, CommandError> {
    let mut rows = until(client, path, |rows| rows.len() >= limit).await?;
    rows.truncate(limit);
    Ok(rows)
}

/// The rows at `path`, page by page, up to the page with which they are enough.
pub async fn until(
    client: &Client,
    path: &str,
    enough: impl Fn(&[Value]) -> bool,
) -> Result<Vec<Value>, CommandError> {
    let mut rows: Vec<Value> = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = match &next {
            None => client.get(path).await?,
            Some(cursor) => {
                let joint = if path.contains('?') { '&' } else { '?' };
                let path = format!("{path}{joint}after={}", encoded(cursor));
                client.get(&path).await?
            }
        };
        let items = page.body.get("items").and_then(Value::as_array);
        rows.extend(items.into_iter().flatten().cloned());
        next = page
            .body
            .get("next")
            .and_then(Value::as_str)
            .map(str::to_owned);
        if next.is_none() || enough(&rows) {
            return Ok(rows);
        }
    }
}
