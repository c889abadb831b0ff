//! The data folder: one process at a time, and a name for the node that lives in it.
//!
//! The embedded store, the spool and the control socket all lie here; two processes in one folder
//! would tear them apart. The lock is the operating system's: a killed process leaves none behind.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const LOCK_FILE: &str = "lock";
const NODE_FILE: &str = "node-id";

#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    #[error(
        "the data folder {0} is in use by another gatehouse process: stop that one first, or give \
         this one a folder of its own"
    )]
    InUse(PathBuf),
    #[error(
        "the data folder {0} cannot be used: {1}; make it belong to the user that runs gatehouse"
    )]
    Unusable(PathBuf, io::Error),
}

/// The data folder, held by this process until it is dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    node: String,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder (mode 0700) if it is absent, and takes it for this process.
    pub fn take(path: &Path) -> Result<Self, DataFolderError> {
        let unusable = |error| DataFolderError::Unusable(path.to_owned(), error);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(unusable)?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join(LOCK_FILE))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DataFolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        Ok(Self {
            node: node_id(&path.join(NODE_FILE)).map_err(unusable)?,
            path: path.to_owned(),
            _lock: lock,
        })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names this node among the others for as long as its folder lives.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }
}

fn node_id(file: &Path) -> io::Result<String> {
    match fs::read_to_string(file) {
        Ok(id) if !id.trim().is_empty() => Ok(id.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => {
            let id = uuid::Uuid::now_v7().to_string();
            fs::write(file, &id)?;
            Ok(id)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_belongs_to_one_process_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let first = DataFolder::take(&path).unwrap();
        let refused = DataFolder::take(&path).unwrap_err();
        assert!(matches!(refused, DataFolderError::InUse(_)));
        let node = first.node().to_owned();
        drop(first);
        assert_eq!(DataFolder::take(&path).unwrap().node(), node);
    }
}
