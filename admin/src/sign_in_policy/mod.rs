//! The sign-in policy: what it takes to come in, for how long one stays in, and what becomes of those
//! who guess. One document of the organisation, with exceptions for groups and for guests.
//!
//! It is read from the store in the transaction that obeys it, so a change holds from the next step on
//! of whoever is just signing in, on every node.

mod check;
pub mod preview;
mod risk;
mod rules;
mod settle;
mod ways;

use std::collections::HashSet;

use config::PrincipalKind;
use config::id::{GroupId, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use risk::{RiskAnswer, RiskPolicy, RiskSignal};
pub use rules::{
    AttemptPolicy, CaptchaDemand, CharacterClasses, LEAST_IDLE, NoticePolicy, PasswordPolicy,
    SecondFactor, SessionPolicy, TwoStepDemand, TwoStepPolicy,
};
pub use ways::WaysPolicy;

use crate::directories;
use crate::edit::{Edit, shown};
use crate::logs::Target;
use crate::refused::{Expected, Refused};
use crate::store::documents::{self, Document, SIGN_IN_POLICY};
use crate::store::{Connection, StoreError, belongings, holds};

use check::Has;
pub use settle::{end_oldest, resettle};

/// What holds for everybody, and the exceptions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignInPolicy {
    pub ways: WaysPolicy,
    pub two_step: TwoStepPolicy,
    pub password: PasswordPolicy,
    pub sessions: SessionPolicy,
    pub attempts: AttemptPolicy,
    pub risk: RiskPolicy,
    /// For everybody.
    pub notices: NoticePolicy,
    /// In their order: of each of the other parts, the first exception that fits a person and has that part takes the
    /// place of the above.
    #[schema(max_items = 50)]
    pub exceptions: Vec<PolicyException>,
}

/// Other rules for some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyException {
    /// At most 100 characters.
    #[schema(max_length = 100)]
    pub name: String,
    /// Any of these.
    #[schema(min_items = 1, max_items = 100)]
    pub who: Vec<PolicyAudience>,
    #[serde(default)]
    pub ways: Option<WaysPolicy>,
    #[serde(default)]
    pub two_step: Option<TwoStepPolicy>,
    #[serde(default)]
    pub password: Option<PasswordPolicy>,
    #[serde(default)]
    pub sessions: Option<SessionPolicy>,
    #[serde(default)]
    pub attempts: Option<AttemptPolicy>,
    #[serde(default)]
    pub risk: Option<RiskPolicy>,
}

/// For whom an exception is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum PolicyAudience {
    Guests,
    Group(GroupId),
}

/// What holds for one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rules {
    pub ways: WaysPolicy,
    pub two_step: TwoStepPolicy,
    pub password: PasswordPolicy,
    pub sessions: SessionPolicy,
    pub attempts: AttemptPolicy,
    pub risk: RiskPolicy,
}

/// Who somebody is, as far as exceptions look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belonging {
    pub kind: PrincipalKind,
    pub groups: HashSet<GroupId>,
}

impl Belonging {
    /// Of a name that nobody has: what holds for most.
    #[must_use]
    pub fn nobodys() -> Self {
        Self {
            kind: PrincipalKind::Member,
            groups: HashSet::new(),
        }
    }
}

impl PolicyException {
    fn fits(&self, person: &Belonging) -> bool {
        self.who.iter().any(|who| match who {
            PolicyAudience::Guests => person.kind == PrincipalKind::Guest,
            PolicyAudience::Group(id) => person.groups.contains(id),
        })
    }
}

impl SignInPolicy {
    /// What holds for this person.
    #[must_use]
    pub fn of(&self, person: &Belonging) -> Rules {
        let fitting = || self.exceptions.iter().filter(|one| one.fits(person));
        let ways = fitting().find_map(|one| one.ways.as_ref());
        let two_step = fitting().find_map(|one| one.two_step.as_ref());
        let password = fitting().find_map(|one| one.password.as_ref());
        let sessions = fitting().find_map(|one| one.sessions.as_ref());
        let attempts = fitting().find_map(|one| one.attempts.as_ref());
        let risk = fitting().find_map(|one| one.risk.as_ref());
        Rules {
            ways: *ways.unwrap_or(&self.ways),
            two_step: two_step.unwrap_or(&self.two_step).clone(),
            password: password.unwrap_or(&self.password).clone(),
            sessions: sessions.unwrap_or(&self.sessions).clone(),
            attempts: AttemptPolicy {
                captcha: self.captcha(),
                ..attempts.unwrap_or(&self.attempts).clone()
            },
            risk: risk.unwrap_or(&self.risk).clone(),
        }
    }

    /// The first exception that names the group.
    #[must_use]
    pub fn exception_for(&self, group: &GroupId) -> Option<&PolicyException> {
        let names = |who: &PolicyAudience| matches!(who, PolicyAudience::Group(id) if id == group);
        self.exceptions.iter().find(|one| one.who.iter().any(names))
    }

    /// When a captcha is asked, whoever is named.
    #[must_use]
    pub fn captcha(&self) -> CaptchaDemand {
        let parts = self
            .exceptions
            .iter()
            .filter_map(|one| one.attempts.as_ref());
        let demands = parts.map(|part| part.captcha);
        demands.fold(self.attempts.captcha, |strictest, one| {
            std::cmp::min_by_key(strictest, one, |demand| demand.patience())
        })
    }

