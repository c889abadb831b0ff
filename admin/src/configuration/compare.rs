//! What differs between two states of an object, field by field.

use serde_json::Value;

use super::FieldChange;

/// The fields that differ; none if both are the same.
#[must_use]
pub fn fields(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut all = Vec::new();
    walk("", before, after, &mut all);
    all
}

fn walk(field: &str, before: &Value, after: &Value, all: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let below = |name: &str| match field {
        "" => name.to_owned(),
        field => format!("{field}.{name}"),
    };
    match (before, after) {
        (Value::Object(b), Value::Object(a)) => {
            let new = a.iter().filter(|(name, _)| !b.contains_key(*name));
            for (name, value) in b {
                walk(
                    &below(name),
                    value,
                    a.get(name).unwrap_or(&Value::Null),
                    all,
                );
            }
            for (name, value) in new {
                walk(&below(name), &Value::Null, value, all);
            }
        }
        // Lists of different lengths are shown whole: which of their items moved is anybody's guess.
        (Value::Array(b), Value::Array(a))
            if a.len() == b.len() && a.iter().any(Value::is_object) =>
        {
            for (at, (b, a)) in b.iter().zip(a).enumerate() {
                walk(&below(&at.to_string()), b, a, all);
            }
        }
        _ => all.push(FieldChange {
            field: field.to_owned(),
            before: before.clone(),
            after: after.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_fields_that_differ_are_told() {
        let told = |before: Value, after: Value| -> Vec<String> {
            fields(&before, &after)
                .into_iter()
                .map(|c| c.field)
                .collect()
        };
        let before = json!({"a": {"b": 1, "c": 2}, "rules": [{"x": 1}, {"x": 2}], "hosts": ["a"]});
        assert!(told(before.clone(), before.clone()).is_empty());
        let after =
            json!({"a": {"b": 1, "c": 3}, "rules": [{"x": 1}, {"x": 3}], "hosts": ["b"], "n": 1});
        assert_eq!(
            told(before.clone(), after),
            ["a.c", "hosts", "rules.1.x", "n"]
        );
        assert_eq!(
            told(
                before,
                json!({"a": {"b": 1, "c": 2}, "hosts": ["a"], "rules": []})
            ),
            ["rules"]
        );
    }
}
