//! A person as the record of a run shows them.

use config::Named;
use config::id::DepartmentId;
use serde::{Deserialize, Serialize};

use super::plan::Ours;
use super::scope::Scope;
use crate::members::Status;
use crate::store::members::Fields;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub username: String,
    pub display_name: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub mobile: Option<String>,
    pub employee_number: Option<String>,
    pub departments: Vec<Named<DepartmentId>>,
    pub status: Status,
}

/// Somebody as they are.
#[must_use]
pub fn shown_of(scope: &Scope, ours: &Ours) -> Shown {
    shown(
        scope,
        &ours.fields,
        ours.is_email_verified,
        &ours.departments,
        ours.status,
    )
}

pub(super) fn shown(
    scope: &Scope,
    fields: &Fields,
    is_verified: bool,
    departments: &[DepartmentId],
    status: Status,
) -> Shown {
    let departments = departments.iter().map(|id| Named {
        id: id.clone(),
        name: scope.names.get(id).cloned().unwrap_or_default(),
    });
    Shown {
        username: fields.username.clone(),
        display_name: fields.display_name.clone(),
        email: fields.email.clone(),
        email_verified: is_verified,
        mobile: fields.mobile.clone(),
        employee_number: fields.employee_number.clone(),
        departments: departments.collect(),
        status,
    }
}
