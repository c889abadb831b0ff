//! A settings file as it was written, each value with the place it came from.
//!
//! TOML is parsed to its end even after an error, and nothing is turned into a checked type here, so
//! that one run can report everything that is wrong. That is also why no `Deserialize` is used: it
//! stops at the first problem.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::Problem;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub value: Value,
    /// `gatehouse.toml:12`, or the name of an environment variable.
    pub source: String,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Table(Table),
    List(Vec<Node>),
    Text(String),
    Integer(i64),
    Boolean(bool),
    /// From the environment: text that may stand for a number, a boolean or a list as well.
    Variable(String),
    /// A kind of value that no setting has, by its name.
    Other(&'static str),
}

pub(super) type Table = BTreeMap<String, Node>;

impl Value {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Variable(text) => Some(text),
            _ => None,
        }
    }

    /// What the value is, for the sentence that refuses it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Table(_) => "a section",
            Self::List(_) => "a list",
            Self::Text(_) | Self::Variable(_) => "a text",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Other(kind) => kind,
        }
    }
}

/// Parses a file's text. What cannot be parsed is left out and told.
pub(super) fn parse(file: &Path, text: &str) -> (Node, Vec<Problem>) {
    let lines = Lines { file, text };
    let (table, errors) = DeTable::parse_recoverable(text);
    let problems = errors
        .into_iter()
        .map(|error| Problem {
            source: lines.source(error.span().map_or(0, |span| span.start)),
            key: "(TOML)".into(),
            what: format!("this is not valid TOML: {}", error.message()).into(),
            allowed: "see https://toml.io for how it is written".into(),
        })
        .collect();
    let root = Node {
        value: Value::Table(lines.table(table.into_inner())),
        source: file.display().to_string(),
    };
    (root, problems)
}

struct Lines<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Lines<'_> {
    fn source(&self, offset: usize) -> String {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        format!("{}:{line}", self.file.display())
    }

    fn table(&self, table: DeTable<'_>) -> Table {
        table
            .into_iter()
            .map(|(key, value)| {
                let source = self.source(key.span().start);
                (key.into_inner().into_owned(), self.node(value, source))
            })
            .collect()
    }

    fn node(&self, value: Spanned<DeValue<'_>>, source: String) -> Node {
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Value::Other("a number out of range"), Value::Integer),
            DeValue::Boolean(boolean) => Value::Boolean(boolean),
            DeValue::Float(_) => Value::Other("a number with a fraction"),
            DeValue::Datetime(_) => Value::Other("a date"),
            DeValue::Array(items) => Value::List(
                items
                    .into_iter()
                    .map(|item| {
                        let source = self.source(item.span().start);
                        self.node(item, source)
                    })
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node { value, source }
    }
}
