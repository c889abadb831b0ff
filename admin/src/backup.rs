//! Backup and restore of the embedded store. PostgreSQL has tools of its own for that.
//!
//! A backup holds everything but the master key: whoever finds it cannot read the secrets in it, and
//! whoever restores it needs the key that the store was sealed with. Keep the two apart.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use config::settings::StoreUrl;
use config::{Clock, Settings};

use crate::data_folder::{DataFolder, DataFolderError};
use crate::plane::PlaneError;
use crate::sealed_mark;
use crate::store::{EMBEDDED_FILE, StoreError, copy};

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(
        "the store is PostgreSQL: back it up and restore it with pg_dump and pg_restore, and keep \
         the master key apart from the dump"
    )]
    NotEmbedded,
    #[error("there is no store at {0} yet: start gatehouse once, or check the data folder")]
    NoStore(PathBuf),
    #[error("{0} exists already: name a file that does not")]
    Exists(PathBuf),
    #[error("{0} is not a backup that can be restored: {1}")]
    Unusable(PathBuf, StoreError),
    #[error("{0}: {1}; the folder must be there, and this user must be allowed to write to it")]
    File(PathBuf, io::Error),
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(Box<PlaneError>),
}

/// Writes a backup to `file` (mode 0600), safely while a node runs on the store. Either a whole and
/// checked backup appears there, or nothing does.
pub async fn backup(settings: &Settings, file: &Path) -> Result<(), BackupError> {
    let store = embedded(settings)?;
    if !store.exists() {
        return Err(BackupError::NoStore(store));
    }
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let partial = with_suffix(file, ".partial");
    let _ = fs::remove_file(&partial);
    let made = make(&store, &partial, file).await;
    if made.is_err() {
        let _ = fs::remove_file(&partial);
    }
    made
}

async fn make(store: &Path, partial: &Path, file: &Path) -> Result<(), BackupError> {
    create(partial)?;
    copy::copy(store, partial).await?;
    copy::check(partial).await?;
    settle(partial, file)
}

/// What [`restore`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the store that was there before has been kept.
    pub replaced: Option<PathBuf>,
    /// Sign-ins that were open in the backup and have been ended.
    pub ended_sign_ins: u64,
}

/// Puts the backup `file` in the place of the store, and keeps what was there. Everybody has to sign
/// in again: the backup knows nothing of sign-ins that were ended since.
///
/// # Errors
/// If a node runs on the data folder, the backup is damaged or made by a newer version, or the master
/// key is not the one that it was sealed with. The store is then as it was.
pub async fn restore(
    settings: &Settings,
    file: &Path,
    clock: &Clock,
) -> Result<Restored, BackupError> {
    let store = embedded(settings)?;
    let _folder = DataFolder::take(&settings.data)?;
    let incoming = with_suffix(&store, ".incoming");
    let result = bring_in(settings, file, &incoming, clock).await;
    if result.is_err() {
        remove_all(&incoming);
    }
    let ended_sign_ins = result?;
    let replaced = put_away(&store, clock)?;
    settle(&incoming, &store)?;
    Ok(Restored {
        replaced,
        ended_sign_ins,
    })
}

/// Copies the backup into the data folder and makes it ready there; `file` itself is only read.
async fn bring_in(
    settings: &Settings,
    file: &Path,
    incoming: &Path,
    clock: &Clock,
) -> Result<u64, BackupError> {
    remove_all(incoming);
    let mut target = create(incoming)?;
    let mut source = File::open(file).map_err(|e| BackupError::File(file.to_owned(), e))?;
    io::copy(&mut source, &mut target).map_err(|e| BackupError::File(incoming.to_owned(), e))?;
    drop(target);
    let unusable = |error| BackupError::Unusable(file.to_owned(), error);
    copy::check(incoming).await.map_err(unusable)?;
    let mark = copy::document(incoming, sealed_mark::MARK)
        .await
        .map_err(unusable)?;
    sealed_mark::check_mark(mark.as_deref(), &settings.secrets)
        .map_err(|error| BackupError::Key(Box::new(error)))?;
    copy::migrate(incoming).await.map_err(unusable)?;
    Ok(copy::end_sign_ins(incoming, clock.now()).await?)
}

/// Renames the present store, with what SQLite keeps beside it.
fn put_away(store: &Path, clock: &Clock) -> Result<Option<PathBuf>, BackupError> {
    if !store.exists() {
        return Ok(None);
    }
    let kept = with_suffix(store, &format!(".replaced-{}", clock.now().as_millis()));
    for suffix in BESIDE {
        let (from, to) = (with_suffix(store, suffix), with_suffix(&kept, suffix));
        if from.exists() {
            fs::rename(&from, to).map_err(|e| BackupError::File(from, e))?;
        }
    }
    Ok(Some(kept))
}

/// The store and SQLite's files beside it. The log goes first: never must a store stand beside the
/// log of another.
const BESIDE: [&str; 3] = ["-wal", "-shm", ""];

fn remove_all(file: &Path) {
    for suffix in BESIDE {
        let _ = fs::remove_file(with_suffix(file, suffix));
    }
}

fn embedded(settings: &Settings) -> Result<PathBuf, BackupError> {
    match settings.store.url {
        StoreUrl::Embedded => Ok(settings.data.join(EMBEDDED_FILE)),
        StoreUrl::Postgres(_) => Err(BackupError::NotEmbedded),
    }
}

/// A new, empty file that only its owner may read.
fn create(file: &Path) -> Result<File, BackupError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(|e| BackupError::File(file.to_owned(), e))
}

/// Moves a finished file to its place so that it survives a power cut.
fn settle(from: &Path, to: &Path) -> Result<(), BackupError> {
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(from)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(from, to))
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(|e| BackupError::File(to.to_owned(), e))
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

mod take_away;
#[cfg(test)]
mod tests;

pub use take_away::{Away, take_away};