    /// Whether anybody may choose no password that is known from leaks.
    #[must_use]
    pub fn refuses_breached(&self) -> bool {
        let parts = self
            .exceptions
            .iter()
            .filter_map(|one| one.password.as_ref());
        parts
            .chain([&self.password])
            .any(|part| part.refuse_breached)
    }

    /// Whether anybody's travels are looked at.
    #[must_use]
    pub fn watches_travel(&self) -> bool {
        let parts = self.exceptions.iter().filter_map(|one| one.risk.as_ref());
        let mut all = parts.chain([&self.risk]);
        all.any(|part| part.asks(RiskSignal::ImpossibleTravel))
    }

    /// Whether anybody comes in by what is kept here, other than owners.
    #[must_use]
    pub fn lets_in_without_directory(&self) -> bool {
        self.all_ways().any(|part| !part.directories_only)
    }

    /// Whether anybody has to come by a directory.
    #[must_use]
    pub fn asks_for_directory(&self) -> bool {
        self.all_ways().any(|part| part.directories_only)
    }

    fn all_ways(&self) -> impl Iterator<Item = &WaysPolicy> {
        let parts = self.exceptions.iter().filter_map(|one| one.ways.as_ref());
        parts.chain([&self.ways])
    }

    /// Whether anybody may have a code for a new password sent.
    #[must_use]
    pub fn lets_reset(&self) -> bool {
        let parts = self
            .exceptions
            .iter()
            .filter_map(|one| one.password.as_ref());
        parts.chain([&self.password]).any(|part| part.reset)
    }

    /// Whether anybody comes in by a passkey alone.
    #[must_use]
    pub fn lets_passkeys_alone(&self) -> bool {
        self.two_steps().any(|part| part.passkey_alone)
    }

    /// Whether anybody comes in by a code alone.
    #[must_use]
    pub fn lets_codes_alone(&self) -> bool {
        self.two_steps().any(|part| part.code_alone)
    }

    /// What is asked of anybody as a second factor.
    pub fn two_steps(&self) -> impl Iterator<Item = &TwoStepPolicy> {
        let parts = self.exceptions.iter();
        let parts = parts.filter_map(|one| one.two_step.as_ref());
        parts.chain([&self.two_step])
    }
}

/// Who the person is. Somebody who is not there is nobody.
pub async fn belonging(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<Belonging, StoreError> {
    let found = belongings::of(connection, member).await?;
    Ok(
        found.map_or_else(Belonging::nobodys, |(kind, groups)| Belonging {
            kind,
            groups,
        }),
    )
}

/// The policy; the default at version 0 until it is first written.
pub async fn get(connection: &mut Connection) -> Result<Document<SignInPolicy>, StoreError> {
    let found = documents::get(connection, SIGN_IN_POLICY).await?;
    Ok(found.unwrap_or_else(|| Document {
        body: SignInPolicy::default(),
        version: 0,
    }))
}

/// What holds for this person just now.
pub async fn rules_of(connection: &mut Connection, member: &MemberId) -> Result<Rules, StoreError> {
    let policy = get(connection).await?.body;
    if policy.exceptions.is_empty() {
        return Ok(policy.of(&Belonging::nobodys()));
    }
    Ok(policy.of(&belonging(connection, member).await?))
}

/// What holds for a name that nobody has, and for whoever has not said who they are.
pub async fn rules_of_nobody(connection: &mut Connection) -> Result<Rules, StoreError> {
    Ok(get(connection).await?.body.of(&Belonging::nobodys()))
}

pub async fn put(
    mut edit: Edit<'_>,
    expected: Expected,
    body: SignInPolicy,
) -> Result<Document<SignInPolicy>, Refused> {
    let after = change(&mut edit, expected, body).await?;
    edit.finish().await?;
    Ok(after)
}

/// Changes it, as a part of what is being changed. Times and numbers hold at once, for those who are signed in,
/// too: what is open longer than it now may be ends. What it takes to come in is asked at the next sign-in.
pub async fn change(
    edit: &mut Edit<'_>,
    expected: Expected,
    body: SignInPolicy,
) -> Result<Document<SignInPolicy>, Refused> {
    // No group that is named goes meanwhile.
    holds::group_rules(&mut edit.tx).await?;
    // Nor a sender that alone sends a required factor.
    holds::senders(&mut edit.tx).await?;
    let before = get(&mut edit.tx).await?;
    expected.check(before.version)?;
    let lets_in = !directories::for_sign_in(&mut edit.tx).await?.is_empty();
    let settings = edit.settings();
    // A node that has lost a file holds up no other change.
    let state = edit.state();
    let has = Has {
        breached_list: before.body.refuses_breached() || state.breached.entries().await.is_ok(),
        cities: before.body.watches_travel() || state.places.has_cities(),
        directories: before.body.asks_for_directory() || lets_in,
    };
    check::check(&mut edit.tx, settings, &body, &before.body, has).await?;
    let version = documents::put(&mut edit.tx, SIGN_IN_POLICY, &body, edit.now).await?;
    // Somebody wrote it between our reading and our writing.
    if version != before.version + 1 {
        return Err(Refused::Stale);
    }
    settle::everybody(&mut edit.tx, &body, edit.now).await?;
    edit.forget_everybody();
    let target = Target {
        kind: SIGN_IN_POLICY,
        id: None,
        name: SIGN_IN_POLICY.to_owned(),
    };
    edit.note("update", target, shown(&before.body), shown(&body))
        .await?;
    Ok(Document { body, version })
}

#[cfg(test)]
mod preview_tests;
#[cfg(test)]
mod tests;
