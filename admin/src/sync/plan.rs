//! What has to be done about one person of a directory. Pure: what is known goes in, what is to be done
//! comes out, so that a preview, a run and a run that is taken up again all say the same.

use config::PrincipalKind;
use config::id::{DepartmentId, MemberId};
use config::language::LocalText;

use super::wanted::Wanted;
use crate::members::Status;
use crate::refused::both;
use crate::store::members::Fields;

/// Somebody here, as far as it matters.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and no state of one thing"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    pub id: MemberId,
    pub fields: Fields,
    pub is_email_verified: bool,
    pub status: Status,
    /// The main one first.
    pub departments: Vec<DepartmentId>,
    pub holds_a_role: bool,
    /// Shut out on the directory's word, which then lets them in again.
    pub is_shut: bool,
    /// The name of another directory that says who they are.
    pub elsewhere: Option<String>,
    /// Whether they are linked to this directory, under whatever key.
    pub is_linked: bool,
}

/// Who the entry is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Known by the key.
    Linked(Ours),
    /// Somebody who is there already and fits by what the administrator chose.
    Fits(Ours),
    Nobody,
}

/// Who else has what must be had by one alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub username: Option<MemberId>,
    pub email: Option<MemberId>,
}

/// What is to be done.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing of its own to be done, and no state of one"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub creates: bool,
    pub links: bool,
    /// What is known of them from now on, where that changes.
    pub fields: Option<Fields>,
    pub departments: Option<Vec<DepartmentId>>,
    /// The status from now on, where that changes.
    pub status: Option<Status>,
    /// Whether the directory vouches for the mail address, where that changes.
    pub vouches: Option<bool>,
    /// Whether they are shut out on the directory's word once this is done.
    pub is_shut: bool,
    /// Whether something that the directory says is not taken over for now: they are looked at again.
    pub withholds: bool,
}

impl Change {
    /// Whether nothing of the person changes.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.creates
            && !self.links
            && self.fields.is_none()
            && self.departments.is_none()
            && self.status.is_none()
            && self.vouches.is_none()
    }

    /// The word for it in the record.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.status {
            _ if self.creates => "create",
            _ if self.links => "link",
            Some(Status::Active) => "enable",
            Some(_) => "disable",
            None => "update",
        }
    }
}

/// Why nothing is done until an administrator has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Who it could be.
    pub candidate: Option<MemberId>,
    pub why: LocalText,
}

/// Whether the directory is believed when it tells of mail addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    pub in_mail: bool,
}

/// # Errors
/// What an administrator has to decide first.
pub fn person(
    wanted: &Wanted,
    found: &Found,
    taken: &Taken,
    trust: Trust,
) -> Result<Change, Conflict> {
    match found {
        Found::Nobody => create(wanted, taken, trust),
        Found::Fits(ours) => {
            may_link(ours)?;
            let change = update(wanted, ours, taken, trust)?;
            Ok(Change {
                links: true,
                ..change
            })
        }
        Found::Linked(ours) => update(wanted, ours, taken, trust),
    }
}

/// Nobody is made here who could not sign in.
fn create(wanted: &Wanted, taken: &Taken, trust: Trust) -> Result<Change, Conflict> {
    if !wanted.is_enabled {
        return Ok(Change::default());
    }
    if let Some(holder) = &taken.username {
        return Err(Conflict {
            candidate: Some(holder.clone()),
            why: username_taken(&wanted.fields.username),
        });
    }
    let fields = without_taken_mail(&wanted.fields, taken);
    Ok(Change {
        creates: true,
        withholds: fields.email != wanted.fields.email,
        vouches: (trust.in_mail && fields.email.is_some()).then_some(true),
        fields: Some(fields),
        departments: Some(wanted.departments.clone()),
        ..Change::default()
    })
}

