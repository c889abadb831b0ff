//! Reads one section of the settings: from what was written to what was checked, telling every
//! problem on the way rather than stopping at the first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::problem::Problem;
use crate::settings::tree::{Node, Table, Value};

/// What reading found out, beside the settings themselves.
#[derive(Default)]
pub(super) struct Report {
    /// The folder that relative paths start from.
    pub folder: PathBuf,
    pub problems: Vec<Problem>,
    /// Where each key that was written stands.
    pub sources: BTreeMap<String, String>,
    /// Each key that there is, entries of lists without their number.
    pub known: BTreeSet<String>,
}

impl Report {
    /// Whether a problem with exactly this key, or with a key below it, was told already.
    pub fn mentions(&self, key: &str) -> bool {
        self.problems.iter().any(|problem| {
            let rest = problem.key.strip_prefix(key);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Adds a problem with a key that may or may not have been written.
    pub fn problem(&mut self, key: &str, what: impl Into<String>, allowed: impl Into<String>) {
        let source = self.sources.get(key).or_else(|| self.sources.get(""));
        self.problems.push(Problem {
            source: source.cloned().unwrap_or_default(),
            key: key.to_owned(),
            what: what.into().into(),
            allowed: allowed.into().into(),
        });
    }
}

pub(super) struct Section<'a> {
    path: String,
    fields: Table,
    keys: Vec<&'static str>,
    pub report: &'a mut Report,
}

impl Section<'_> {
    /// Reads a table and then tells of each key in it that `read` did not ask for.
    pub fn read<T>(
        path: String,
        node: Node,
        report: &mut Report,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> Option<T> {
        report.sources.insert(path.clone(), node.source);
        let Value::Table(fields) = node.value else {
            let what = format!("this is {} and should be a section", node.value.kind());
            report.problem(&path, what, format!("write [{path}] and its keys below"));
            return None;
        };
        let mut section = Section {
            path,
            fields,
            keys: Vec::new(),
            report,
        };
        let value = read(&mut section);
        section.refuse_unknown();
        Some(value)
    }

    /// The dotted path of a key of this section.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// A section below this one; as if empty where it is not written.
    pub fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> Option<T> {
        let node = self.take(key).unwrap_or_else(|| Node {
            value: Value::Table(Table::new()),
            source: self
                .report
                .sources
                .get(&self.path)
                .cloned()
                .unwrap_or_default(),
        });
        Section::read(self.path_of(key), node, self.report, read)
    }

    /// A section below this one, if it is written.
    pub fn optional_section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> Option<T> {
        let node = self.take(key)?;
        Section::read(self.path_of(key), node, self.report, read)
    }

    /// A list of sections; empty where it is not written.
    pub fn sections<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Section<'_>) -> T,
    ) -> Vec<T> {
        let Some(node) = self.take(key) else {
            return Vec::new();
        };
        let path = self.path_of(key);
        let Value::List(items) = node.value else {
            let what = format!("this is {} and should be a list", node.value.kind());
            let allowed = format!("begin each entry with [[{path}]]");
            self.report.problem(&path, what, allowed);
            return Vec::new();
        };
        items
            .into_iter()
            .enumerate()
            .filter_map(|(index, item)| {
                Section::read(format!("{path}.{index}"), item, self.report, &mut read)
            })
            .collect()
    }

    /// Tells of a key that is not written and must be.
    pub fn require(&mut self, key: &'static str, allowed: &str) {
        if !self.fields.contains_key(key) {
            let path = self.path_of(key);
            if let Some(source) = self.report.sources.get(&self.path).cloned() {
                self.report.sources.insert(path.clone(), source);
            }
            self.report.problem(&path, "it is missing", allowed);
        }
    }

    pub fn take(&mut self, key: &'static str) -> Option<Node> {
        self.keys.push(key);
        let path = self.path_of(key);
        self.report.known.insert(without_numbers(&path));
        let node = self.fields.remove(key)?;
        self.report.sources.insert(path, node.source.clone());
        Some(node)
    }

    fn refuse_unknown(self) {
        for (key, node) in &self.fields {
            let path = self.path_of(key);
            let near = self
                .keys
                .iter()
                .map(|known| (strsim::osa_distance(known, key), known))
                .min()
                .filter(|(distance, _)| *distance <= 1 + key.len() / 4);
            let allowed = match near {
                Some((_, known)) => format!("did you mean {known}?"),
                None => format!("there are: {}", self.keys.join(", ")),
            };
            self.report.problems.push(Problem {
                source: node.source.clone(),
                key: path,
                what: "there is no such key".into(),
                allowed: allowed.into(),
            });
        }
    }
}

/// `listener.0.address` → `listener.address`.
pub(super) fn without_numbers(path: &str) -> String {
    let levels = path
        .split('.')
        .filter(|level| level.parse::<usize>().is_err());
    levels.collect::<Vec<_>>().join(".")
}
