//! What has to be done about some people of a directory: what the store knows of them is fetched for all
//! at once, then each is planned by itself.

use std::collections::{HashMap, HashSet};

use config::PrincipalKind;
use config::id::MemberId;
use config::language::LocalText;

use super::plan::{self, Change, Conflict, Found, Ours, Taken};
use super::scope::Scope;
use super::shown::{Shown, shown, shown_of};
use super::wanted::{Wanted, facts, wanted};
use crate::directories::entry::TheirPerson;
use crate::members::Status;
use crate::name_key::name_key;
use crate::refused::both;
use crate::store::directory_people::{self as links, Facts};
use crate::store::members::{Fields, MemberRow};
use crate::store::sync_people::{self as rows, Match};
use crate::store::{Connection, StoreError};

/// What is to become of one entry.
#[derive(Clone, Debug)]
pub struct Planned {
    pub theirs: TheirPerson,
    pub facts: Facts,
    /// Who it is here.
    pub ours: Option<Ours>,
    pub verdict: Result<Change, Held>,
    /// Whom the entry may be, where nobody has decided that yet.
    pub candidates: Vec<MemberId>,
}

/// Why nothing is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Until an administrator has said who it is.
    Conflict(Conflict),
    /// Until the directory says something else.
    Unfit(LocalText),
}

impl Planned {
    #[must_use]
    pub fn before(&self, scope: &Scope) -> Option<Shown> {
        Some(shown_of(scope, self.ours.as_ref()?))
    }

    /// `None` where nothing is done.
    #[must_use]
    pub fn after(&self, scope: &Scope) -> Option<Shown> {
        let change = self.verdict.as_ref().ok()?;
        let ours = self.ours.as_ref();
        let fields = change.fields.as_ref().or(ours.map(|ours| &ours.fields))?;
        let departments = change.departments.as_ref();
        let departments = departments.or(ours.map(|ours| &ours.departments))?;
        let same_mail = ours.is_some_and(|ours| ours.fields.email_key == fields.email_key);
        let was_verified = same_mail && ours.is_some_and(|ours| ours.is_email_verified);
        let status = change.status.or(ours.map(|ours| ours.status));
        Some(shown(
            scope,
            fields,
            change.vouches.unwrap_or(was_verified),
            departments,
            status.unwrap_or(Status::Active),
        ))
    }
}

/// Plans each, in this order: of two that want the same, the first has it.
pub async fn plan(
    connection: &mut Connection,
    scope: &Scope,
    people: Vec<TheirPerson>,
) -> Result<Vec<Planned>, StoreError> {
    let checked: Vec<(TheirPerson, Result<Wanted, LocalText>)> = people
        .into_iter()
        .map(|theirs| {
            let wanted = wanted(&theirs, &scope.departments);
            (theirs, wanted)
        })
        .collect();
    let mut known = Known::fetch(connection, scope, &checked).await?;
    let planned = checked.into_iter().map(|(theirs, wanted)| {
        let facts = facts(&theirs, &scope.departments);
        match wanted {
            Err(why) => known.unfit(scope, theirs, facts, why),
            Ok(wanted) => known.plan(scope, theirs, facts, &wanted),
        }
    });
    Ok(planned.collect())
}

/// What the store knows that matters for some entries.
#[derive(Default)]
struct Known {
    by_key: HashMap<String, MemberId>,
    people: HashMap<MemberId, Ours>,
    /// Several may have the value by which entries are taken for people.
    fitting: HashMap<String, Vec<MemberId>>,
    usernames: HashMap<String, MemberId>,
    mail: HashMap<String, MemberId>,
    /// Names that somebody new is to have, who has no id yet.
    new_usernames: HashSet<String>,
    new_mail: HashSet<String>,
}

type Checked = [(TheirPerson, Result<Wanted, LocalText>)];

