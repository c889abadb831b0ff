//! What is written down of a guest, and what is wrong in it.

use std::collections::HashSet;

use config::id::{DepartmentId, GroupId, MemberId};
use config::{PrincipalKind, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::settings::{LONGEST_DAYS, longest};
use super::{Guest, sponsors};
use crate::members::{self, Member, Profile};
use crate::name_key::name_key;
use crate::refused::{Invalid, Refused};
use crate::store::{self, Connection, StoreError, groups};

/// What somebody who invites a guest writes down about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestDraft {
    pub username: String,
    pub display_name: String,
    #[serde(default)]
    pub email: Option<String>,
    /// As of a member: whoever sends `true` vouches that the address is the guest's.
    #[serde(default)]
    pub email_verified: Option<bool>,
    #[serde(default)]
    pub mobile: Option<String>,
    /// The id of a group for guests; absent or `null`: the guest is in none.
    #[serde(default)]
    pub guest_group: Option<GroupId>,
    /// The id of the member who answers for the guest. Left out, it stays who it is, and of a new guest it
    /// is whoever invites. Another than the caller takes `guests:change`.
    #[serde(default)]
    pub sponsor: Option<MemberId>,
    /// Until when the guest may come in, at most 400 days from now. Left out, it stays as it is, and a new
    /// guest is invited for as long as the settings say.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// `guest`, or nothing.
    #[serde(default)]
    pub kind: Option<PrincipalKind>,
    /// Left out, this and the following stay as they are.
    #[serde(default)]
    pub employee_number: Option<String>,
    #[serde(default)]
    pub departments: Option<Vec<DepartmentId>>,
    /// Other groups than those for guests.
    #[serde(default)]
    pub groups: Option<Vec<GroupId>>,
}

impl GuestDraft {
    /// What is written down of them as of anybody; `before`: of whom it is.
    pub(super) fn profile(&self, before: Option<&Member>) -> Profile {
        let known_departments = || {
            before.map(|member| {
                member
                    .departments
                    .iter()
                    .map(|one| one.id.clone())
                    .collect()
            })
        };
        let known_groups =
            || before.map(|member| member.groups.iter().map(|one| one.id.clone()).collect());
        let number = self.employee_number.clone();
        Profile {
            kind: Some(PrincipalKind::Guest),
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            email: self.email.clone(),
            email_verified: self.email_verified,
            mobile: self.mobile.clone(),
            employee_number: number.or_else(|| before?.employee_number.clone()),
            departments: self
                .departments
                .clone()
                .or_else(known_departments)
                .unwrap_or_default(),
            groups: self
                .groups
                .clone()
                .or_else(known_groups)
                .unwrap_or_default(),
        }
    }

    /// All that is wrong in it. What `before` has already may stay.
    pub(super) async fn problems(
        &self,
        connection: &mut Connection,
        before: Option<&Guest>,
        now: Timestamp,
    ) -> Result<Vec<Invalid>, StoreError> {
        let mut wrong = Vec::new();
        if self.kind == Some(PrincipalKind::Member) {
            wrong.push(not_a_guest());
        }
        if let Err(Refused::Invalid(more)) = members::check(&self.profile(None)) {
            wrong.extend(more);
        }
        let known = before.and_then(|guest| guest.sponsor.as_ref());
        let sponsor = self.sponsor.as_ref();
        if let Some(id) = sponsor.filter(|id| known.is_none_or(|known| known.id != **id)) {
            let found = store::members::find(connection, id).await?;
            if !found.is_some_and(|row| sponsors::can_answer(&row)) {
                wrong.push(no_sponsor());
            }
        }
        if let Some(id) = &self.guest_group {
            let found = groups::find(connection, id).await?;
            if !found.is_some_and(|row| row.for_guests) {
                wrong.push(no_group());
            }
        }
        let stays = before.is_some_and(|guest| guest.expires_at == self.expires_at);
        if let Some(end) = self.expires_at.filter(|_| !stays)
            && (end <= now || end > now.plus(longest()))
        {
            wrong.push(no_end());
        }
        Ok(wrong)
    }
}

/// The same of several, each by its place, and which names somebody else has already.
pub(super) async fn problems_of_all(
    connection: &mut Connection,
    drafts: &[GuestDraft],
    now: Timestamp,
) -> Result<Vec<Invalid>, StoreError> {
    let mut wrong = Vec::new();
    let (mut names, mut addresses) = (HashSet::new(), HashSet::new());
    for (at, draft) in drafts.iter().enumerate() {
        let mut found = draft.problems(connection, None, now).await?;
        let name = name_key(&draft.username);
        let taken = store::members::find_by_username(connection, &name).await?;
        if taken.is_some() || !names.insert(name) {
            found.push(taken_by_another("username"));
        }
        let address = draft.email.as_deref().map(name_key);
        if let Some(address) = address.filter(|address| !address.is_empty()) {
            let holder = store::members::holder_of(connection, &address).await?;
            if holder.is_some() || !addresses.insert(address) {
                found.push(taken_by_another("email"));
            }
        }
        wrong.extend(found.into_iter().map(|mut invalid| {
            invalid.field = format!("guests.{at}.{}", invalid.field);
            invalid
        }));
    }
    Ok(wrong)
}

fn not_a_guest() -> Invalid {
    Invalid::new(
        "kind",
        (
            "only external members are made here",
            "此处只能添加外部成员",
        ),
        ("guest, or nothing", "guest，或留空"),
    )
}

fn no_sponsor() -> Invalid {
    Invalid::new(
        "sponsor",
        (
            "nobody who could answer for a guest has this id",
            "该 id 不是可以担任邀请人的成员",
        ),
        (
            "the id of a member, not of a guest, who can sign in",
            "可登录的内部成员（非访客）的 id",
        ),
    )
}

fn no_group() -> Invalid {
    Invalid::new(
        "guest_group",
        ("there is no such group for guests", "该访客组不存在"),
        (
            "the id of a group whose for_guests is true, or null",
            "for_guests 为 true 的用户组的 id，或 null",
        ),
    )
}

fn no_end() -> Invalid {
    Invalid::new(
        "expires_at",
        (
            "a guest cannot be invited until then",
            "到期时间不在允许范围内",
        ),
        (
            &format!("a time from now on, at most {LONGEST_DAYS} days ahead"),
            &format!("晚于当前时间，且不超过 {LONGEST_DAYS} 天"),
        ),
    )
}

fn taken_by_another(field: &str) -> Invalid {
    Invalid::new(
        field,
        ("somebody else has this already", "该值已被占用"),
        ("a value that nobody else has", "未被占用的值"),
    )
}
