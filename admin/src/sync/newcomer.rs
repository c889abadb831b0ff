//! Somebody whom a directory lets in and who is not linked yet: planned as a run would, for one person.

use config::id::MemberId;

use super::apply::change_person;
use super::apply_people;
use super::conflicts;
use super::people::{self, Held, Planned};
use super::plan::{Change, Trust};
use super::scope::Scope;
use crate::directories::Whole;
use crate::directories::entry::TheirPerson;
use crate::directories::sign_in::NotKnown;
use crate::edit::{Edit, shown, target};
use crate::members;
use crate::store::directory_people::{self as links, Link};
use crate::store::sync_people::{self, Match, NewPerson};

pub struct Newcomer {
    pub person: TheirPerson,
    pub match_by: Option<Match>,
    /// Whether the mail address is known to be theirs.
    pub is_mail_trusted: bool,
    pub may_create: bool,
}

/// Links the account that fits, or makes one. The rules of groups are held.
pub async fn let_in(
    edit: &mut Edit<'_>,
    directory: &Whole,
    newcomer: Newcomer,
) -> Result<MemberId, NotKnown> {
    let mut scope = Scope::of(&mut edit.tx, directory).await?;
    scope.match_by = newcomer.match_by;
    scope.trust = Trust {
        in_mail: newcomer.is_mail_trusted,
    };
    let planned = people::plan(&mut edit.tx, &scope, vec![newcomer.person.storable()]).await?;
    let planned = planned.into_iter().next().ok_or(NotKnown::Unknown)?;
    let change = match &planned.verdict {
        Ok(change) => change,
        Err(Held::Unfit(_)) => return Err(NotKnown::Unfit),
        Err(Held::Conflict(conflict)) => {
            conflicts::queue(edit, &scope, &planned.theirs, conflict).await?;
            return Err(NotKnown::Waits);
        }
    };
    let id = match &planned.ours {
        Some(ours) => {
            // What is known of whoever is there already is not for a sign-in to change.
            let link = Change {
                links: directory.used_for().organisation(),
                ..Change::default()
            };
            change_person(edit, &scope, &ours.id, &link).await?;
            ours.id.clone()
        }
        None if change.creates && newcomer.may_create => create(edit, &scope, change).await?,
        None => return Err(NotKnown::Unknown),
    };
    link(edit, &scope, &planned, &id).await?;
    Ok(id)
}

/// Knows them by their key from now on.
async fn link(
    edit: &mut Edit<'_>,
    scope: &Scope,
    planned: &Planned,
    id: &MemberId,
) -> Result<(), NotKnown> {
    let link = Link {
        key: &planned.theirs.key,
        member: id,
        facts: [0; 16],
        is_shut: false,
    };
    links::settle(&mut edit.tx, &scope.directory, &[link], edit.now).await?;
    let people = std::iter::once(&planned.theirs);
    apply_people::sign_in_names(edit, &scope.directory, people).await?;
    crate::groups::refresh_member(edit, id).await?;
    let member = members::find(&mut edit.tx, id).await?;
    let action = if planned.ours.is_some() {
        "link"
    } else {
        "create"
    };
    let target = target("member", id.as_str(), &member.username);
    Ok(edit.note(action, target, None, shown(&member)).await?)
}

async fn create(edit: &mut Edit<'_>, scope: &Scope, change: &Change) -> Result<MemberId, NotKnown> {
    let fields = change.fields.clone().ok_or(NotKnown::Unfit)?;
    let id = MemberId::generate();
    let person = NewPerson {
        id: id.clone(),
        fields,
        is_email_verified: change.vouches == Some(true),
        departments: Vec::new(),
    };
    sync_people::insert(&mut edit.tx, &[person], &scope.name, edit.now).await?;
    Ok(id)
}
