//! How resources are answered with: what of them was asked for, in the media type of SCIM.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use config::Timestamp;
use serde_json::{Map, Value, json};

use super::schema::Schema;

pub const MEDIA_TYPE: &str = "application/scim+json";

/// A resource as it is kept, with what is known of it beside.
#[derive(Clone, Debug)]
pub struct Resource {
    pub schema: &'static Schema,
    pub id: String,
    /// What was told of it, `externalId` among it.
    pub document: Map<String, Value>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub version: i64,
}

impl Resource {
    /// All of it. `base` is the address of the directory.
    #[must_use]
    pub fn whole(&self, base: &str) -> Map<String, Value> {
        let mut schemas = vec![Value::from(self.schema.urn)];
        let extension = self.schema.extension.map(|(urn, _)| urn);
        schemas.extend(
            extension
                .filter(|urn| self.document.contains_key(*urn))
                .map(Value::from),
        );
        let mut whole = Map::new();
        whole.insert("schemas".to_owned(), schemas.into());
        whole.insert("id".to_owned(), self.id.as_str().into());
        whole.extend(self.document.clone());
        let meta = json!({
            "resourceType": self.schema.name,
            "created": moment(self.created_at),
            "lastModified": moment(self.modified_at),
            "location": self.location(base),
            "version": etag(self.version),
        });
        whole.insert("meta".to_owned(), meta);
        whole
    }

    #[must_use]
    pub fn location(&self, base: &str) -> String {
        format!("{base}/{}/{}", self.schema.endpoint, self.id)
    }
}

#[must_use]
pub fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}

/// Which attributes are asked for (RFC 7644 §3.9): `id` and `schemas` always come along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    pub only: Vec<String>,
    pub without: Vec<String>,
}

impl Chosen {
    /// Whether somebody wants to see the attribute at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let names = |path: &String| first(path).eq_ignore_ascii_case(name);
        let left_out = self
            .without
            .iter()
            .any(|path| path.eq_ignore_ascii_case(name));
        (self.only.is_empty() || self.only.iter().any(names)) && !left_out
    }

    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.only.is_empty() && self.without.is_empty()
    }

    /// What is left of a resource.
    #[must_use]
    pub fn of(&self, schema: &Schema, whole: Map<String, Value>) -> Map<String, Value> {
        let mut left = Map::new();
        for (name, value) in whole {
            let is_always = matches!(name.as_str(), "id" | "schemas");
            if is_always || self.is_everything() {
                left.insert(name, value);
            } else if let Some(value) = self.part(schema, &name, value) {
                left.insert(name, value);
            }
        }
        left
    }

    fn part(&self, schema: &Schema, name: &str, value: Value) -> Option<Value> {
        let subs = |paths: &[String]| -> Vec<String> {
            let below = paths.iter().filter_map(|path| sub_of(schema, name, path));
            below.map(str::to_ascii_lowercase).collect()
        };
        let is_whole = |paths: &[String]| {
            paths
                .iter()
                .any(|path| plain(schema, path).eq_ignore_ascii_case(name))
        };
        if is_whole(&self.without) {
            return None;
        }
        let (only, without) = (subs(&self.only), subs(&self.without));
        if !self.only.is_empty() && !is_whole(&self.only) {
            if only.is_empty() {
                return None;
            }
            return Some(kept(value, &|key| only.contains(&key.to_ascii_lowercase())));
        }
        if without.is_empty() {
            return Some(value);
        }
        Some(kept(value, &|key| {
            !without.contains(&key.to_ascii_lowercase())
        }))
    }
}

/// Of each object in a value, the keys that are to stay.
fn kept(value: Value, stays: &dyn Fn(&str) -> bool) -> Value {
    match value {
        Value::Array(all) => all.into_iter().map(|one| kept(one, stays)).collect(),
        Value::Object(map) => {
            let map = map.into_iter().filter(|(key, _)| stays(key));
            Value::Object(map.collect())
        }
        other => other,
    }
}

/// A path without the name of the core schema before it.
fn plain<'a>(schema: &Schema, path: &'a str) -> &'a str {
    let prefix = path.get(..schema.urn.len());
    match prefix {
        Some(prefix) if prefix.eq_ignore_ascii_case(schema.urn) => {
            path[schema.urn.len()..].trim_start_matches(':')
        }
        _ => path,
    }
}

/// What follows the name of an attribute, or of the extension, in a path.
fn sub_of<'a>(schema: &Schema, name: &str, path: &'a str) -> Option<&'a str> {
    let path = plain(schema, path);
    let prefix = path.get(..name.len())?;
    let rest = path.get(name.len()..)?;
    let between = if name.contains(':') { ':' } else { '.' };
    let rest = rest.strip_prefix(between)?;
    let first = rest.split('.').next().unwrap_or(rest);
    prefix.eq_ignore_ascii_case(name).then_some(first)
}

fn first(path: &str) -> &str {
    if path.contains(':') {
        return path.rsplit(':').next().unwrap_or(path);
    }
    path.split('.').next().unwrap_or(path)
}

/// An answer with a body.
#[must_use]
pub fn json(status: StatusCode, body: &Value) -> Response {
    let mut answer = Response::new(Body::from(body.to_string()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// A resource, or what is asked for of it.
#[must_use]
pub fn resource(status: StatusCode, base: &str, resource: &Resource, chosen: &Chosen) -> Response {
    let body = chosen.of(resource.schema, resource.whole(base));
    let mut answer = json(status, &Value::Object(body));
    let headers = answer.headers_mut();
    if let Ok(version) = HeaderValue::from_str(&etag(resource.version)) {
        headers.insert(header::ETAG, version);
    }
    if let Ok(location) = HeaderValue::from_str(&resource.location(base)) {
        headers.insert(header::LOCATION, location);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::{ENTERPRISE, USERS};

    #[test]
    fn what_is_asked_for_is_left() {
        let whole = json!({
            "id": "1", "schemas": [], "userName": "ada", "name": {"givenName": "Ada", "familyName": "L"},
            "emails": [{"value": "a@b", "type": "work"}], ENTERPRISE: {"department": "x", "division": "y"},
        });
        let left = |only: &[&str], without: &[&str]| {
            let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let chosen = Chosen {
                only: list(only),
                without: list(without),
            };
            Value::Object(chosen.of(&USERS, whole.as_object().unwrap().clone()))
        };
        let found = left(&["USERNAME"], &[]);
        assert_eq!(found, json!({"id": "1", "schemas": [], "userName": "ada"}));
        let found = left(&["name.givenName", "emails.value"], &[]);
        assert_eq!(found["name"], json!({"givenName": "Ada"}));
        assert_eq!(found["emails"], json!([{"value": "a@b"}]));
        let core = format!("{}:userName", USERS.urn);
        assert_eq!(left(&[&core], &[])["userName"], "ada");
        let found = left(&[], &["emails", "name.familyName", "id"]);
        assert_eq!(found.get("emails"), None);
        assert_eq!(found["name"], json!({"givenName": "Ada"}));
        assert_eq!(found["id"], "1", "it is always there");
        let department = format!("{ENTERPRISE}:department");
        assert_eq!(
            left(&[], &[&department])[ENTERPRISE],
            json!({"division": "y"})
        );
        assert_eq!(left(&[ENTERPRISE], &[])[ENTERPRISE]["department"], "x");
    }
}
