//! Members: the people of the organisation and what may be changed about them.

pub mod account;
pub mod addresses;
pub mod assignments;
pub mod batch;
pub mod credentials;
pub mod detail;
pub mod import;
pub mod lists;
pub mod names;
mod place;
pub mod reach;
mod sourced;
pub mod table;

use config::id::{DepartmentId, GroupId, MemberId};
use config::{Named, Principal, PrincipalKind, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authz::Holding;
use crate::edit::{Edit, shown, target};
use crate::guests;
use crate::name_key::name_key;
use crate::refused::{Expected, Invalid, Refused};
use crate::store::members as rows;
use crate::store::members::{Fields, MemberRow};
use crate::store::memberships::{self, Memberships};
use crate::store::{Connection, StoreError, holds, session_facts};

/// What an administrator writes down about a person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Left out, it stays as it is; somebody new is a member, below `/guests` a guest.
    #[serde(default)]
    pub kind: Option<PrincipalKind>,
    pub username: String,
    pub display_name: String,
    #[serde(default)]
    pub email: Option<String>,
    /// `true`: whoever sends this vouches that the address is the person's. They can then sign in
    /// with it, and applications are told of it; an address that nobody vouches for is a note and no
    /// more. Left out, it stays as it is, and a new address is not verified. Codes go to it: of somebody who
    /// has signed in before, or holds a role, it takes `credentials:create`, and nobody vouches for their own.
    #[serde(default)]
    pub email_verified: Option<bool>,
    /// Codes go to it, too: of such a person it is given and changed as a mail address is vouched for.
    #[serde(default)]
    pub mobile: Option<String>,
    #[serde(default)]
    pub employee_number: Option<String>,
    /// Ids of at most 100; the first is the main one.
    #[serde(default)]
    pub departments: Vec<DepartmentId>,
    /// Ids of at most 1000.
    #[serde(default)]
    pub groups: Vec<GroupId>,
}

/// Whether a person may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    Disabled,
    /// No longer with the organisation.
    Left,
}

impl Status {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Left => "left",
        }
    }

    /// A status that this version does not know lets nobody in.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "active" => Self::Active,
            "left" => Self::Left,
            _ => Self::Disabled,
        }
    }
}

/// A person as the API shows them. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Member {
    pub id: MemberId,
    pub kind: PrincipalKind,
    pub status: Status,
    pub username: String,
    pub display_name: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub mobile: Option<String>,
    pub employee_number: Option<String>,
    pub roles: Vec<Holding>,
    /// The main one first.
    pub departments: Vec<Named<DepartmentId>>,
    pub groups: Vec<Named<GroupId>>,
    /// The directory that the person comes from; `null` for those made here.
    pub source: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// The members of these rows, with what hangs on them.
async fn complete(
    connection: &mut Connection,
    rows: Vec<MemberRow>,
) -> Result<Vec<Member>, StoreError> {
    let ids: Vec<MemberId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut found = memberships::of(connection, &ids).await?;
    let members = rows.into_iter().map(|row| member_of(row, &mut found));
    Ok(members.collect())
}

fn member_of(row: MemberRow, found: &mut Memberships) -> Member {
    Member {
        roles: found.roles.remove(&row.id).unwrap_or_default(),
        departments: found.departments.remove(&row.id).unwrap_or_default(),
        groups: found.groups.remove(&row.id).unwrap_or_default(),
        id: row.id,
        kind: row.kind,
        status: Status::from_name(&row.status),
        username: row.username,
        display_name: row.display_name,
        email: row.email,
        email_verified: row.email_verified_at.is_some(),
        mobile: row.mobile,
        employee_number: row.employee_number,
        source: row.source,
        created_at: row.created_at,
        updated_at: row.updated_at,
        version: row.version,
    }
}

/// The one member of this row.
async fn one(connection: &mut Connection, row: Option<MemberRow>) -> Result<Member, Refused> {
    let found = complete(connection, row.into_iter().collect()).await?;
    let mut found = found.into_iter();
    found.next().ok_or(Refused::NotFound("member"))
}

pub async fn find(connection: &mut Connection, id: &MemberId) -> Result<Member, Refused> {
    let row = rows::find(connection, id).await?;
    one(connection, row).await
}

/// By username or mail address, in any spelling, or by id.
pub async fn find_by_any(connection: &mut Connection, name: &str) -> Result<Member, Refused> {
    match rows::find_by_key(connection, &name_key(name)).await? {
        Some(row) => one(connection, Some(row)).await,
        None => find(connection, &name.into()).await,
    }
}

/// The member as a session would show them to the policy.
pub async fn principal(
    connection: &mut Connection,
    member: Member,
) -> Result<Principal, StoreError> {
    Ok(Principal {
        departments: session_facts::departments(connection, &member.id).await?,
        id: member.id,
        kind: member.kind,
        username: member.username,
        display_name: member.display_name,
        email: member.email.filter(|_| member.email_verified),
        mobile: member.mobile,
        employee_number: member.employee_number,
        groups: member.groups,
        roles: member.roles.iter().filter_map(Holding::built_in).collect(),
        administers: !member.roles.is_empty(),
    })
}

pub async fn create(mut edit: Edit<'_>, profile: &Profile) -> Result<Member, Refused> {
    let made = add(&mut edit, profile).await?;
    let target = target("member", made.id.as_str(), &made.username);
    edit.commit("create", target, None, shown(&made)).await?;
    Ok(made)
}

