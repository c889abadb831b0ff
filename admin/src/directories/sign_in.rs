//! Who somebody is here who has proven to a directory who they are there. One place for all kinds: an account
//! is known by the key that the directory gave it, and by nothing that somebody could have written there
//! themselves.

use config::Timestamp;
use config::id::{DirectoryId, MemberId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::entry::TheirPerson;
use super::{MatchBy, Whole};
use crate::edit::Edit;
use crate::refused::{Invalid, Refused};
use crate::store::directory_people as links;
use crate::store::{StoreError, holds};
use crate::sync::newcomer::{self, Newcomer};

/// How people come in by a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SignInTerms {
    /// By what somebody whom the directory does not know by key is taken for a member, as for
    /// `organisation.match_by`. A mail address counts only if the directory vouches for it.
    pub match_by: MatchBy,
    /// Whoever is nobody here yet becomes a member, without a group or a department.
    pub creates: bool,
    /// Of those alone whose mail address, which the directory vouches for, is of one of these domains; empty:
    /// of everybody whom the directory lets in. On the sign-in page, whoever types an address of one of them is
    /// sent to this directory. At most 50.
    #[schema(max_items = 50)]
    pub domains: Vec<String>,
    /// Whether its mail addresses, where it says that they are verified, are known to be the people's own.
    pub trusts_mail: bool,
    /// A second factor that was proven to the directory counts here.
    pub trusts_second_factor: bool,
}

impl SignInTerms {
    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        if self.domains.len() > 50 {
            wrong.push(Invalid::too_many("sign_in.domains", 50));
        }
        for (at, domain) in self.domains.iter().enumerate() {
            if crate::members::names::email(&format!("a@{domain}")).is_err() {
                wrong.push(Invalid::new(
                    &format!("sign_in.domains.{at}"),
                    (
                        "this is no domain of mail addresses",
                        "这不是有效的邮箱域名",
                    ),
                    ("a name such as example.com", "例如 example.com"),
                ));
            }
        }
        if self.match_by == MatchBy::VerifiedEmail && !self.trusts_mail {
            wrong.push(Invalid::new(
                "sign_in.match_by",
                (
                    "nobody is known by a mail address that is not believed",
                    "未信任该目录的邮箱时不能按邮箱匹配",
                ),
                (
                    "verified_email only together with trusts_mail",
                    "仅在 trusts_mail 为 true 时可为 verified_email",
                ),
            ));
        }
        wrong
    }

    /// Whether people with such mail addresses are at home in this directory.
    #[must_use]
    pub fn is_home_of(&self, mail: &str) -> bool {
        !self.domains.is_empty() && self.takes_domain(Some(mail))
    }

    fn takes_domain(&self, email: Option<&str>) -> bool {
        let domain = email
            .and_then(|email| email.rsplit_once('@'))
            .map(|(_, domain)| domain);
        self.domains.is_empty()
            || domain.is_some_and(|domain| {
                self.domains
                    .iter()
                    .any(|one| one.eq_ignore_ascii_case(domain))
            })
    }
}

/// What a directory says of somebody who has just proven to it who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asserted {
    /// The key, the names and the addresses.
    pub person: TheirPerson,
    /// Whether the directory says that the mail address was verified.
    pub is_email_verified: bool,
    /// Whether the directory says that it has seen a second factor.
    pub has_second_factor: bool,
    /// What the directory calls its session, should it end it.
    pub session: Option<String>,
    /// As whom the directory knows the person in it.
    pub subject: Option<String>,
    /// What is repeated to the directory where we end it.
    pub repeated: Option<String>,
    /// What counts once, on whatever node, and until when it would count.
    pub once: Option<(String, Timestamp)>,
    /// What is shown to the directory from time to time.
    #[serde(default)]
    pub renewal: Option<Renewal>,
}

/// What is shown to a directory, so that it says whether somebody is still there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// Sealed.
    pub token: String,
    pub due_at: Timestamp,
}

/// By which directory a sign-in came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameBy {
    pub directory: DirectoryId,
    #[serde(default)]
    pub session: Option<String>,
    #[serde(default)]
    pub subject: Option<String>,
    #[serde(default)]
    pub repeated: Option<String>,
    #[serde(default)]
    pub renewal: Option<Renewal>,
}

impl CameBy {
    #[must_use]
    pub fn of(directory: &DirectoryId, asserted: &Asserted) -> Self {
        Self {
            directory: directory.clone(),
            session: asserted.session.clone(),
            subject: asserted.subject.clone(),
            repeated: asserted.repeated.clone(),
            renewal: asserted.renewal.clone(),
        }
    }
}

/// Why nobody is let in, for the log and for the page.
#[derive(Debug, thiserror::Error)]
pub enum NotKnown {
    /// Nobody here is known to the directory by this key, and nobody may be made.
    #[error("unknown_to_us")]
    Unknown,
    /// An administrator has to say first who it is.
    #[error("waits_for_an_administrator")]
    Waits,
    /// What the directory says cannot be a person here.
    #[error("cannot_be_a_member")]
    Unfit,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refused(Refused),
}

impl From<Refused> for NotKnown {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Store(error) => Self::Store(error),
            other => Self::Refused(other),
        }
    }
}

/// Who it is here: by the key, or by what the administrator chose, or somebody new.
///
/// # Errors
/// [`NotKnown`] if it is nobody.
pub async fn member_of(
    edit: &mut Edit<'_>,
    directory: &Whole,
    asserted: &Asserted,
) -> Result<MemberId, NotKnown> {
    let key = asserted.person.key.as_str();
    let id = &directory.row.id;
    let known = links::of_keys(&mut edit.tx, id, &[key]).await?;
    if let Some((_, member, _)) = known.into_iter().next() {
        return Ok(member);
    }
    let terms = &directory.sign_in;
    let vouched = asserted.is_email_verified && terms.trusts_mail;
    let mut person = asserted.person.clone();
    person.departments.clear();
    if !vouched {
        person.email = None;
    }
    let may_create = terms.creates && terms.takes_domain(person.email.as_deref());
    if terms.match_by == MatchBy::Nothing && !may_create {
        return Err(NotKnown::Unknown);
    }
    holds::group_rules(&mut edit.tx).await?;
    let newcomer = Newcomer {
        person,
        match_by: terms.match_by.column(),
        is_mail_trusted: vouched,
        may_create,
    };
    newcomer::let_in(edit, directory, newcomer).await
}
