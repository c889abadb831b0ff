//! A backup that somebody takes away through the API, while the node runs.

use std::path::Path;

use config::id::EventId;
use config::settings::StoreUrl;
use tokio::fs;

use super::{BackupError, backup};
use crate::authz::Permit;
use crate::edit::Edit;
use crate::logs::Target;
use crate::refused::{Refused, both};
use crate::state::State;
use crate::store::StoreError;

/// An open backup. Its file has no name any more: when it is closed, it is gone.
#[derive(Debug)]
pub struct Away {
    pub content: fs::File,
    pub length: u64,
    /// What to call it.
    pub name: String,
}

/// Makes a backup to be taken away, and notes who took it.
pub async fn take_away(state: &State, permit: &Permit) -> Result<Away, Refused> {
    if matches!(state.settings.store.url, StoreUrl::Postgres(_)) {
        return Err(Refused::Impossible(both((
            "the store is PostgreSQL: back it up with pg_dump",
            "存储为 PostgreSQL，请使用 pg_dump 备份",
        ))));
    }
    let file = state
        .settings
        .data
        .join(format!("backup-{}.tmp", EventId::generate()));
    let opened = make(state, &file).await;
    let _ = fs::remove_file(&file).await;
    let (content, length) = opened.map_err(|error| {
        tracing::error!(%error, "a backup could not be made");
        Refused::Store(StoreError::Other(error.to_string()))
    })?;
    let edit = Edit::begin(state, permit).await?;
    let name = format!("gatehouse-{}.db", edit.now.as_seconds());
    let target = Target {
        kind: "store",
        id: None,
        name: name.clone(),
    };
    edit.commit("back_up", target, None, None).await?;
    Ok(Away {
        content,
        length,
        name,
    })
}

async fn make(state: &State, file: &Path) -> Result<(fs::File, u64), BackupError> {
    backup(&state.settings, file).await?;
    let failed = |error| BackupError::File(file.to_owned(), error);
    let content = fs::File::open(file).await.map_err(failed)?;
    let length = content.metadata().await.map_err(failed)?.len();
    Ok((content, length))
}