/// Adds one, as a part of what is being changed; who does it tells of it.
pub async fn add(edit: &mut Edit<'_>, profile: &Profile) -> Result<Member, Refused> {
    let fields = fields(profile, PrincipalKind::Member)?;
    holds::group_rules(&mut edit.tx).await?;
    if fields.kind == PrincipalKind::Guest {
        holds::guests(&mut edit.tx).await?;
    }
    place::may_begin(edit, profile).await?;
    let id = MemberId::generate();
    rows::insert(&mut edit.tx, &id, &fields, edit.now).await?;
    if fields.kind == PrincipalKind::Guest {
        guests::begin(edit, &id).await?;
    }
    vouch(edit, &id, profile).await?;
    place::place(edit, &id, &[], profile).await?;
    find(&mut edit.tx, &id).await
}

pub async fn update(
    mut edit: Edit<'_>,
    id: &MemberId,
    expected: Expected,
    profile: &Profile,
) -> Result<Member, Refused> {
    let (before, after) = change(&mut edit, id, expected, profile).await?;
    let target = target("member", id.as_str(), &after.username);
    edit.commit("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Changes one, as a part of what is being changed; who does it tells of it. How they were, and are.
pub async fn change(
    edit: &mut Edit<'_>,
    id: &MemberId,
    expected: Expected,
    profile: &Profile,
) -> Result<(Member, Member), Refused> {
    holds::group_rules(&mut edit.tx).await?;
    if profile.kind.is_some() {
        holds::guests(&mut edit.tx).await?;
    }
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    reach::may_touch(edit, &before).await?;
    let reached = addresses::before(edit, id).await?;
    let fields = fields(profile, before.kind)?;
    sourced::may_change(edit, &before, &fields, profile).await?;
    if !rows::update(&mut edit.tx, id, before.version, &fields, edit.now).await? {
        return Err(Refused::Stale);
    }
    place::may_place(edit, &before, profile).await?;
    match (before.kind, fields.kind) {
        (PrincipalKind::Member, PrincipalKind::Guest) => guests::turn(edit, id).await?,
        (PrincipalKind::Guest, PrincipalKind::Member) => guests::cease(edit, id).await?,
        _ => {}
    }
    vouch(edit, id, profile).await?;
    addresses::may_change(edit, &reached).await?;
    place::place(edit, id, &before.groups, profile).await?;
    let after = find(&mut edit.tx, id).await?;
    if was_reached_otherwise(&before, &after) {
        let why = (
            "it was withdrawn: the member's mail address or mobile was changed",
            "已撤回，该成员的邮箱或手机号码已更改",
        );
        credentials::end_codes(edit, id, why).await?;
    }
    edit.forget(id);
    Ok((before, after))
}

/// # Errors
/// All that is wrong in it.
pub fn check(profile: &Profile) -> Result<(), Refused> {
    fields(profile, PrincipalKind::Member).map(drop)
}

/// Whether a code may have gone, or be on its way, to where the person is no longer reached.
fn was_reached_otherwise(before: &Member, after: &Member) -> bool {
    let lost = |before: &Option<String>, after| before.is_some() && before.as_ref() != after;
    lost(&before.email, after.email.as_ref())
        || lost(&before.mobile, after.mobile.as_ref())
        || (before.email_verified && !after.email_verified)
}

/// Notes that the caller vouches for the mail address, or that nobody does any more.
async fn vouch(edit: &mut Edit<'_>, id: &MemberId, profile: &Profile) -> Result<(), Refused> {
    match profile.email_verified {
        Some(true) => rows::set_email_verified(&mut edit.tx, id, Some(edit.now)).await?,
        Some(false) => rows::set_email_verified(&mut edit.tx, id, None).await?,
        None => {}
    }
    Ok(())
}

/// So many departments a person can be in.
const MAX_DEPARTMENTS: usize = 100;
/// And so many groups a profile can name.
const MAX_GROUPS: usize = 1000;

/// Checks all of it and tells everything that is wrong. `kind`: what the person is unless told.
fn fields(profile: &Profile, kind: PrincipalKind) -> Result<Fields, Refused> {
    let mut wrong = too_many(profile);
    let username = keep(names::username(&profile.username), &mut wrong);
    let display_name = keep(
        names::display_name("display_name", &profile.display_name),
        &mut wrong,
    );
    let mut optional = |text: &Option<String>, check: fn(&str) -> Result<String, Invalid>| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty())?;
        Some(keep(check(text), &mut wrong))
    };
    let email = optional(&profile.email, names::email);
    let without_email = email.is_none() && profile.email_verified == Some(true);
    let mobile = optional(&profile.mobile, names::mobile);
    let employee_number = optional(&profile.employee_number, |text| {
        names::display_name("employee_number", text)
    });
    if without_email {
        wrong.push(Invalid::new(
            "email_verified",
            (
                "there is no mail address to vouch for",
                "没有可以确认的邮箱地址",
            ),
            (
                "true only together with email",
                "仅在填写 email 时可为 true",
            ),
        ));
    }
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    Ok(Fields {
        kind: profile.kind.unwrap_or(kind),
        username_key: name_key(&username),
        username,
        display_name,
        email_key: email.as_deref().map(name_key),
        email,
        mobile,
        employee_number,
    })
}

fn too_many(profile: &Profile) -> Vec<Invalid> {
    let counts = [
        ("departments", profile.departments.len(), MAX_DEPARTMENTS),
        ("groups", profile.groups.len(), MAX_GROUPS),
    ];
    let over = counts.into_iter().filter(|(_, count, most)| count > most);
    over.map(|(field, _, most)| Invalid::too_many(field, most))
        .collect()
}

fn keep(checked: Result<String, Invalid>, wrong: &mut Vec<Invalid>) -> String {
    checked.unwrap_or_else(|invalid| {
        wrong.push(invalid);
        String::new()
    })
}

#[cfg(test)]
mod credentials_tests;
