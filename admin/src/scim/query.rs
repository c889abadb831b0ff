//! What is asked of a list, and which parts of resources are wanted.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use scim_v2::filter::Filter;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::answer::{self, Chosen, Resource};
use super::error::ScimError;
use super::filter;

/// So many resources an answer.
const USUAL: usize = 100;
pub const MOST: usize = 200;

/// The parameters of an address.
#[derive(Debug)]
pub struct Asked {
    pub filter: Option<Filter>,
    /// Counted from 0.
    pub start: usize,
    pub count: usize,
    pub chosen: Chosen,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = ScimError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ScimError> {
        let mut asked = Self {
            filter: None,
            start: 0,
            count: USUAL,
            chosen: Chosen::default(),
        };
        let query = parts.uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.to_ascii_lowercase().as_str() {
                "filter" if !value.trim().is_empty() => {
                    asked.filter = Some(filter::parse(value.trim())?);
                }
                "startindex" => asked.start = number(&name, &value)?.saturating_sub(1),
                "count" => asked.count = number(&name, &value)?.min(MOST),
                "attributes" => asked.chosen.only = listed(&value),
                "excludedattributes" => asked.chosen.without = listed(&value),
                _ => {}
            }
        }
        if !asked.chosen.only.is_empty() && !asked.chosen.without.is_empty() {
            let what = (
                "attributes and excludedAttributes exclude each other",
                "attributes 与 excludedAttributes 不能同时使用",
            );
            return Err(ScimError::invalid_value(what));
        }
        Ok(asked)
    }
}

/// What is below the least counts as the least (RFC 7644 §3.4.2.4).
fn number(name: &str, value: &str) -> Result<usize, ScimError> {
    let number: i64 = value.trim().parse().map_err(|_| {
        let what = (
            &*format!("{name} is a number"),
            &*format!("{name} 应为数字"),
        );
        ScimError::invalid_value(what)
    })?;
    Ok(usize::try_from(number).unwrap_or(0))
}

fn listed(value: &str) -> Vec<String> {
    let names = value.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Asked {
    /// Whether the filter, or what is wanted, has to do with this attribute.
    #[must_use]
    pub fn touches(&self, name: &str) -> bool {
        self.chosen.has(name) || self.filters(name)
    }

    /// Whether the filter has to do with it.
    #[must_use]
    pub fn filters(&self, name: &str) -> bool {
        let filter = self.filter.as_ref().map(ToString::to_string);
        let filter = filter.unwrap_or_default().to_ascii_lowercase();
        filter.contains(&name.to_ascii_lowercase())
    }

    /// Part of a list.
    #[must_use]
    pub fn answer(&self, base: &str, total: usize, page: &[Resource]) -> Response {
        let resources: Vec<Value> = page
            .iter()
            .map(|one| Value::Object(self.chosen.of(one.schema, one.whole(base))))
            .collect();
        answer::json(StatusCode::OK, &list(total, self.start, &resources))
    }

    /// Whether it is one of those that are asked for.
    #[must_use]
    pub fn wants(&self, resource: &Resource, base: &str) -> bool {
        let Some(filter) = &self.filter else {
            return true;
        };
        let whole: Map<String, Value> = resource.whole(base);
        filter::matches(resource.schema, filter, &whole)
    }
}

/// RFC 7644 §3.4.2.
#[must_use]
pub fn list(total: usize, start: usize, resources: &[Value]) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start + 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}
