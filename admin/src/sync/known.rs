//! What is known of everybody who comes from a directory, as short as it can be held for a million people:
//! of a key and of what was said only a hash.

use std::collections::HashMap;

use config::id::DirectoryId;
use sha2::{Digest, Sha256};

use crate::store::directory_people::{self as rows, Facts};
use crate::store::{Connection, StoreError};

/// So many links are read at a time.
const PAGE: i64 = 10_000;

#[derive(Clone, Copy, Debug)]
struct One {
    facts: Option<Facts>,
    is_active: bool,
    was_listed: bool,
}

#[derive(Debug, Default)]
pub struct KnownPeople(HashMap<[u8; 16], One>);

/// What a listed entry is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    New,
    /// Something is said otherwise, or something changed here.
    Changed,
    /// Nothing is to be done.
    Same,
    /// It was listed before.
    Twice,
}

impl KnownPeople {
    pub async fn load(
        connection: &mut Connection,
        directory: &DirectoryId,
    ) -> Result<Self, StoreError> {
        let mut known = HashMap::new();
        let mut after = String::new();
        loop {
            let page = rows::page(connection, directory, &after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(Self(known));
            };
            after.clone_from(&last.key);
            known.extend(page.into_iter().map(|one| {
                let state = One {
                    facts: one.facts,
                    is_active: one.is_active,
                    was_listed: false,
                };
                (short(&one.key), state)
            }));
        }
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// How many can sign in.
    #[must_use]
    pub fn active(&self) -> usize {
        self.0.values().filter(|one| one.is_active).count()
    }

    /// Notes that the directory lists this entry, with these facts.
    pub fn list(&mut self, key: &str, facts: Facts) -> Listed {
        let new = One {
            facts: Some(facts),
            is_active: false,
            was_listed: true,
        };
        match self.0.entry(short(key)) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(new);
                Listed::New
            }
            std::collections::hash_map::Entry::Occupied(mut place) => {
                let one = place.get_mut();
                if one.was_listed {
                    return Listed::Twice;
                }
                one.was_listed = true;
                if one.facts == Some(facts) {
                    Listed::Same
                } else {
                    Listed::Changed
                }
            }
        }
    }

    /// Whether the directory has not listed this entry.
    #[must_use]
    pub fn is_gone(&self, key: &str) -> bool {
        self.0.get(&short(key)).is_some_and(|one| !one.was_listed)
    }
}

fn short(key: &str) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::digest(key.as_bytes())[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_new_once_and_then_listed_twice() {
        let mut known = KnownPeople::default();
        assert_eq!(known.list("a", [1; 16]), Listed::New);
        assert_eq!(known.list("a", [1; 16]), Listed::Twice);
        let old = One {
            facts: Some([1; 16]),
            is_active: true,
            was_listed: false,
        };
        known.0.insert(short("b"), old);
        known.0.insert(short("c"), old);
        assert!(known.is_gone("b"));
        assert_eq!(known.list("b", [1; 16]), Listed::Same);
        assert_eq!(known.list("c", [2; 16]), Listed::Changed);
        assert!(!known.is_gone("b"));
    }
}