/// Nobody is taken over who could do more than their directory may decide.
fn may_link(ours: &Ours) -> Result<(), Conflict> {
    let why = if ours.is_linked {
        (
            "this account is linked to another entry of the directory",
            "该账号已关联到目录中的另一条目",
        )
    } else if ours.elsewhere.is_some() {
        (
            "this account comes from another directory",
            "该账号来自另一个目录",
        )
    } else if ours.fields.kind == PrincipalKind::Guest {
        ("this account is a guest's", "该账号为访客账号")
    } else if ours.holds_a_role {
        (
            "this account holds an administrator's role: whoever changes the directory could take it over",
            "该账号拥有管理角色，自动关联会使目录的维护者能够接管它",
        )
    } else if ours.status == Status::Disabled {
        (
            "this account was disabled by an administrator",
            "该账号已被管理员停用",
        )
    } else {
        return Ok(());
    };
    Err(Conflict {
        candidate: Some(ours.id.clone()),
        why: both(why),
    })
}

/// Whoever the directory has disabled is shut out, whatever else of their entry is not taken over for now.
#[must_use]
pub fn shut(is_enabled: bool, ours: &Ours) -> Option<Change> {
    let (status, is_shut) = status(is_enabled, ours);
    (status == Some(Status::Disabled)).then(|| Change {
        status,
        is_shut,
        withholds: true,
        ..Change::default()
    })
}

fn update(wanted: &Wanted, ours: &Ours, taken: &Taken, trust: Trust) -> Result<Change, Conflict> {
    let is_other = |holder: &&MemberId| **holder != ours.id;
    if taken
        .username
        .as_ref()
        .is_some_and(|holder| is_other(&holder))
    {
        return Err(Conflict {
            candidate: taken.username.clone(),
            why: username_taken(&wanted.fields.username),
        });
    }
    let others = Taken {
        username: None,
        email: taken.email.clone().filter(|holder| is_other(&holder)),
    };
    let mut fields = without_taken_mail(&wanted.fields, &others);
    // Whether somebody is a guest is decided here: more hangs on it than a word.
    fields.kind = ours.fields.kind;
    if ours.holds_a_role {
        keep_addresses(&mut fields, &ours.fields);
    }
    // Codes go to the address of whoever holds a role: the directory alone does not vouch for it.
    let vouches = trust.in_mail && fields.email.is_some() && !ours.holds_a_role;
    let stays_verified = ours.is_email_verified && ours.fields.email_key == fields.email_key;
    let (status, is_shut) = status(wanted.is_enabled, ours);
    Ok(Change {
        withholds: fields.email != wanted.fields.email || fields.mobile != wanted.fields.mobile,
        vouches: (vouches && !stays_verified).then_some(true),
        fields: (fields != ours.fields).then_some(fields),
        departments: (wanted.departments != ours.departments).then(|| wanted.departments.clone()),
        status,
        is_shut,
        ..Change::default()
    })
}

/// Whoever was disabled here by hand is let in again by hand alone.
fn status(is_enabled: bool, ours: &Ours) -> (Option<Status>, bool) {
    match (is_enabled, ours.status) {
        (false, Status::Active) => (Some(Status::Disabled), true),
        (false, _) => (None, ours.is_shut),
        (true, Status::Disabled) if ours.is_shut => (Some(Status::Active), false),
        (true, _) => (None, false),
    }
}

/// A mail address belongs to one person: whoever comes later has none.
fn without_taken_mail(fields: &Fields, taken: &Taken) -> Fields {
    let mut fields = fields.clone();
    if taken.email.is_some() {
        fields.email = None;
        fields.email_key = None;
    }
    fields
}

/// Whoever reads what is sent to them could take the account over: of somebody who holds a role, that is not
/// for whoever keeps the directory to choose.
fn keep_addresses(fields: &mut Fields, ours: &Fields) {
    fields.email.clone_from(&ours.email);
    fields.email_key.clone_from(&ours.email_key);
    fields.mobile.clone_from(&ours.mobile);
}

fn username_taken(username: &str) -> LocalText {
    both((
        &format!("the username “{username}” belongs to another account"),
        &format!("用户名“{username}”已被另一账号使用"),
    ))
}

#[cfg(test)]
mod tests;
