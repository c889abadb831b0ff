//! Tells administrators when a run that nobody watches has failed or waits for them, and when something by which
//! a directory is known here comes to its end. Each once.

use std::time::Duration;

use config::Timestamp;
use config::id::{DirectoryId, MemberId};
use config::language::LocalText;
use config::snapshot::{Brand, authorities};

use super::{Source, Whole};
use crate::appearance;
use crate::authz::{Action, Authority, Holding, Resource};
use crate::messages::directory_trouble::Trouble;
use crate::messages::{Channel, Content, Message, outbox};
use crate::refused::{Refused, both};
use crate::state::State;
use crate::store::directory_notices as rows;
use crate::store::sync_runs::RunRow;
use crate::store::{
    Connection, StoreError, directories as directory_rows, member_languages, members, role_holdings,
};

/// So long before its end a credential is told of.
const AHEAD: Duration = Duration::from_hours(24 * 14);
/// A notice that could not be sent for so long is old.
const LIFE: Duration = Duration::from_hours(24 * 2);
/// So many holders are asked about at once.
const CHUNK: usize = 100;

/// Something to be told.
struct Due {
    directory: DirectoryId,
    name: String,
    /// By which it is told once.
    subject: String,
    trouble: Trouble,
}

/// Tells what is due at `now`. Safe to repeat.
pub async fn sweep(state: &State, now: Timestamp) -> Result<(), StoreError> {
    let mut read = state.store.read().await?;
    let mut due: Vec<Due> = rows::untold_runs(&mut read)
        .await?
        .into_iter()
        .map(of_run)
        .collect();
    for row in directory_rows::all(&mut read).await? {
        // One that cannot be read is told of where it is used.
        let Ok(whole) = Whole::of(row) else { continue };
        let ending = of_credentials(&whole, now).filter(|_| whole.is_enabled());
        if let Some(one) = ending
            && !rows::is_told(&mut read, &one.directory, &one.subject).await?
        {
            due.push(one);
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    let administrators = administrators(&mut read).await?;
    drop(read);
    for one in due {
        tell(state, &one, &administrators, now).await?;
    }
    Ok(())
}

fn of_run(run: RunRow) -> Due {
    let why = run.reason.as_deref().map(serde_json::from_str::<LocalText>);
    let why = why
        .and_then(Result::ok)
        .unwrap_or_else(|| both(("the sync records have the details", "详情见同步记录")));
    Due {
        directory: run.directory,
        name: run.directory_name,
        subject: format!("run:{}", run.id),
        trouble: match (run.phase.as_str(), run.mode.as_str()) {
            ("waiting", "push") => Trouble::Held { why },
            ("waiting", _) => Trouble::Waits { why },
            _ => Trouble::Failed { why },
        },
    }
}

fn of_credentials(directory: &Whole, now: Timestamp) -> Option<Due> {
    let (which, ends) = earliest(directory)?;
    (ends <= now.plus(AHEAD)).then(|| Due {
        directory: directory.row.id.clone(),
        name: directory.row.name.clone(),
        subject: format!("credential:{}", ends.as_millis()),
        trouble: Trouble::CredentialEnds {
            which,
            day: day(ends),
        },
    })
}

/// What ends first, and when.
fn earliest(directory: &Whole) -> Option<(LocalText, Timestamp)> {
    let ca = match &directory.source {
        Source::Ldap(settings) => &settings.ca,
        Source::ActiveDirectory(settings) => &settings.ca,
        Source::Cas(settings) => &settings.ca,
        Source::Feishu(settings) => &settings.ca,
        Source::WeCom(settings) => &settings.ca,
        Source::Scim(_) | Source::Saml(_) => return None,
        Source::Oidc(settings) => &settings.ca,
    };
    let which = both(("the certificate of the authority", "证书颁发机构的证书"));
    Some((which, authorities::first_end(ca)?))
}

fn day(end: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(end.as_millis())
        .map(|end| end.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

/// Whoever decides over runs everywhere and has a mailbox.
async fn administrators(
    connection: &mut Connection,
) -> Result<Vec<(MemberId, String, String)>, StoreError> {
    let holders = rows::holders(connection).await?;
    let mut found = Vec::new();
    for chunk in holders.chunks(CHUNK) {
        let mut held = role_holdings::of(connection, chunk).await?;
        for id in chunk {
            let roles = held.remove(id).unwrap_or_default();
            let authority = Authority::of(roles.into_iter().map(Holding::from).collect());
            if !authority
                .everywhere()
                .contains(Resource::SyncRuns, Action::Change)
            {
                continue;
            }
            if let Some(member) = members::find(connection, id).await?
                && member.status == "active"
                && member.email_verified_at.is_some()
                && let Some(email) = member.email
            {
                found.push((member.id, member.display_name, email));
            }
        }
    }
    Ok(found)
}

/// To each of them, in one transaction. Where no sender takes it now, a later round tries again.
async fn tell(
    state: &State,
    due: &Due,
    administrators: &[(MemberId, String, String)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = state.store.begin().await?;
    if !rows::note(&mut tx, &due.directory, &due.subject, now).await? {
        return Ok(());
    }
    let organisation = appearance::get::<Brand>(&mut tx).await?.body.organisation;
    let mut is_told = false;
    for (id, name, email) in administrators {
        let message = Message {
            channel: Channel::Mail,
            recipient: email.clone(),
            member: Some(id.clone()),
            language: member_languages::of(&mut tx, id).await?.unwrap_or_default(),
            content: Content::DirectoryTrouble {
                organisation: organisation.clone(),
                name: name.clone(),
                directory: due.name.clone(),
                trouble: due.trouble.clone(),
            },
        };
        match outbox::queue(&mut tx, &state.sealer, message, now.plus(LIFE), now).await {
            Ok(_) => is_told = true,
            Err(Refused::Store(error)) => return Err(error),
            // No sender, or enough for now.
            Err(why) => tracing::debug!(%why, "an administrator is not told of a directory"),
        }
    }
    if is_told { tx.commit().await } else { Ok(()) }
}

#[cfg(test)]
mod tests;
