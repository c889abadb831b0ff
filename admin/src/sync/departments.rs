//! What has to be done about the departments of a directory. Pure, but for the ids of new ones.

use std::collections::{BTreeMap, HashMap, HashSet};

use config::id::DepartmentId;
use config::language::LocalText;
use serde::{Deserialize, Serialize};

use crate::directories::entry::TheirDepartment;
use crate::members::names;
use crate::refused::both;
use crate::store::departments::Fields;
use crate::store::directory_units::LinkedDepartment;

/// What is to become of one department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub key: String,
    pub id: DepartmentId,
    pub name: String,
    pub change: Change,
    /// How many are above it that come from the directory.
    pub depth: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Create(Place),
    /// One that is there already, of this name and in this place, is taken for it.
    Link,
    Update {
        before: Place,
        after: Place,
    },
    Remove(Place),
    Unfit(LocalText),
}

/// A department as the record shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub name: String,
    pub parent: Option<DepartmentId>,
    pub position: i64,
}

impl From<Place> for Fields {
    fn from(place: Place) -> Self {
        Self {
            parent: place.parent,
            name: place.name,
            position: place.position,
        }
    }
}

/// What is there.
#[derive(Clone, Debug, Default)]
pub struct Ours {
    pub linked: Vec<LinkedDepartment>,
    /// Those that come from no directory, by the one above and the name, where they may be linked.
    pub free: HashMap<(Option<DepartmentId>, String), DepartmentId>,
    /// Below this one hangs what is at the top there.
    pub below: Option<DepartmentId>,
    /// So many levels the directory may have.
    pub most_levels: i64,
}

/// What is to be done, and who is who once it is done, by their keys.
#[must_use]
pub fn plan(
    theirs: &[TheirDepartment],
    ours: &Ours,
) -> (Vec<Planned>, HashMap<String, DepartmentId>) {
    let linked: HashMap<&str, &LinkedDepartment> = ours
        .linked
        .iter()
        .map(|one| (one.key.as_str(), one))
        .collect();
    let mut ids: HashMap<String, DepartmentId> = HashMap::new();
    let mut taken: HashSet<DepartmentId> = ours.linked.iter().map(|one| one.id.clone()).collect();
    let mut planned = Vec::new();
    for (one, depth) in from_the_top(theirs) {
        let known = linked.get(one.key.as_str()).copied();
        let parent = match &one.parent {
            Some(key) => ids.get(key).cloned().or_else(|| ours.below.clone()),
            None => ours.below.clone(),
        };
        let decided = decide(one, known, parent, depth, ours);
        let id = match (&decided, known) {
            (_, Some(known)) => known.id.clone(),
            (Change::Unfit(_), None) => DepartmentId::from(""),
            (Change::Create(place), None) => {
                let free = ours.free.get(&(place.parent.clone(), place.name.clone()));
                match free.filter(|id| !taken.contains(*id)) {
                    Some(id) => {
                        taken.insert(id.clone());
                        ids.insert(one.key.clone(), id.clone());
                        planned.push(told(one, id.clone(), Change::Link, depth));
                        continue;
                    }
                    None => DepartmentId::generate(),
                }
            }
            _ => DepartmentId::generate(),
        };
        if !id.as_str().is_empty() {
            ids.insert(one.key.clone(), id.clone());
        }
        if is_any(&decided) {
            planned.push(told(one, id, decided, depth));
        }
    }
    planned.extend(gone(theirs, ours));
    (planned, ids)
}

fn told(one: &TheirDepartment, id: DepartmentId, change: Change, depth: i64) -> Planned {
    Planned {
        key: one.key.clone(),
        id,
        name: one.name.clone(),
        change,
        depth,
    }
}

fn is_any(change: &Change) -> bool {
    !matches!(change, Change::Update { before, after } if before == after)
}

fn decide(
    one: &TheirDepartment,
    known: Option<&LinkedDepartment>,
    parent: Option<DepartmentId>,
    depth: i64,
    ours: &Ours,
) -> Change {
    let name = match names::display_name("name", &one.name) {
        Ok(name) => name,
        Err(invalid) => {
            return Change::Unfit(both((
                &format!("{}: {}", invalid.what.en, invalid.allowed.en),
                &format!("{}：{}", invalid.what.zh_cn, invalid.allowed.zh_cn),
            )));
        }
    };
    if depth >= ours.most_levels {
        return Change::Unfit(both((
            "the tree would be too deep: at most 64 levels",
            "组织架构的层级过深，最多 64 级",
        )));
    }
    let after = Place {
        name,
        parent,
        position: one.position,
    };
    match known {
        None => Change::Create(after),
        Some(known) => Change::Update {
            before: Place {
                name: known.name.clone(),
                parent: known.parent.clone(),
                position: known.position,
            },
            after,
        },
    }
}

/// Those that the directory names no more, with how deep each hangs, so that the deepest go first.
fn gone(theirs: &[TheirDepartment], ours: &Ours) -> Vec<Planned> {
    let named: HashSet<&str> = theirs.iter().map(|one| one.key.as_str()).collect();
    let parents: HashMap<&DepartmentId, Option<&DepartmentId>> = ours
        .linked
        .iter()
        .map(|one| (&one.id, one.parent.as_ref()))
        .collect();
    let depth = |id: &DepartmentId| {
        let above = std::iter::successors(Some(id), |id| parents.get(*id).copied().flatten());
        i64::try_from(above.take(64).count()).unwrap_or(64)
    };
    let gone = ours
        .linked
        .iter()
        .filter(|one| !named.contains(one.key.as_str()));
    gone.map(|one| Planned {
        key: one.key.clone(),
        id: one.id.clone(),
        name: one.name.clone(),
        change: Change::Remove(Place {
            name: one.name.clone(),
            parent: one.parent.clone(),
            position: one.position,
        }),
        depth: depth(&one.id),
    })
    .collect()
}