impl Known {
    async fn fetch(
        connection: &mut Connection,
        scope: &Scope,
        checked: &Checked,
    ) -> Result<Self, StoreError> {
        let mut known = Self::default();
        let keys: Vec<&str> = checked
            .iter()
            .map(|(theirs, _)| theirs.key.as_str())
            .collect();
        let linked = links::of_keys(connection, &scope.directory, &keys).await?;
        // Whom an entry may be that is not fit is not to be taken for somebody who is not in the directory.
        let unfit = checked.iter().filter(|(_, wanted)| wanted.is_err());
        let unfit: Vec<Fields> = unfit.map(|(theirs, _)| as_they_are(theirs)).collect();
        let fields = || {
            let fit = checked
                .iter()
                .filter_map(|(_, wanted)| Some(&wanted.as_ref().ok()?.fields));
            fit.chain(&unfit)
        };
        let names: Vec<&str> = fields()
            .map(|fields| fields.username_key.as_str())
            .collect();
        let mail: Vec<&str> = fields()
            .filter_map(|fields| fields.email_key.as_deref())
            .collect();
        let holders = rows::fitting(connection, Match::Username, &names).await?;
        known.usernames = holders.into_iter().collect();
        known.mail = rows::holders_of_mail(connection, &mail).await?;
        if let Some(by) = scope.match_by {
            let values: Vec<&str> = fields().filter_map(|fields| value(by, fields)).collect();
            for (value, member) in rows::fitting(connection, by, &values).await? {
                known.fitting.entry(value).or_default().push(member);
            }
        }
        let mut ids: HashSet<MemberId> = known.fitting.values().flatten().cloned().collect();
        ids.extend(linked.iter().map(|(_, member, _)| member.clone()));
        let ids: Vec<MemberId> = ids.into_iter().collect();
        known.people = people(connection, scope, &ids).await?;
        for (key, member, is_shut) in linked {
            if let Some(ours) = known.people.get_mut(&member) {
                ours.is_shut = is_shut;
            }
            known.by_key.insert(key, member);
        }
        Ok(known)
    }

    fn linked(&self, key: &str) -> Option<Ours> {
        self.people.get(self.by_key.get(key)?).cloned()
    }

    fn plan(
        &mut self,
        scope: &Scope,
        theirs: TheirPerson,
        facts: Facts,
        wanted: &Wanted,
    ) -> Planned {
        let found = self.who(scope, &theirs, wanted);
        let verdict = match &found {
            Err(why) => Err(Held::Conflict(why.clone())),
            Ok(found) => self.decide(scope, &within(scope, wanted, found), found),
        };
        let verdict = verdict.or_else(|held| self.shut(&theirs).ok_or(held));
        let ours = match found {
            Ok(Found::Linked(ours) | Found::Fits(ours)) => Some(ours),
            _ => None,
        };
        if let Ok(change) = &verdict {
            self.note(change, wanted, ours.as_ref());
        }
        let candidates = match &verdict {
            Ok(_) => Vec::new(),
            Err(_) => self.candidates(scope, &wanted.fields),
        };
        Planned {
            theirs,
            facts,
            ours,
            verdict,
            candidates,
        }
    }

    /// An entry that cannot be taken over as it is.
    fn unfit(&self, scope: &Scope, theirs: TheirPerson, facts: Facts, why: LocalText) -> Planned {
        Planned {
            ours: self.linked(&theirs.key),
            verdict: self.shut(&theirs).ok_or(Held::Unfit(why)),
            candidates: self.candidates(scope, &as_they_are(&theirs)),
            theirs,
            facts,
        }
    }

    fn shut(&self, theirs: &TheirPerson) -> Option<Change> {
        plan::shut(theirs.is_enabled, &self.linked(&theirs.key)?)
    }

    /// All whom the entry fits, and whoever has its username.
    fn candidates(&self, scope: &Scope, fields: &Fields) -> Vec<MemberId> {
        let value = scope.match_by.and_then(|by| value(by, fields));
        let fitting = value.and_then(|value| self.fitting.get(value));
        let holder = self.usernames.get(&fields.username_key);
        let all = fitting.into_iter().flatten().chain(holder);
        all.cloned().collect()
    }

    /// Who the entry is here.
    fn who(&self, scope: &Scope, theirs: &TheirPerson, wanted: &Wanted) -> Result<Found, Conflict> {
        if let Some(ours) = self.linked(&theirs.key) {
            return Ok(Found::Linked(ours));
        }
        let value = scope.match_by.and_then(|by| value(by, &wanted.fields));
        let fitting = value.and_then(|value| self.fitting.get(value));
        match fitting.map(Vec::as_slice) {
            None | Some([]) => Ok(Found::Nobody),
            Some([one]) => Ok(self
                .people
                .get(one)
                .cloned()
                .map_or(Found::Nobody, Found::Fits)),
            Some(_) => Err(Conflict {
                candidate: None,
                why: both((
                    "several accounts here fit this entry",
                    "有多个账号与该条目匹配",
                )),
            }),
        }
    }

