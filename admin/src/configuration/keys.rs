//! What files call an application: the key that it was applied by, or one made of its name.

use std::collections::{HashMap, HashSet};

use config::Language;
use config::id::ApplicationId;

use super::Kind;
use super::document::is_key;
use crate::store::applications::ApplicationRow;
use crate::store::managed::MarkRow;

/// The key of each application. Those without a mark take theirs in the order in which they were made.
#[must_use]
pub fn of(rows: &[ApplicationRow], marks: &[MarkRow]) -> HashMap<ApplicationId, String> {
    let marked = marks.iter().filter(|m| m.kind == Kind::Application.name());
    let marked: HashMap<&str, &str> = marked
        .map(|mark| (mark.object_id.as_str(), mark.key.as_str()))
        .collect();
    let mut taken: HashSet<String> = marked.values().map(|key| (*key).to_owned()).collect();
    let mut keys = HashMap::new();
    for row in rows {
        let key = match marked.get(row.id.as_str()) {
            Some(key) => (*key).to_owned(),
            None => free(&made_of(row), &taken),
        };
        taken.insert(key.clone());
        keys.insert(row.id.clone(), key);
    }
    keys
}

fn made_of(row: &ApplicationRow) -> String {
    let definition = row.definition.as_ref().ok();
    let name = definition.map(|d| slug(d.name.get(Language::En)));
    let host = || {
        definition?
            .hosts
            .first()
            .map(|host| slug(&host.to_string()))
    };
    name.filter(|slug| is_key(slug))
        .or_else(|| host().filter(|slug| is_key(slug)))
        .unwrap_or_else(|| "application".to_owned())
}

/// Letters and digits of ASCII, with a hyphen for whatever is between them.
fn slug(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(48).collect()
}

fn free(key: &str, taken: &HashSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{key}-{n}"));
    std::iter::once(key.to_owned())
        .chain(numbered)
        .find(|key| !taken.contains(key))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_the_words_of_a_name() {
        assert_eq!(slug("Team Wiki (new)"), "team-wiki-new");
        assert!(!is_key(&slug("维基")));
        let taken = HashSet::from(["wiki".to_owned(), "wiki-2".to_owned()]);
        assert_eq!(free("wiki", &taken), "wiki-3");
    }
}
