//! Writes an object down as YAML: first what it is and what it is called, then the rest by the alphabet.

use saphyr::{Mapping, Scalar, Yaml, YamlEmitter};
use serde_json::{Map, Value};

use super::Kind;

/// What people look for first.
const FIRST: [&str; 5] = ["kind", "key", "name", "description", "hosts"];

/// A document with its mark.
#[must_use]
pub fn document(kind: Kind, key: Option<&str>, mut body: Map<String, Value>) -> String {
    body.insert("kind".to_owned(), kind.name().into());
    if let Some(key) = key {
        body.insert("key".to_owned(), key.into());
    }
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = YamlEmitter::new(&mut text).dump(&yaml(Value::Object(body)));
    text.push('\n');
    text
}

fn yaml(value: Value) -> Yaml<'static> {
    let scalar = match value {
        Value::Null => Scalar::Null,
        Value::Bool(value) => Scalar::Boolean(value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Scalar::Integer(integer),
            None => Scalar::FloatingPoint(number.as_f64().unwrap_or_default().into()),
        },
        Value::String(text) => Scalar::String(text.into()),
        Value::Array(items) => return Yaml::Sequence(items.into_iter().map(yaml).collect()),
        Value::Object(fields) => return Yaml::Mapping(mapping(fields)),
    };
    Yaml::Value(scalar)
}

fn mapping(mut fields: Map<String, Value>) -> Mapping<'static> {
    let mut ordered = Vec::with_capacity(fields.len());
    for name in FIRST {
        ordered.extend(fields.remove_entry(name));
    }
    let mut rest: Vec<(String, Value)> = fields.into_iter().collect();
    rest.sort_by(|one, other| one.0.cmp(&other.0));
    ordered.extend(rest);
    let pair =
        |(name, value): (String, Value)| (Yaml::Value(Scalar::String(name.into())), yaml(value));
    ordered.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::yaml::read;
    use serde_json::json;

    #[test]
    fn whatever_a_text_holds_is_read_back_as_it_was() {
        let texts = [
            "",
            " a ",
            "yes",
            "null",
            "~",
            "7",
            "0x1f",
            "1e3",
            ".inf",
            "-1",
            "- a",
            "a: b",
            "a #b",
            "#",
            "\"",
            "'",
            "\\",
            "a\nb\n",
            "a\r\nb",
            "\t",
            "*x",
            "&x",
            "!x",
            "|",
            ">",
            "%",
            "@",
            "维基",
            "{a}",
            "[a]",
            "a,b",
            "?",
            "-",
            "---",
            "...",
            "<<",
            "=",
            "\u{85}\u{2028}",
            "é",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            "+1",
            "-.5",
            "1_000",
            "2026-01-01",
            "0o7",
            "`",
            "TRUE",
            "\u{7f}",
            "\u{feff}a",
        ];
        let body = json!({"name": "Wiki", "texts": texts.as_slice(), "n": [1, -7, true, null, 0.5], "none": [], "empty": {}});
        let Value::Object(body) = body else { panic!() };
        let text = document(Kind::Application, Some("wiki"), body.clone());
        assert!(
            text.starts_with("---\nkind: application\nkey: wiki\nname: Wiki\n"),
            "{text}"
        );
        let back = read(&text).unwrap().remove(0).value;
        for (field, value) in body {
            assert_eq!(back[&field], value, "{text}");
        }
    }
}
