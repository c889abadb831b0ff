//! A definition that cannot be read: made by another version, or damaged. It must hold up no other
//! application, and its hosts must not fall to one.

use config::snapshot::{HostPattern, is_path_prefix};
use serde_json::Value;

/// What stands in the store, and why it is no definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub why: String,
    pub text: String,
}

impl Unreadable {
    /// The hosts and the path prefix that it speaks of, as far as they can be made out. A host that cannot
    /// is not guarded: it may be any, and to close all would let one damaged row shut out everybody. The
    /// problem is told until it is mended.
    #[must_use]
    pub fn places(&self) -> (Vec<HostPattern>, Option<String>) {
        let value: Value = serde_json::from_str(&self.text).unwrap_or_default();
        let hosts = value.get("hosts").and_then(Value::as_array);
        let hosts = hosts
            .into_iter()
            .flatten()
            .filter_map(|host| HostPattern::try_from(host.as_str()?.to_owned()).ok())
            .collect();
        let prefix = match value.get("path_prefix") {
            None if value.is_object() => Some("/"),
            prefix => prefix.and_then(Value::as_str),
        };
        let prefix = prefix.filter(|prefix| is_path_prefix(prefix));
        (hosts, prefix.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_made_out_of_a_broken_definition_is_its_places() {
        let places = |text: &str| {
            let broken = Unreadable {
                why: String::new(),
                text: text.to_owned(),
            };
            let (hosts, prefix) = broken.places();
            let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
            (hosts.join(" "), prefix)
        };
        let found = |hosts: &str, prefix: Option<&str>| (hosts.into(), prefix.map(str::to_owned));
        for (text, hosts, prefix) in [
            (
                r#"{"hosts":["wiki.example.com",7,"a b"],"path_prefix":"/wiki","from":"2.0"}"#,
                "wiki.example.com",
                Some("/wiki"),
            ),
            (r#"{"hosts":["a.example.com"]}"#, "a.example.com", Some("/")),
            (
                r#"{"hosts":["a.example.com"],"path_prefix":7}"#,
                "a.example.com",
                None,
            ),
            (
                r#"{"hosts":["a.example.com"],"path_prefix":"/a/../b"}"#,
                "a.example.com",
                None,
            ),
            (
                r#"{"hosts":["a.example.com"],"path_prefix":"x"}"#,
                "a.example.com",
                None,
            ),
            (r#"{"hosts":7}"#, "", Some("/")),
            ("{", "", None),
            ("", "", None),
        ] {
            assert_eq!(places(text), found(hosts, prefix), "{text}");
        }
    }
}
