//! Keeps whoever changes the rules from locking themselves out: the address from which they come is
//! judged by the rules as they would be, as the gateway judges it at the access host.

use std::net::IpAddr;

use config::snapshot::Effect;

use super::{switch, trial};
use crate::edit::Edit;
use crate::refused::Refused;
use crate::store::ip_lists::IpListRow;
use crate::store::{Connection, StoreError, ip_entries, ip_lists as rows};

/// What the gateway says of an address that no allow list has.
const ON_NO_ALLOW_LIST: (&str, &str) = ("on no allow list", "不在任何允许列表中");

/// Whether somebody who is locked out by a change wants it all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lockout {
    Refuse,
    /// For a minute, in which somebody who comes in must confirm it.
    OnTrial,
}

/// Checks a change that was made in `edit`, before it becomes lasting. While lists are switched off
/// none keeps anybody out, and several are mended one after the other.
///
/// # Errors
/// As [`let_in`].
pub async fn check(edit: &mut Edit<'_>) -> Result<(), Refused> {
    if switch::read(&mut edit.tx).await?.off_since.is_some() {
        return Ok(());
    }
    let_in(edit).await
}

/// Checks that the lists, once they are in force, let the caller in.
///
/// # Errors
/// [`Refused::LockedOut`] if the caller would be turned away. Whoever is at the machine has no address
/// and cannot be.
pub(super) async fn let_in(edit: &mut Edit<'_>) -> Result<(), Refused> {
    let Some(address) = edit.permit().origin().address else {
        return Ok(());
    };
    match refusing(&mut edit.tx, address, edit.now).await? {
        Some((en, zh_cn)) => Err(Refused::LockedOut {
            address,
            list: (en, zh_cn),
        }),
        None => Ok(()),
    }
}

/// The same for a change of one list, which may be put on trial.
pub async fn check_list(
    edit: &mut Edit<'_>,
    before: &IpListRow,
    lockout: Lockout,
) -> Result<(), Refused> {
    match check(edit).await {
        Err(Refused::LockedOut { address, .. }) if lockout == Lockout::OnTrial => {
            trial::begin(edit, before, address).await
        }
        // What is no longer in force goes, now that nothing needs it.
        Ok(()) => {
            let after = super::row(&mut edit.tx, &before.id).await?;
            if after.revision != before.revision {
                ip_entries::give_up(&mut edit.tx, &before.revision).await?;
            }
            Ok(())
        }
        other => other,
    }
}

/// The name of the list that turns the address away from everything, if one does: a deny list that has
/// it, or that there are allow lists and it is on none.
pub async fn refusing(
    connection: &mut Connection,
    address: IpAddr,
    now: config::Timestamp,
) -> Result<Option<(String, String)>, StoreError> {
    let lists = rows::all(connection).await?;
    let (mut must_be_allowed, mut is_allowed) = (false, false);
    for list in lists.iter().filter(|list| list.everywhere) {
        let has_it = ip_entries::find(connection, &list.revision, address, now)
            .await?
            .is_some();
        match list.effect {
            Effect::Deny if has_it => return Ok(Some((list.name.clone(), list.name.clone()))),
            Effect::Deny => {}
            Effect::Allow => {
                must_be_allowed = true;
                is_allowed |= has_it;
            }
        }
    }
    let refused = must_be_allowed && !is_allowed;
    let (en, zh_cn) = ON_NO_ALLOW_LIST;
    Ok(refused.then(|| (en.to_owned(), zh_cn.to_owned())))
}
