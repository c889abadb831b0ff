//! What a row would do, and what is wrong with it.

use std::collections::HashMap;

use config::id::{GroupId, MemberId};
use config::{Named, PrincipalKind};

use super::look_up::{Found, LookUp};
use super::{CellProblem, Content, wrong};
use crate::authz::{Authority, roles};
use crate::members::table::columns::{self, Column};
use crate::members::table::path;
use crate::members::table::read::Line;
use crate::members::{Member, Profile, Status, complete, fields, names};
use crate::name_key::name_key;
use crate::refused::{Invalid, Refused};
use crate::store::member_imports::LineRow;
use crate::store::{Connection, StoreError, members as rows};

/// What is to be made of a person.
#[derive(Clone, Debug)]
pub struct Plan {
    pub profile: Profile,
    /// What it shall be, where the row says so.
    pub status: Option<Status>,
    /// Departments that are to be made first.
    pub missing: Vec<Vec<String>>,
}

/// Goes through a file, and remembers what it has come across.
pub struct Check<'a> {
    authority: &'a Authority,
    create_departments: bool,
    look_up: LookUp,
    /// The lines in which names and addresses stood first.
    seen: HashMap<(Column, String), i64>,
}

impl<'a> Check<'a> {
    pub fn new(authority: &'a Authority, create_departments: bool) -> Self {
        Self {
            authority,
            create_departments,
            look_up: LookUp::default(),
            seen: HashMap::new(),
        }
    }

    /// What each of these lines would do, to be kept.
    pub async fn lines(
        &mut self,
        connection: &mut Connection,
        lines: &[Line],
    ) -> Result<Vec<LineRow>, Refused> {
        let mut checked = Vec::with_capacity(lines.len());
        for line in lines {
            let content: Content = line
                .cells
                .iter()
                .map(|(column, text)| (column.field().to_owned(), text.clone()))
                .collect();
            let (verdict, problems) = self.line(connection, line.number, &content).await?;
            checked.push(LineRow {
                line: line.number,
                content: serde_json::to_string(&content).map_err(StoreError::from)?,
                verdict: verdict.to_owned(),
                problems: serde_json::to_string(&problems).map_err(StoreError::from)?,
                outcome: None,
            });
        }
        Ok(checked)
    }

    async fn line(
        &mut self,
        connection: &mut Connection,
        number: i64,
        content: &Content,
    ) -> Result<(&'static str, Vec<CellProblem>), Refused> {
        let existing = existing(connection, content).await?;
        let mut wrong = self.repeated(number, content);
        if let Some(member) = &existing
            && let Err(above) = roles::may_touch(self.authority, &member.roles)
        {
            wrong.push(wrong::out_of_reach(&above.to_string()));
        }
        let plan = match self.plan(connection, content, existing.as_ref()).await? {
            Ok(plan) => {
                wrong.extend(taken(connection, &plan, existing.as_ref()).await?);
                Some(plan)
            }
            Err(more) => {
                wrong.extend(more);
                None
            }
        };
        let verdict = match (&plan, &existing) {
            (Some(_), None) if wrong.is_empty() => "create",
            (Some(plan), Some(member)) if wrong.is_empty() && plan.changes(member) => "update",
            (Some(_), Some(_)) if wrong.is_empty() => "nothing",
            _ => "error",
        };
        Ok((verdict, wrong.into_iter().map(CellProblem::from).collect()))
    }

    /// Names and addresses that stood further up already.
    fn repeated(&mut self, number: i64, content: &Content) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        for column in [Column::Username, Column::Email] {
            if let Some(text) = content.get(column.field()) {
                let first = *self.seen.entry((column, name_key(text))).or_insert(number);
                if first != number {
                    wrong.push(wrong::stands_above(column, first));
                }
            }
        }
        wrong
    }

    /// What the row says, together with what is there already: an empty cell changes nothing.
    pub async fn plan(
        &mut self,
        connection: &mut Connection,
        content: &Content,
        existing: Option<&Member>,
    ) -> Result<Result<Plan, Vec<Invalid>>, StoreError> {
        let mut plan = Plan {
            profile: profile(content, existing),
            status: None,
            missing: Vec::new(),
        };
        let mut wrong = Vec::new();
        let text = |column: Column| content.get(column.field());
        if let Some(text) = text(Column::Departments) {
            self.departments(connection, text, &mut plan, &mut wrong)
                .await?;
        }
        if let Some(text) = text(Column::Groups) {
            let held = existing.map_or(&[][..], |member| &member.groups);
            self.groups(connection, (text, held), &mut plan, &mut wrong)
                .await?;
        }
        if let Some(text) = text(Column::Status) {
            plan.status = columns::status(text);
            if plan.status.is_none() {
                wrong.push(wrong::no_status(text));
            }
        }
        if let Err(Refused::Invalid(more)) = fields(&plan.profile, PrincipalKind::Member) {
            wrong.extend(more);
        }
        Ok(if wrong.is_empty() {
            Ok(plan)
        } else {
            Err(wrong)
        })
    }

    async fn departments(
        &mut self,
        connection: &mut Connection,
        text: &str,
        plan: &mut Plan,
        wrong: &mut Vec<Invalid>,
    ) -> Result<(), StoreError> {
        let all = &mut plan.profile.departments;
        all.clear();
        for path in path::read(text) {
            match self.look_up.department(connection, &path).await? {
                Found::One(id) if all.contains(&id) => {}
                Found::One(id) => all.push(id),
                Found::None if self.create_departments => {
                    wrong.extend(path.iter().filter_map(|name| unfit(name)));
                    plan.missing.push(path);
                }
                found => wrong.push(wrong::no_department(&path, &found)),
            }
        }
        Ok(())
    }

    async fn groups(
        &mut self,
        connection: &mut Connection,
        (text, held): (&str, &[Named<GroupId>]),
        plan: &mut Plan,
        wrong: &mut Vec<Invalid>,
    ) -> Result<(), StoreError> {
        let ruled = self.look_up.ruled(connection).await?;
        let all = &mut plan.profile.groups;
        // Where a rule takes people in, no file takes them out.
        all.retain(|id| ruled.contains(id));
        for name in path::read_names(text) {
            match self.look_up.group(connection, &name).await? {
                Some(id) if all.contains(&id) => {}
                Some(id) if ruled.contains(&id) && !held.iter().any(|group| group.id == id) => {
                    wrong.push(wrong::follows_a_rule(&name));
                }
                Some(id) => all.push(id),
                None => wrong.push(wrong::no_group(&name)),
            }
        }
        Ok(())
    }
}

