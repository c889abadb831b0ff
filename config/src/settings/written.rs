//! What an operator has written, each value with its place: shown in the console, where it cannot be
//! changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::settings::tree::{Node, Value};

/// One setting as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Written {
    /// Dotted, entries of a list counted from 0: `listener.0.address`.
    pub key: String,
    /// Absent where it may hold a secret: that it is set is all that is told.
    pub value: Option<String>,
    /// `gatehouse.toml:12`, or the name of an environment variable.
    pub source: String,
}

/// Whether nobody is shown the value of this key.
fn is_secret(key: &str, value: &str) -> bool {
    key.starts_with("secrets.") || (key == "store.url" && value != "embedded")
}

/// All that stands in the tree, by its keys.
pub(super) fn of(root: &Node) -> Vec<Written> {
    let mut all = Vec::new();
    add(&mut all, String::new(), root);
    all
}

fn add(all: &mut Vec<Written>, key: String, node: &Node) {
    let below = |name: &str| {
        if key.is_empty() {
            name.to_owned()
        } else {
            format!("{key}.{name}")
        }
    };
    let value = match &node.value {
        Value::Table(table) => {
            for (name, node) in table {
                add(all, below(name), node);
            }
            return;
        }
        Value::List(list) => {
            for (index, node) in list.iter().enumerate() {
                add(all, below(&index.to_string()), node);
            }
            return;
        }
        Value::Text(text) | Value::Variable(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Other(kind) => (*kind).to_owned(),
    };
    all.push(Written {
        value: (!is_secret(&key, &value)).then_some(value),
        key,
        source: node.source.clone(),
    });
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::Settings;

    fn written(text: &str, environment: &[(&str, &str)]) -> Vec<(String, Option<String>, String)> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gatehouse.toml");
        std::fs::write(&file, text).unwrap();
        let environment = environment.iter();
        let environment = environment.map(|(name, value)| ((*name).into(), (*value).into()));
        let settings = Settings::load(&file, environment).unwrap();
        let base = |source: &str| {
            let name = Path::new(source).file_name().unwrap();
            name.to_str().unwrap().to_owned()
        };
        let all = settings.written.into_iter();
        all.map(|w| (w.key, w.value, base(&w.source))).collect()
    }

    #[test]
    fn a_setting_is_told_with_where_it_was_written_and_a_secret_only_that_it_is_set() {
        let text = "version = 1\n[access]\nurl = \"http://access.localhost:8080\"\n\
                    [[listener]]\naddress = \"127.0.0.1:8080\"\n\
                    [secrets]\nmaster_key = \"environment:KEY\"\n\
                    [trust]\nproxies = [\"10.0.0.0/8\"]\n";
        let environment = [
            ("GATEHOUSE_STORE__URL", "postgres://u:hidden@db/gatehouse"),
            ("GATEHOUSE_LIMITS__THREADS", "3"),
        ];
        let all = written(text, &environment);
        let find = |key: &str| {
            let found = all.iter().find(|(k, ..)| k == key).unwrap();
            (found.1.as_deref(), found.2.as_str())
        };
        assert_eq!(
            find("access.url"),
            (Some("http://access.localhost:8080"), "gatehouse.toml:3")
        );
        assert_eq!(find("listener.0.address").0, Some("127.0.0.1:8080"));
        assert_eq!(find("secrets.master_key"), (None, "gatehouse.toml:7"));
        assert_eq!(find("trust.proxies.0").0, Some("10.0.0.0/8"));
        assert_eq!(find("store.url"), (None, "GATEHOUSE_STORE__URL"));
        assert_eq!(
            find("limits.threads"),
            (Some("3"), "GATEHOUSE_LIMITS__THREADS")
        );
        assert!(!format!("{all:?}").contains("hidden"));
    }
}
