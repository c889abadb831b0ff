//! What a run looks at people by: the directory, its rules, and its departments as they are here.

use std::collections::HashMap;

use config::id::{DepartmentId, DirectoryId, RunId};

use super::plan::Trust;
use crate::directories::scim::ScimSettings;
use crate::directories::{Source, Whole};
use crate::store::directory_units as units;
use crate::store::sync_people::Match;
use crate::store::{Connection, StoreError, sync_changes};

#[derive(Clone, Debug)]
pub struct Scope {
    pub directory: DirectoryId,
    /// What people are said to come from.
    pub name: String,
    pub match_by: Option<Match>,
    pub trust: Trust,
    /// Whether the directory says who is in which department.
    pub tells_departments: bool,
    /// How a directory that tells by itself is read; `None`: it is asked.
    pub told: Option<ScimSettings>,
    /// By their keys there.
    pub departments: HashMap<String, DepartmentId>,
    /// For the record.
    pub names: HashMap<DepartmentId, String>,
}

impl Scope {
    /// With the departments that have been taken over so far.
    pub async fn of(connection: &mut Connection, directory: &Whole) -> Result<Self, StoreError> {
        let linked = units::departments(connection, &directory.row.id).await?;
        let names = linked.iter().map(|one| (one.id.clone(), one.name.clone()));
        Ok(Self {
            directory: directory.row.id.clone(),
            name: directory.row.name.clone(),
            match_by: directory.organisation.match_by.column(),
            trust: Trust {
                in_mail: directory.organisation.trusts_mail,
            },
            tells_departments: directory.source.tells_departments(),
            told: match &directory.source {
                Source::Scim(settings) => Some(settings.clone()),
                _ => None,
            },
            names: names.collect(),
            departments: linked.into_iter().map(|one| (one.key, one.id)).collect(),
        })
    }

    /// The same for a run that is being carried out: departments that are to go take nobody in any more.
    pub async fn of_run(
        connection: &mut Connection,
        directory: &Whole,
        run: &RunId,
    ) -> Result<Self, StoreError> {
        let mut scope = Self::of(connection, directory).await?;
        for key in sync_changes::leaving_departments(connection, run).await? {
            scope.departments.remove(&key);
        }
        Ok(scope)
    }
}
