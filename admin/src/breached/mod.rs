//! Passwords that are known from leaks, as the operator has loaded them on this node.
//!
//! The list is one file in the data folder: a mark, then the first ten bytes of the SHA-1 of each password,
//! sorted. It is asked by a binary search on the disk, so a list of a thousand million passwords takes no
//! memory, and it is opened for each question, so a list that takes its place is asked from then on.
//!
//! Where the policy wants the list asked and this node has none that can be read, a password is taken as far as
//! the other rules go, with a warning and a count: refusing it would keep the one in force that somebody wants
//! to be rid of.

mod load;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

pub use load::{LoadError, Loaded, load};

const FILE: &str = "breached-passwords";
/// As long as an entry, so that entries lie at multiples of their length.
const MARK: &Entry = b"GH-SHA1-01";
const LENGTH: u64 = 10;

/// What is kept of a password: none of a thousand million others has the same.
type Entry = [u8; 10];

fn entry(password: &[u8]) -> Entry {
    beginning(&Sha1::digest(password).into())
}

fn beginning(hash: &[u8; 20]) -> Entry {
    let mut entry = Entry::default();
    entry.copy_from_slice(&hash[..10]);
    entry
}

/// The list of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BreachedPasswords(Arc<PathBuf>);

#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("no list of breached passwords was loaded on this node")]
    None,
    #[error("the list of breached passwords cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("{0} is no list of breached passwords: load it again")]
    Damaged(PathBuf),
}

impl BreachedPasswords {
    #[must_use]
    pub fn of(data_folder: &Path) -> Self {
        Self(Arc::new(data_folder.join(FILE)))
    }

    /// How many passwords are on the list.
    ///
    /// # Errors
    /// If there is none that can be read.
    pub async fn entries(&self) -> Result<u64, ListError> {
        let list = self.clone();
        let asked = tokio::task::spawn_blocking(move || list.open());
        let (_, entries) = asked.await.map_err(io::Error::other)??;
        Ok(entries)
    }

    /// Whether the password is on it, found out on a thread that may wait for the disk.
    ///
    /// # Errors
    /// If there is none that can be read.
    pub async fn holds(&self, password: &str) -> Result<bool, ListError> {
        let (list, password) = (self.clone(), Zeroizing::new(password.to_owned()));
        let asked = tokio::task::spawn_blocking(move || list.find(&entry(password.as_bytes())));
        asked.await.map_err(io::Error::other)?
    }

    fn find(&self, wanted: &Entry) -> Result<bool, ListError> {
        let (file, entries) = self.open()?;
        let (mut from, mut to) = (0, entries);
        while from < to {
            let middle = from + (to - from) / 2;
            let mut found = Entry::default();
            file.read_exact_at(&mut found, (middle + 1) * LENGTH)?;
            match found.cmp(wanted) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        Ok(false)
    }

    fn open(&self) -> Result<(File, u64), ListError> {
        let file = File::open(self.0.as_ref()).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ListError::None,
            _ => error.into(),
        })?;
        let length = file.metadata()?.len();
        let mut mark = Entry::default();
        let is_whole = length >= LENGTH && length.is_multiple_of(LENGTH);
        if !is_whole || file.read_exact_at(&mut mark, 0).is_err() || mark != *MARK {
            return Err(ListError::Damaged(self.0.as_ref().clone()));
        }
        Ok((file, length / LENGTH - 1))
    }
}

#[cfg(test)]
mod tests;
