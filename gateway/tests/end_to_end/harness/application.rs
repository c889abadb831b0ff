//! An application as an operator writes it down, shortest first.

use serde_json::{Value, json};

use super::upstream::Upstream;

#[derive(Clone, Debug)]
pub struct Application {
    pub host: String,
    definition: Value,
}

impl Application {
    /// `https://NAME.corp.test`, open to everyone who is signed in.
    pub fn new(name: &str, upstream: &Upstream) -> Self {
        Self::at_address(name, &upstream.address.to_string())
    }

    pub fn at_address(name: &str, address: &str) -> Self {
        let host = format!("{name}.corp.test");
        let definition = json!({
            "name": { "zh-CN": name, "en": name },
            "hosts": [host],
            "pool": { "upstreams": [{ "address": address }] },
            "access": { "kind": "rules", "rules": [allow(json!({ "kind": "everyone" }))] },
        });
        Self { host, definition }
    }

    /// Anybody may open it without signing in.
    pub fn public(self) -> Self {
        self.with("access", json!({ "kind": "public" }))
    }

    /// Only whoever `who` says: `{"kind": "group", "id": …}`.
    pub fn only_for(self, who: Value) -> Self {
        self.with("access", json!({ "kind": "rules", "rules": [allow(who)] }))
    }

    /// Everyone, but only with a second factor.
    pub fn with_two_step(self) -> Self {
        let mut rule = allow(json!({ "kind": "everyone" }));
        rule["two_step"] = json!({ "kind": "required" });
        self.with("access", json!({ "kind": "rules", "rules": [rule] }))
    }

    /// A part that anybody may open: whole segments below `prefix`.
    pub fn with_public_path(mut self, prefix: &str) -> Self {
        let rule = json!({
            "id": format!("public{}", prefix.replace('/', "-")),
            "name": format!("public {prefix}"),
            "path": { "kind": "prefix", "path": prefix },
            "access": { "kind": "public" },
        });
        match self.definition["path_rules"].as_array_mut() {
            Some(rules) => rules.push(rule),
            None => self.definition["path_rules"] = json!([rule]),
        }
        self
    }

    /// Tells the upstream who is calling by a plain header too.
    pub fn with_identity_header(mut self, name: &str, field: &str) -> Self {
        let header = json!({ "name": name, "value": field });
        match self.definition["identity"]["headers"].as_array_mut() {
            Some(headers) => headers.push(header),
            None => self.definition["identity"] = json!({ "assertion": true, "headers": [header] }),
        }
        self
    }

    pub fn with_websockets(self) -> Self {
        self.with(
            "websockets",
            json!({ "enabled": true, "allowed_origins": [] }),
        )
    }

    pub fn with_watermark(self) -> Self {
        self.with("watermark", json!(true))
    }

    /// Sets any part of the definition.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.definition[key] = value;
        self
    }

    pub fn definition(&self) -> &Value {
        &self.definition
    }
}

/// A rule that lets in whoever `who` says.
#[expect(clippy::needless_pass_by_value, reason = "reads best at its calls")]
pub fn allow(who: Value) -> Value {
    json!({ "id": "allow", "name": "allow", "effect": "allow", "who": [who] })
}