fn unfit(name: &str) -> Option<Invalid> {
    names::display_name(Column::Departments.field(), name).err()
}

impl Plan {
    /// Whether somebody known, or somebody new, comes to another status.
    pub fn changes_status(&self, known: Option<&Member>) -> bool {
        let now = known.map_or(Status::Active, |member| member.status);
        self.status.is_some_and(|status| status != now)
    }

    /// Whether they come to other departments.
    pub fn moves(&self, known: Option<&Member>) -> bool {
        let held = known.map_or(&[][..], |member| &member.departments);
        let same = held
            .iter()
            .map(|named| &named.id)
            .eq(&self.profile.departments);
        !same || !self.missing.is_empty()
    }

    /// Whether they come to other groups.
    pub fn changes_groups(&self, known: Option<&Member>) -> bool {
        let held = known.map_or(&[][..], |member| &member.groups);
        let wanted = &self.profile.groups;
        held.len() != wanted.len() || !held.iter().all(|group| wanted.contains(&group.id))
    }

    /// Whether the person would be another afterwards.
    pub fn changes(&self, member: &Member) -> bool {
        self.changes_profile(member)
            || self.changes_status(Some(member))
            || !self.missing.is_empty()
    }

    pub fn changes_profile(&self, member: &Member) -> bool {
        let profile = &self.profile;
        let same = profile.display_name == member.display_name
            && profile.email == member.email
            && profile.mobile == member.mobile
            && profile.employee_number == member.employee_number;
        !same || self.moves(Some(member)) || self.changes_groups(Some(member))
    }
}

fn profile(content: &Content, existing: Option<&Member>) -> Profile {
    let text = |column: Column| content.get(column.field()).cloned();
    let mobile = text(Column::Mobile).map(|text| names::mobile(&text).unwrap_or(text));
    Profile {
        kind: existing.map(|member| member.kind),
        // Another spelling of a username is the same person, and no new name.
        username: existing
            .map(|member| member.username.clone())
            .or_else(|| text(Column::Username))
            .unwrap_or_default(),
        display_name: text(Column::DisplayName)
            .or_else(|| existing.map(|member| member.display_name.clone()))
            .unwrap_or_default(),
        email: text(Column::Email).or_else(|| existing?.email.clone()),
        email_verified: None,
        mobile: mobile.or_else(|| existing?.mobile.clone()),
        employee_number: text(Column::EmployeeNumber).or_else(|| existing?.employee_number.clone()),
        departments: existing
            .map(|member| member.departments.iter().map(|d| d.id.clone()).collect())
            .unwrap_or_default(),
        groups: existing
            .map(|member| member.groups.iter().map(|g| g.id.clone()).collect())
            .unwrap_or_default(),
    }
}

/// Who has the username of the row already.
pub async fn existing(
    connection: &mut Connection,
    content: &Content,
) -> Result<Option<Member>, Refused> {
    let Some(username) = content.get(Column::Username.field()) else {
        return Ok(None);
    };
    let row = rows::find_by_username(connection, &name_key(username)).await?;
    let found = complete(connection, row.into_iter().collect()).await?;
    Ok(found.into_iter().next())
}

/// Whether somebody else has the mail address.
async fn taken(
    connection: &mut Connection,
    plan: &Plan,
    existing: Option<&Member>,
) -> Result<Option<Invalid>, StoreError> {
    let Some(email) = &plan.profile.email else {
        return Ok(None);
    };
    let holder: Option<MemberId> = rows::holder_of(connection, &name_key(email)).await?;
    let other = holder.is_some_and(|id| existing.is_none_or(|member| member.id != id));
    Ok(other.then(wrong::taken))
}