/// Each behind the one above it, in an order that the directory's has no part in, with how many are above.
/// One whose parent is not listed is at the top; those that hang in a circle are left out.
fn from_the_top(theirs: &[TheirDepartment]) -> Vec<(&TheirDepartment, i64)> {
    let by_key: BTreeMap<&str, &TheirDepartment> =
        theirs.iter().map(|one| (one.key.as_str(), one)).collect();
    let mut below: BTreeMap<Option<&str>, Vec<&TheirDepartment>> = BTreeMap::new();
    for one in by_key.values() {
        let parent = one.parent.as_deref().filter(|key| by_key.contains_key(key));
        below.entry(parent).or_default().push(one);
    }
    let mut sorted = Vec::with_capacity(theirs.len());
    let mut level: Vec<&TheirDepartment> = below.remove(&None).unwrap_or_default();
    let mut depth = 0;
    while !level.is_empty() {
        let next = level
            .iter()
            .filter_map(|one| below.remove(&Some(one.key.as_str())))
            .flatten()
            .collect();
        sorted.extend(level.into_iter().map(|one| (one, depth)));
        level = next;
        depth += 1;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(key: &str, parent: Option<&str>, name: &str) -> TheirDepartment {
        TheirDepartment {
            key: key.to_owned(),
            parent: parent.map(str::to_owned),
            name: name.to_owned(),
            ..TheirDepartment::default()
        }
    }

    /// What is there once all was done.
    fn done(planned: &[Planned], ours: &Ours) -> Ours {
        let mut linked: Vec<LinkedDepartment> = ours.linked.clone();
        for one in planned {
            linked.retain(|known| known.key != one.key);
            let place = match &one.change {
                Change::Create(place) | Change::Update { after: place, .. } => place.clone(),
                Change::Link => {
                    let ((parent, name), _) =
                        ours.free.iter().find(|(_, id)| **id == one.id).unwrap();
                    Place {
                        name: name.clone(),
                        parent: parent.clone(),
                        position: 0,
                    }
                }
                Change::Remove(_) | Change::Unfit(_) => continue,
            };
            linked.push(LinkedDepartment {
                key: one.key.clone(),
                id: one.id.clone(),
                parent: place.parent,
                name: place.name,
                position: place.position,
                version: 1,
            });
        }
        Ours {
            linked,
            free: HashMap::new(),
            ..ours.clone()
        }
    }

    fn empty() -> Ours {
        Ours {
            most_levels: 64,
            ..Ours::default()
        }
    }

    #[test]
    fn once_a_plan_is_carried_out_there_is_nothing_to_do() {
        let theirs = [
            one("c", Some("b"), "C"),
            one("b", Some("a"), "B"),
            one("a", None, "A"),
        ];
        let (planned, ids) = plan(&theirs, &empty());
        assert_eq!(planned.len(), 3);
        assert_eq!(planned[0].key, "a", "from the top");
        let ours = done(&planned, &empty());
        let (again, same) = plan(&theirs, &ours);
        assert_eq!((again, same), (Vec::new(), ids));
    }

    #[test]
    fn a_tree_that_is_turned_round_is_moved_from_the_top() {
        let (planned, _) = plan(&[one("a", None, "A"), one("b", Some("a"), "B")], &empty());
        let ours = done(&planned, &empty());
        let (turned, ids) = plan(&[one("a", Some("b"), "A"), one("b", None, "B")], &ours);
        assert_eq!(turned[0].key, "b");
        let Change::Update { after, .. } = &turned[1].change else {
            panic!("{turned:?}")
        };
        assert_eq!(after.parent.as_ref(), ids.get("b"));
    }

    #[test]
    fn what_hangs_in_a_circle_is_left_out_and_what_hangs_on_nothing_is_at_the_top() {
        let theirs = [
            one("a", Some("b"), "A"),
            one("b", Some("a"), "B"),
            one("c", Some("elsewhere"), "C"),
        ];
        let (planned, ids) = plan(&theirs, &empty());
        assert_eq!(planned.len(), 1);
        assert_eq!(ids.len(), 1);
        assert!(matches!(&planned[0].change, Change::Create(place) if place.parent.is_none()));
    }

    #[test]
    fn one_that_is_there_already_is_taken_for_it_once() {
        let mut ours = empty();
        ours.free.insert((None, "A".to_owned()), "there".into());
        let (planned, ids) = plan(&[one("a1", None, "A"), one("a2", None, "A")], &ours);
        assert_eq!(ids["a1"], "there".into());
        assert_eq!(planned[0].change, Change::Link);
        assert!(matches!(planned[1].change, Change::Create(_)));
    }

    #[test]
    fn those_that_are_gone_go_from_the_bottom() {
        let theirs = [one("a", None, "A"), one("b", Some("a"), "B")];
        let (planned, _) = plan(&theirs, &empty());
        let (gone, _) = plan(&[], &done(&planned, &empty()));
        let depth: HashMap<&str, i64> = gone
            .iter()
            .map(|one| (one.key.as_str(), one.depth))
            .collect();
        assert!(depth["b"] > depth["a"]);
        assert!(
            gone.iter()
                .all(|one| matches!(one.change, Change::Remove(_)))
        );
    }
}
