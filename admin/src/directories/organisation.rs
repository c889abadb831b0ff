//! How people and departments of a directory are taken over.

use config::id::DepartmentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::refused::Invalid;
use crate::store::sync_people::Match;
use crate::sync::safety::Threshold;

/// By what an entry is taken for somebody who is there already. No one who holds a role, is a guest, was
/// disabled by hand or comes from another directory is taken for anybody without an administrator's word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchBy {
    /// By nothing: whoever has the same username waits for an administrator.
    #[default]
    Nothing,
    Username,
    EmployeeNumber,
    /// A mail address that somebody vouches for here, where this directory's own are believed.
    VerifiedEmail,
}

impl MatchBy {
    #[must_use]
    pub fn column(self) -> Option<Match> {
        match self {
            Self::Nothing => None,
            Self::Username => Some(Match::Username),
            Self::EmployeeNumber => Some(Match::EmployeeNumber),
            Self::VerifiedEmail => Some(Match::VerifiedEmail),
        }
    }
}

/// What becomes of members who are not in the directory when it is first taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Others {
    #[default]
    Keep,
    /// They are disabled, but for those who hold a role.
    Disable,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = DirectoryOrganisation)]
pub struct Organisation {
    pub match_by: MatchBy,
    pub others: Others,
    /// Whether its mail addresses are known to be the people's own: they can sign in with them, and
    /// codes go there.
    pub trusts_mail: bool,
    /// Its departments hang below this one; absent: at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<DepartmentId>,
    /// Whether a department that is here already, of the same name and in the same place, is taken for the
    /// directory's, with all that is allowed to it; otherwise the two stand side by side.
    pub links_departments: bool,
    /// Everything is taken over so often, in minutes, 5 to 10080; absent: when somebody says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 5, maximum = 10080)]
    pub every_minutes: Option<u32>,
    /// Between these, what the directory tells of changes is taken over as it does so, where it can.
    pub follows: bool,
    /// When a run stops and waits for a person.
    pub threshold: Threshold,
}

impl Default for Organisation {
    fn default() -> Self {
        Self {
            match_by: MatchBy::Nothing,
            others: Others::Keep,
            trusts_mail: false,
            below: None,
            links_departments: false,
            every_minutes: None,
            follows: true,
            threshold: Threshold::default(),
        }
    }
}

impl Organisation {
    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        if self
            .every_minutes
            .is_some_and(|every| !(5..=10_080).contains(&every))
        {
            wrong.push(Invalid::new(
                "organisation.every_minutes",
                ("this is too often or too seldom", "间隔过短或过长"),
                ("5 to 10080 minutes", "5 到 10080 分钟"),
            ));
        }
        if self.threshold.percent > 100 {
            wrong.push(Invalid::new(
                "organisation.threshold.percent",
                ("there are no more than all", "比例超出范围"),
                ("0 to 100", "0 到 100"),
            ));
        }
        if self.threshold.people > 1_000_000 {
            wrong.push(Invalid::new(
                "organisation.threshold.people",
                ("these are too many", "数量过多"),
                ("0 to 1000000", "0 到 1000000"),
            ));
        }
        if self.match_by == MatchBy::VerifiedEmail && !self.trusts_mail {
            wrong.push(Invalid::new(
                "organisation.match_by",
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
}
