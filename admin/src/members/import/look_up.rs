//! What a file names by words, found in the store once and remembered while the file is read.

use std::collections::HashMap;
use std::sync::Arc;

use config::id::{DepartmentId, GroupId};

use crate::groups::ruled;
use crate::name_key::name_key;
use crate::store::{Connection, StoreError, department_lists as tree, groups};

/// What there is of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<T> {
    One(T),
    None,
    /// Siblings of one name: nobody can say which is meant.
    Several,
}

#[derive(Debug, Default)]
pub struct LookUp {
    departments: HashMap<(Option<DepartmentId>, String), Found<DepartmentId>>,
    groups: HashMap<String, Option<GroupId>>,
    ruled: Option<Arc<[GroupId]>>,
}

impl LookUp {
    /// The department at the end of a path.
    pub async fn department(
        &mut self,
        connection: &mut Connection,
        path: &[String],
    ) -> Result<Found<DepartmentId>, StoreError> {
        let mut parent = None;
        for name in path {
            match self.child(connection, parent, name).await? {
                Found::One(id) => parent = Some(id),
                other => return Ok(other),
            }
        }
        Ok(parent.map_or(Found::None, Found::One))
    }

    async fn child(
        &mut self,
        connection: &mut Connection,
        parent: Option<DepartmentId>,
        name: &str,
    ) -> Result<Found<DepartmentId>, StoreError> {
        let key = (parent, name.to_owned());
        if let Some(found) = self.departments.get(&key) {
            return Ok(found.clone());
        }
        let mut named = tree::named(connection, key.0.as_ref(), name).await?;
        let found = match (named.pop(), named.is_empty()) {
            (Some(id), true) => Found::One(id),
            (Some(_), false) => Found::Several,
            (None, _) => Found::None,
        };
        self.departments.insert(key, found.clone());
        Ok(found)
    }

    /// The groups that take people in by a rule.
    pub async fn ruled(
        &mut self,
        connection: &mut Connection,
    ) -> Result<Arc<[GroupId]>, StoreError> {
        if let Some(known) = &self.ruled {
            return Ok(Arc::clone(known));
        }
        let found: Arc<[GroupId]> = ruled(connection).await?.into();
        self.ruled = Some(Arc::clone(&found));
        Ok(found)
    }

    pub async fn group(
        &mut self,
        connection: &mut Connection,
        name: &str,
    ) -> Result<Option<GroupId>, StoreError> {
        let key = name_key(name);
        if let Some(found) = self.groups.get(&key) {
            return Ok(found.clone());
        }
        let found = groups::find_by_key(connection, &key).await?;
        self.groups.insert(key, found.clone());
        Ok(found)
    }
}
