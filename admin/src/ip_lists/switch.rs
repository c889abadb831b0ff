//! The break-glass switch: while it is off, gateways obey no IP list at all. For whoever has locked
//! everybody out and can reach nothing but the machine.

use config::Timestamp;
use serde::{Deserialize, Serialize};

use super::guard;
use crate::authn::Actor;
use crate::edit::{Edit, shown};
use crate::logs::Target;
use crate::refused::{Refused, both};
use crate::store::{Connection, StoreError, documents, holds};

/// Since when the lists are out of force; `None`: they are in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    pub off_since: Option<Timestamp>,
}

pub async fn read(connection: &mut Connection) -> Result<Switch, StoreError> {
    let found = documents::get::<Switch>(connection, documents::IP_RULES).await?;
    Ok(found.map(|found| found.body).unwrap_or_default())
}

/// Puts all lists out of force. Only for whoever is at the machine.
pub async fn off(mut edit: Edit<'_>) -> Result<(), Refused> {
    if !matches!(edit.permit().actor(), Actor::Operator { .. }) {
        return Err(Refused::Impossible(both((
            "this is done on the machine alone: gatehouse ip-rules off",
            "此操作只能在服务器上执行：gatehouse ip-rules off",
        ))));
    }
    holds::ip_lists(&mut edit.tx).await?;
    let since = Some(edit.now);
    set(edit, "switch_off", Switch { off_since: since }).await
}

/// Puts them in force again.
///
/// # Errors
/// [`Refused::LockedOut`] if they would keep the caller out.
pub async fn on(mut edit: Edit<'_>) -> Result<(), Refused> {
    holds::ip_lists(&mut edit.tx).await?;
    guard::let_in(&mut edit).await?;
    set(edit, "switch_on", Switch::default()).await
}

async fn set(mut edit: Edit<'_>, action: &'static str, wanted: Switch) -> Result<(), Refused> {
    let before = read(&mut edit.tx).await?;
    if before.off_since.is_some() == wanted.off_since.is_some() {
        return Ok(());
    }
    documents::put(&mut edit.tx, documents::IP_RULES, &wanted, edit.now).await?;
    edit.republish();
    let target = Target {
        kind: "ip_rules",
        id: None,
        name: "ip_rules".to_owned(),
    };
    edit.commit(action, target, shown(&before), shown(&wanted))
        .await
}
