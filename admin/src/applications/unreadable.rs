//! A definition that cannot be read: made by another version, or damaged. It must hold up no other
//! application, and its hosts must not fall to one.

use config::snapshot::HostPattern;
use serde_json::Value;

/// What stands in the store, and why it is no definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub why: String,
    pub text: String,
}

impl Unreadable {
    /// The hosts and the path prefix that it seems to speak of.
    #[must_use]
    pub fn places(&self) -> (Vec<HostPattern>, String) {
        let value: Value = serde_json::from_str(&self.text).unwrap_or_default();
        let hosts = value.get("hosts").and_then(Value::as_array);
        let hosts = hosts
            .into_iter()
            .flatten()
            .filter_map(|host| HostPattern::try_from(host.as_str()?.to_owned()).ok())
            .collect();
        let prefix = value.get("path_prefix").and_then(Value::as_str);
        let prefix = prefix.filter(|prefix| prefix.starts_with('/'));
        (hosts, prefix.unwrap_or("/").to_owned())
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
        let wiki = r#"{"hosts":["wiki.example.com",7,"a b"],"path_prefix":"/wiki","from":"2.0"}"#;
        assert_eq!(places(wiki), ("wiki.example.com".into(), "/wiki".into()));
        for text in [r#"{"hosts":7}"#, "{", ""] {
            assert_eq!(places(text), (String::new(), "/".into()));
        }
    }
}
