//! How what is known of somebody is made of attributes, where one attribute as it is does not say it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entry::Entry;
use super::settings::is_attribute;
use crate::refused::Invalid;

/// What is known of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MappedField {
    Username,
    DisplayName,
    Email,
    Mobile,
    EmployeeNumber,
}

/// What is done to a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum MappingStep {
    /// Without what is empty at both ends.
    Trim,
    /// In lower case.
    Lower,
    /// Without this at its beginning, in whatever case.
    RemovePrefix { prefix: String },
}

/// One of them, in place of the attribute that is named for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeMapping {
    pub to: MappedField,
    /// The attributes whose first values are joined; those that are empty are left out. 1 to 4.
    #[schema(min_items = 1, max_items = 4)]
    pub from: Vec<String>,
    /// What stands between them. At most 20 characters.
    #[serde(default)]
    pub join: String,
    /// One after the other. At most 10.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub steps: Vec<MappingStep>,
    /// What it is where nothing is left; empty: nothing.
    #[serde(default)]
    pub default: String,
}

impl MappingStep {
    fn apply(&self, value: &str) -> String {
        match self {
            Self::Trim => value.trim().to_owned(),
            Self::Lower => value.to_lowercase(),
            Self::RemovePrefix { prefix } => {
                let start = value.get(..prefix.len());
                let is_there = start.is_some_and(|start| start.eq_ignore_ascii_case(prefix));
                let rest = if is_there {
                    &value[prefix.len()..]
                } else {
                    value
                };
                rest.to_owned()
            }
        }
    }
}

impl AttributeMapping {
    fn made_of(&self, entry: &Entry) -> Option<String> {
        let values: Vec<String> = self
            .from
            .iter()
            .filter_map(|name| entry.first(name))
            .collect();
        let joined = values.join(&self.join);
        let made = self
            .steps
            .iter()
            .fold(joined, |value, step| step.apply(&value));
        let made = if made.trim().is_empty() {
            self.default.clone()
        } else {
            made
        };
        (!made.is_empty()).then_some(made)
    }

    /// What may stand in the directory where this comes of it, of one attribute.
    pub fn origins(&self, made: &str) -> Vec<(&str, String)> {
        let [attribute] = self.from.as_slice() else {
            return Vec::new();
        };
        let mut origins = vec![(attribute.as_str(), made.to_owned())];
        for step in &self.steps {
            if let MappingStep::RemovePrefix { prefix } = step {
                origins.push((attribute, format!("{prefix}{made}")));
            }
        }
        origins
    }
}

/// What an entry says of a field: as it is mapped, or else by these attributes, the first that is there.
pub fn said(
    mappings: &[AttributeMapping],
    field: MappedField,
    attributes: &[String],
    entry: &Entry,
) -> Option<String> {
    match mappings.iter().find(|one| one.to == field) {
        Some(mapping) => mapping.made_of(entry),
        None => attributes.iter().find_map(|name| entry.first(name)),
    }
}

/// What is wrong with them.
pub fn problems(mappings: &[AttributeMapping]) -> Vec<Invalid> {
    let mut wrong = Vec::new();
    for (at, mapping) in mappings.iter().enumerate() {
        let is_twice = mappings[..at].iter().any(|other| other.to == mapping.to);
        let is_unfit = !(1..=4).contains(&mapping.from.len())
            || !mapping.from.iter().all(|name| is_attribute(name))
            || mapping.join.chars().count() > 20
            || mapping.steps.len() > 10
            || mapping.default.chars().count() > 200;
        let has_long_prefix = mapping.steps.iter().any(|step| {
            matches!(step, MappingStep::RemovePrefix { prefix } if !(1..=100).contains(&prefix.len()))
        });
        if is_twice || is_unfit || has_long_prefix {
            wrong.push(Invalid::new(
                &format!("source.people.mappings.{at}"),
                ("this is no mapping of attributes", "这不是有效的属性映射"),
                (
                    "one a field, from 1 to 4 attributes, with at most 10 steps; 20 characters between them, \
                     1 to 100 in a prefix, 200 in the default",
                    "每个字段一条，来自 1 到 4 个属性，最多 10 个步骤；连接符最多 20 个字符，前缀 1 到 100 个字符，\
                     默认值最多 200 个字符",
                ),
            ));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use ldap3::SearchEntry;

    use super::*;

    fn entry(attributes: &[(&str, &str)]) -> Entry {
        let attributes = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
        Entry::of(SearchEntry {
            dn: "cn=x".to_owned(),
            attrs: attributes.collect(),
            bin_attrs: HashMap::new(),
        })
    }

    fn mapping(json: serde_json::Value) -> AttributeMapping {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_value_is_joined_and_changed_step_by_step_or_is_the_default() {
        let name = mapping(serde_json::json!({
            "to": "username", "from": ["domain", "account"], "join": "\\",
            "steps": [{"do": "trim"}, {"do": "remove_prefix", "prefix": "CORP\\"}, {"do": "lower"}],
            "default": "nobody"
        }));
        let made = |attributes| name.made_of(&entry(attributes));
        assert_eq!(
            made(&[("domain", "corp"), ("account", "Wang ")]).unwrap(),
            "wang"
        );
        assert_eq!(made(&[("account", "Wang")]).unwrap(), "wang");
        assert_eq!(made(&[("other", "x")]).unwrap(), "nobody");
    }

    #[test]
    fn a_field_without_a_mapping_is_the_first_attribute_that_is_there() {
        let entry = entry(&[("cn", "C"), ("mail", "m")]);
        let names = ["displayName".to_owned(), "cn".to_owned()];
        let found = said(&[], MappedField::DisplayName, &names, &entry);
        assert_eq!(found.as_deref(), Some("C"));
        let mapped = [mapping(
            serde_json::json!({"to": "display_name", "from": ["sn"]}),
        )];
        assert_eq!(
            said(&mapped, MappedField::DisplayName, &names, &entry),
            None
        );
    }

    #[test]
    fn what_is_no_mapping_is_told_by_its_place() {
        let fine = mapping(serde_json::json!({"to": "email", "from": ["mail"]}));
        let empty = mapping(serde_json::json!({"to": "mobile", "from": []}));
        let wrong = problems(&[fine.clone(), fine, empty]);
        let fields: Vec<String> = wrong.into_iter().map(|one| one.field).collect();
        assert_eq!(
            fields,
            ["source.people.mappings.1", "source.people.mappings.2"]
        );
    }
}
