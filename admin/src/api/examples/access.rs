//! Examples of who may do what and from where, and of what is tried before it is done.

use serde_json::{Value, json};

use super::{ID, LATER, THEN};

/// What is sent and told of roles and groups.
pub(super) fn of_roles(name: &str) -> Option<Value> {
    Some(match name {
        "RoleDraft" => json!({
            "name": "Partner managers", "description": "May add external members",
            "permissions": ["guests:create", "members:read"]
        }),
        "TokenName" => json!({"name": "weekly export"}),
        "RuleCount" => json!({"members": 42}),
        _ => return None,
    })
}

/// What is told of address lists.
pub(super) fn of_addresses(name: &str) -> Option<Value> {
    Some(match name {
        "IpRules" => json!({
            "off_since": null, "your_address": "192.0.2.7",
            "trial": {
                "list": ID, "list_name": "office", "made_by": "zhang.san",
                "address": "198.51.100.7", "begun_at": THEN, "until": LATER
            }
        }),
        "Preview" => json!({
            "entries": 120, "new": 100, "repeated": 3, "more_wrong": 0,
            "wrong": [{
                "line": 7, "text": "10.0.0.0/40",
                "problem": "\"10.0.0.0/40\" is not an address, a CIDR block or a range",
                "allowed": "write 192.0.2.7, 192.0.2.0/24 or the like"
            }]
        }),
        "Found" => json!({"entry": {"range": "192.0.2.0/24", "note": "the office"}}),
        _ => return None,
    })
}

/// What is tried before it is done.
pub(super) fn of_tries(name: &str) -> Option<Value> {
    Some(match name {
        "UpstreamTest" => json!({
            "host": "wiki.example.com", "pool": {"upstreams": [{"address": "10.0.0.5:8080"}]}
        }),
        "Foretold" => json!({
            "since": THEN, "requests": 1200, "more": false, "refused": 3, "let_in": 0,
            "unknown": 1, "reasons": [{
                "reason": "no_rule_allows", "rule": null, "requests": 3
            }],
            "examples": [{
                "at": THEN, "username": "zhang.san", "client_address": "192.0.2.7",
                "method": "GET", "path": "/edit", "before": null, "after": "no_rule_allows",
                "rule": null
            }]
        }),
        "UpstreamSeen" => json!({
            "application": ID, "address": "10.0.0.5:8080", "health": "well"
        }),
        "UpstreamTestResults" => json!({
            "upstreams": [{
                "address": "10.0.0.5:8080", "reached": false, "steps": [{
                    "stage": "connect", "succeeded": false, "took_ms": 2,
                    "finding": "the connection is refused: does the service run?"
                }]
            }]
        }),
        _ => return None,
    })
}
