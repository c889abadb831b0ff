//! A change that keeps out whoever made it is in force on trial: unless somebody who comes in under the
//! new rules confirms it within a minute, the list is put back as it was. So a mistake mends itself,
//! also when the process or the machine is gone meanwhile.

use std::net::IpAddr;
use std::time::Duration;

use config::Timestamp;
use config::id::RuleId;
use serde::Serialize;
use utoipa::ToSchema;

use super::guard;
use crate::edit::{Edit, shown, target};
use crate::logs::{self, ActorKind, AuditEntry, AuditResult};
use crate::refused::{Refused, both};
use crate::state::State;
use crate::store::changes::{self, Change};
use crate::store::ip_lists::{IpListRow, effect_name, scope_name};
use crate::store::ip_trials::{self as rows, TrialRow};
use crate::store::{Connection, holds, ip_entries};

/// For so long it waits to be confirmed.
const LIFE: Duration = Duration::from_mins(1);
/// So often it is looked whether one has waited long enough.
const EVERY: Duration = Duration::from_secs(2);

/// A change of a list that waits to be confirmed. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Trial {
    #[schema(value_type = String)]
    pub list: RuleId,
    pub list_name: String,
    /// Who made it, and from which address they are now kept out.
    pub made_by: String,
    pub address: String,
    pub begun_at: Timestamp,
    /// When the list is put back as it was.
    pub until: Timestamp,
}

/// Takes hold of the lists, to change one.
///
/// # Errors
/// As [`none_pending`].
pub(super) async fn hold(connection: &mut Connection) -> Result<(), Refused> {
    holds::ip_lists(connection).await?;
    none_pending(connection).await
}

/// # Errors
/// If a change waits to be confirmed: what comes on top of it could not be put back.
pub async fn none_pending(connection: &mut Connection) -> Result<(), Refused> {
    if rows::pending(connection).await?.is_none() {
        return Ok(());
    }
    Err(Refused::Impossible(both((
        "a change of an IP list is on trial: confirm it or put it back first",
        "有一项 IP 列表修改正在试行，请先确认或撤回",
    ))))
}

pub async fn pending(connection: &mut Connection) -> Result<Option<Trial>, Refused> {
    let Some(row) = rows::pending(connection).await? else {
        return Ok(None);
    };
    let list = super::find(connection, &row.list).await?;
    Ok(Some(Trial {
        list: row.list,
        list_name: list.name,
        made_by: row.actor_name,
        address: row.address,
        begun_at: row.begun_at,
        until: row.until,
    }))
}

/// Remembers how the list was.
pub(super) async fn begin(
    edit: &mut Edit<'_>,
    before: &IpListRow,
    address: IpAddr,
) -> Result<(), Refused> {
    let trial = TrialRow {
        list: before.id.clone(),
        effect: effect_name(before.effect).to_owned(),
        scope: scope_name(before.everywhere).to_owned(),
        revision: before.revision.clone(),
        entries: before.entries,
        actor_name: edit.permit().actor().name(),
        address: address.to_string(),
        begun_at: edit.now,
        until: edit.now.plus(LIFE),
    };
    rows::begin(&mut edit.tx, &trial).await?;
    let target = target("ip_list", before.id.as_str(), &before.name);
    edit.note("begin_trial", target, None, None).await
}

/// Keeps the change. Only for somebody whom it lets in: whoever is kept out would otherwise confirm it
/// before the gateways have heard of it.
pub async fn confirm(mut edit: Edit<'_>) -> Result<(), Refused> {
    holds::ip_lists(&mut edit.tx).await?;
    guard::let_in(&mut edit).await?;
    let trial = rows::end(&mut edit.tx).await?.ok_or_else(nothing)?;
    let list = super::row(&mut edit.tx, &trial.list).await?;
    if list.revision != trial.revision {
        ip_entries::give_up(&mut edit.tx, &trial.revision).await?;
    }
    let target = target("ip_list", list.id.as_str(), &list.name);
    edit.commit("confirm_trial", target, None, None).await
}

/// Puts the list back at once.
pub async fn give_up(mut edit: Edit<'_>) -> Result<(), Refused> {
    holds::ip_lists(&mut edit.tx).await?;
    let trial = rows::end(&mut edit.tx).await?.ok_or_else(nothing)?;
    let before = super::find(&mut edit.tx, &trial.list).await?;
    let now = edit.now;
    let after = put_back(&mut edit.tx, &trial, now).await?;
    edit.republish();
    let target = target("ip_list", trial.list.as_str(), &before.name);
    edit.commit("end_trial", target, shown(&before), shown(&after))
        .await
}

fn nothing() -> Refused {
    Refused::Impossible(both((
        "no change waits to be confirmed: it was confirmed, or put back, already",
        "没有待确认的修改：可能已确认或已撤回",
    )))
}

async fn put_back(
    connection: &mut Connection,
    trial: &TrialRow,
    now: Timestamp,
) -> Result<super::IpList, Refused> {
    let tried = super::row(connection, &trial.list).await?;
    rows::put_back(connection, trial, now).await?;
    if tried.revision != trial.revision {
        ip_entries::give_up(connection, &tried.revision).await?;
    }
    super::find(connection, &trial.list).await
}

/// Looks after the trial until it is dropped. On every node: whichever comes first puts it back.
pub async fn run(state: &State) {
    loop {
        if let Err(error) = end_overdue(state).await {
            tracing::warn!(%error, "an IP list on trial cannot be put back yet");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Puts the list back if nobody has confirmed the change in time.
pub async fn end_overdue(state: &State) -> Result<(), Refused> {
    let now = state.clock.now();
    let pending = rows::pending(&mut *state.store.read().await?).await?;
    if pending.is_none_or(|trial| trial.until > now) {
        return Ok(());
    }
    let mut tx = state.store.begin().await?;
    holds::ip_lists(&mut tx).await?;
    let Some(trial) = rows::end_overdue(&mut tx, now).await? else {
        return Ok(());
    };
    let before = super::find(&mut tx, &trial.list).await?;
    let after = put_back(&mut tx, &trial, now).await?;
    let entry = AuditEntry {
        actor: logs::Actor {
            kind: ActorKind::System,
            id: None,
            name: "gatehouse".to_owned(),
        },
        client_address: None,
        request_id: None,
        action: "end_trial",
        target: target("ip_list", trial.list.as_str(), &before.name),
        result: AuditResult::Done,
        before: shown(&before),
        after: shown(&after),
    };
    logs::record_audit(&mut tx, now, &entry).await?;
    changes::announce(&mut tx, Change::Snapshot, now).await?;
    tx.commit().await?;
    tracing::warn!(
        list = before.name,
        "a change of an IP list was not confirmed: it is put back"
    );
    Ok(())
}