    fn decide(&self, scope: &Scope, wanted: &Wanted, found: &Found) -> Result<Change, Held> {
        let fields = &wanted.fields;
        let is_new = matches!(found, Found::Nobody);
        let own = match found {
            Found::Linked(ours) | Found::Fits(ours) => Some(ours.fields.username_key.as_str()),
            Found::Nobody => None,
        };
        // Somebody new is to have that name, and is not there yet.
        if self.new_usernames.contains(&fields.username_key)
            && (is_new || own != Some(fields.username_key.as_str()))
        {
            return Err(Held::Unfit(both((
                &format!(
                    "another entry of the directory has the username “{}”, too",
                    fields.username
                ),
                &format!("目录中的另一条目也使用用户名“{}”", fields.username),
            ))));
        }
        let email = fields.email_key.as_ref();
        let mut taken = Taken {
            username: self.usernames.get(&fields.username_key).cloned(),
            email: email.and_then(|key| self.mail.get(key)).cloned(),
        };
        if taken.email.is_none() && email.is_some_and(|key| self.new_mail.contains(key)) {
            taken.email = Some(MemberId::from(""));
        }
        plan::person(wanted, found, &taken, scope.trust).map_err(Held::Conflict)
    }

    /// What others can no longer have, and what they can have now.
    fn note(&mut self, change: &Change, wanted: &Wanted, ours: Option<&Ours>) {
        let Some(fields) = &change.fields else {
            return self.note_link(change, ours);
        };
        if let Some(ours) = ours {
            self.usernames.remove(&ours.fields.username_key);
            self.usernames
                .insert(fields.username_key.clone(), ours.id.clone());
            if let Some(key) = &ours.fields.email_key {
                self.mail.remove(key);
            }
            if let Some(key) = &fields.email_key {
                self.mail.insert(key.clone(), ours.id.clone());
            }
        } else if change.creates {
            self.new_usernames
                .insert(wanted.fields.username_key.clone());
            self.new_mail.extend(fields.email_key.clone());
        }
        self.note_link(change, ours);
    }

    fn note_link(&mut self, change: &Change, ours: Option<&Ours>) {
        if let Some(ours) = ours.and_then(|ours| self.people.get_mut(&ours.id)) {
            ours.is_linked |= change.links;
        }
    }
}

/// Where the directory says nothing of departments, whoever is here stays in theirs.
fn within(scope: &Scope, wanted: &Wanted, found: &Found) -> Wanted {
    let mut wanted = wanted.clone();
    if let Found::Linked(ours) | Found::Fits(ours) = found
        && !scope.tells_departments
    {
        wanted.departments.clone_from(&ours.departments);
    }
    wanted
}

/// What an entry says of somebody, fit or not.
fn as_they_are(theirs: &TheirPerson) -> Fields {
    Fields {
        kind: PrincipalKind::Member,
        username: theirs.username.clone(),
        username_key: name_key(&theirs.username),
        display_name: theirs.display_name.clone(),
        email_key: theirs.email.as_deref().map(name_key),
        email: theirs.email.clone(),
        mobile: theirs.mobile.clone(),
        employee_number: theirs.employee_number.clone(),
    }
}

/// By what a person is taken for somebody who is there.
fn value(by: Match, fields: &Fields) -> Option<&str> {
    match by {
        Match::Username => Some(&fields.username_key),
        Match::EmployeeNumber => fields.employee_number.as_deref(),
        Match::VerifiedEmail => fields.email_key.as_deref(),
    }
}

/// These people, as far as it matters.
pub async fn people(
    connection: &mut Connection,
    scope: &Scope,
    ids: &[MemberId],
) -> Result<HashMap<MemberId, Ours>, StoreError> {
    let mut departments = rows::departments(connection, ids).await?;
    let holding: HashSet<MemberId> = rows::holding_roles(connection, ids)
        .await?
        .into_iter()
        .collect();
    let elsewhere = links::from_elsewhere(connection, &scope.directory, ids).await?;
    let mut elsewhere: HashMap<MemberId, String> = elsewhere.into_iter().collect();
    let linked: HashSet<MemberId> = links::linked(connection, &scope.directory, ids)
        .await?
        .into_iter()
        .collect();
    let found = rows::rows(connection, ids).await?.into_iter().map(|row| {
        let id = row.id.clone();
        let ours = Ours {
            departments: departments.remove(&id).unwrap_or_default(),
            holds_a_role: holding.contains(&id),
            elsewhere: elsewhere.remove(&id),
            is_linked: linked.contains(&id),
            is_shut: false,
            ..ours(row)
        };
        (id, ours)
    });
    Ok(found.collect())
}

fn ours(row: MemberRow) -> Ours {
    Ours {
        id: row.id,
        is_email_verified: row.email_verified_at.is_some(),
        status: Status::from_name(&row.status),
        fields: Fields {
            kind: row.kind,
            username: row.username,
            username_key: row.username_key,
            display_name: row.display_name,
            email_key: row.email.as_deref().map(name_key),
            email: row.email,
            mobile: row.mobile,
            employee_number: row.employee_number,
        },
        departments: Vec::new(),
        holds_a_role: false,
        is_shut: false,
        elsewhere: None,
        is_linked: false,
    }
}
