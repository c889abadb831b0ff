//! `GATEHOUSE_…` variables override the file: `GATEHOUSE_ACCESS__URL` is `url` in `[access]`.
//!
//! `__` parts the levels and a number picks an entry of a list, counted from 0:
//! `GATEHOUSE_LISTENER__0__ADDRESS`. A list of texts is written with commas:
//! `GATEHOUSE_TRUST__PROXIES=10.0.0.0/8,192.0.2.7`. Variables without `__` that are no settings of
//! the top level are left alone, because Kubernetes and container images set such
//! (`GATEHOUSE_SERVICE_HOST`, `GATEHOUSE_VERSION`).

use crate::problem::Problem;
use crate::settings::tree::{Node, Table, Value};

pub(super) const PREFIX: &str = "GATEHOUSE_";
/// The settings of the top level that a variable may set.
const TOP_LEVEL: [&str; 2] = ["data", "role"];

/// The variables of this process. Those that are not Unicode are no settings of ours.
pub fn of_this_process() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Puts the variables into the tree that was read from the file.
pub(super) fn overlay(
    root: &mut Table,
    sections: &[&str],
    environment: impl IntoIterator<Item = (String, String)>,
) -> Vec<Problem> {
    let mut variables: Vec<_> = environment
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    // In order, so that entry 2 of a list is there before entry 10.
    variables.sort_by_cached_key(|(name, _)| name.split("__").map(in_order).collect::<Vec<_>>());
    let mut problems = Vec::new();
    for (name, text) in variables {
        let path = name[PREFIX.len()..].to_ascii_lowercase();
        let levels: Vec<&str> = path.split("__").collect();
        let placed = match levels.as_slice() {
            [one] if !TOP_LEVEL.contains(one) => not_a_setting(one, sections),
            _ => place(root, &levels, &name, text),
        };
        if let Err((what, allowed)) = placed {
            problems.push(Problem {
                source: name.clone(),
                key: levels.join("."),
                what: what.into(),
                allowed: allowed.into(),
            });
        }
    }
    problems
}

/// A level of a name such that numbers sort by their value.
fn in_order(level: &str) -> String {
    match level.parse::<usize>() {
        Ok(number) => format!("{number:0>20}"),
        Err(_) => level.to_owned(),
    }
}

type Refused = (String, String);

/// A variable of one level that is no setting: a slip where it is nearly one, else not ours.
fn not_a_setting(name: &str, sections: &[&str]) -> Result<(), Refused> {
    if let Some(section) = sections.iter().find(|section| **section == name) {
        let upper = section.to_ascii_uppercase();
        return Err((
            format!("[{section}] is a section and holds no value of its own"),
            format!("name the key in it: {PREFIX}{upper}__KEY"),
        ));
    }
    match TOP_LEVEL
        .iter()
        .find(|known| strsim::osa_distance(known, name) == 1)
    {
        Some(known) => Err((
            "there is no such setting".into(),
            format!("did you mean {PREFIX}{}?", known.to_ascii_uppercase()),
        )),
        None => Ok(()),
    }
}

fn place(table: &mut Table, levels: &[&str], name: &str, text: String) -> Result<(), Refused> {
    let Some((first, rest)) = levels.split_first().filter(|(first, _)| !first.is_empty()) else {
        return Err((
            "the name has an empty level".into(),
            "write it as GATEHOUSE_SECTION__KEY".into(),
        ));
    };
    let node = table.entry((*first).to_owned()).or_insert_with(|| Node {
        value: new_level(rest),
        source: name.to_owned(),
    });
    place_in(node, rest, name, text)
}

fn new_level(rest: &[&str]) -> Value {
    match rest.first() {
        Some(next) if next.parse::<usize>().is_ok() => Value::List(Vec::new()),
        _ => Value::Table(Table::new()),
    }
}

fn place_in(node: &mut Node, levels: &[&str], name: &str, text: String) -> Result<(), Refused> {
    let Some((first, rest)) = levels.split_first() else {
        *node = Node {
            value: Value::Variable(text),
            source: name.to_owned(),
        };
        return Ok(());
    };
    match &mut node.value {
        Value::Table(table) => place(table, levels, name, text),
        Value::List(list) => {
            let length = list.len();
            let index = first.parse().ok().filter(|index| *index <= length);
            let index: usize = index.ok_or_else(|| {
                (
                    format!("\"{first}\" picks no entry of the list"),
                    format!("write a number from 0 to {length}; {length} adds one"),
                )
            })?;
            if index == length {
                list.push(Node {
                    value: new_level(rest),
                    source: name.to_owned(),
                });
            }
            place_in(&mut list[index], rest, name, text)
        }
        other => Err((
            format!("this is {} and has no keys of its own", other.kind()),
            format!("leave \"__{}\" off", first.to_ascii_uppercase()),
        )),
    }
}
