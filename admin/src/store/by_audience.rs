//! Numbers of the sign-in policy that differ by person, as SQL: so all people are dealt with by one statement,
//! however many there are.

use config::id::{GroupId, MemberId};
use sqlx::Any;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

use super::many::placeholders;

/// For whom an exception is: any of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    pub guests: bool,
    pub groups: Vec<GroupId>,
}

/// What holds for a person: of the exceptions the first that fits, or `rest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByAudience<T> {
    pub exceptions: Vec<(Audience, T)>,
    pub rest: T,
    /// Of this person only.
    pub only: Option<MemberId>,
}

impl<T> ByAudience<T> {
    /// What holds for one person, for whom alone it is asked.
    #[must_use]
    pub fn of_one(member: &MemberId, rest: T) -> Self {
        Self {
            exceptions: Vec::new(),
            rest,
            only: Some(member.clone()),
        }
    }

    /// The number that `value` tells for the person in the column `member_id`; NULL where it tells none.
    /// `first`: the place of the first value that [`Self::bind`] adds.
    pub(super) fn number(&self, first: usize, value: impl Fn(&T) -> Option<i64>) -> String {
        let text = |of: &T| match value(of) {
            Some(number) => format!("CAST({number} AS BIGINT)"),
            None => "CAST(NULL AS BIGINT)".to_owned(),
        };
        let mut at = first;
        let mut cases = Vec::with_capacity(self.exceptions.len());
        for (who, of) in &self.exceptions {
            cases.push(format!("WHEN {} THEN {}", fits(who, at), text(of)));
            at += who.groups.len();
        }
        if cases.is_empty() {
            return text(&self.rest);
        }
        format!("CASE {} ELSE {} END", cases.join(" "), text(&self.rest))
    }

    /// The condition that it is about these people at all, after others.
    pub(super) fn and_only(&self, first: usize) -> String {
        let groups = self.exceptions.iter().map(|(who, _)| who.groups.len());
        let at = first + groups.sum::<usize>();
        let of_one = self.only.as_ref();
        of_one.map_or_else(String::new, |_| format!("AND member_id = ${at}"))
    }

    /// Adds the values that the SQL names.
    pub(super) fn bind<'q>(
        &'q self,
        query: Query<'q, Any, AnyArguments>,
    ) -> Query<'q, Any, AnyArguments> {
        let groups = self.exceptions.iter().flat_map(|(who, _)| &who.groups);
        let values = groups.map(GroupId::as_str);
        let values = values.chain(self.only.as_ref().map(MemberId::as_str));
        values.fold(query, Query::bind)
    }
}

fn fits(who: &Audience, first: usize) -> String {
    let mut any = Vec::new();
    if who.guests {
        any.push("member_id IN (SELECT id FROM members WHERE kind = 'guest')".to_owned());
    }
    if !who.groups.is_empty() {
        let groups = placeholders(first, who.groups.len());
        any.push(format!(
            "member_id IN (SELECT member_id FROM group_members WHERE group_id IN ({groups}))"
        ));
    }
    if any.is_empty() {
        return "1 = 0".to_owned();
    }
    any.join(" OR ")
}
