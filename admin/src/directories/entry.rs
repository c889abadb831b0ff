//! What directories tell of, in the words of none of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What cannot be kept in every store is shown as what it is, so that it makes no two things one.
fn storable(text: &mut String) {
    if text.contains('\0') {
        *text = text.replace('\0', "\u{2400}");
    }
}

/// A department as a directory tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TheirDepartment {
    /// What never changes of it.
    pub key: String,
    /// The key of the one above it; `None`: at the top of what is taken over.
    pub parent: Option<String>,
    pub name: String,
    /// Siblings stand in the order of this number.
    pub position: i64,
}

/// A person as a directory tells of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TheirPerson {
    /// What never changes of them.
    pub key: String,
    pub username: String,
    pub display_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    pub is_enabled: bool,
    /// The keys of their departments, the main one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<String>,
    /// By what else they sign in, besides the username.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_in_names: Vec<String>,
}

/// A group as a directory tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TheirGroup {
    /// What never changes of it.
    pub key: String,
    pub name: String,
    /// The keys of the people in it.
    pub people: Vec<String>,
}

impl TheirDepartment {
    #[must_use]
    pub fn storable(mut self) -> Self {
        [&mut self.key, &mut self.name]
            .into_iter()
            .chain(&mut self.parent)
            .for_each(storable);
        self
    }
}

impl TheirPerson {
    #[must_use]
    pub fn storable(mut self) -> Self {
        [&mut self.key, &mut self.username, &mut self.display_name]
            .into_iter()
            .chain(&mut self.email)
            .chain(&mut self.mobile)
            .chain(&mut self.employee_number)
            .chain(&mut self.departments)
            .chain(&mut self.sign_in_names)
            .for_each(storable);
        self
    }
}

impl TheirGroup {
    #[must_use]
    pub fn storable(mut self) -> Self {
        [&mut self.key, &mut self.name]
            .into_iter()
            .chain(&mut self.people)
            .for_each(storable);
        self
    }
}
