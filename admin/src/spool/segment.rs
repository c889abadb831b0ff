//! The files of the spool: segments that are filled one after another and deleted once stored.
//!
//! Numbers only grow, and each start begins a new segment: a place that was told to the store once
//! never means another event.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::record;

pub type SegmentNumber = u64;

const EXTENSION: &str = "events";

pub fn path(folder: &Path, number: SegmentNumber) -> PathBuf {
    folder.join(format!("{number:020}.{EXTENSION}"))
}

/// All segments in `folder` with their sizes, the oldest first.
pub fn list(folder: &Path) -> io::Result<Vec<(SegmentNumber, u64)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let number = (path.extension().is_some_and(|e| e == EXTENSION))
            .then(|| path.file_stem()?.to_str()?.parse().ok())
            .flatten();
        if let Some(number) = number {
            found.push((number, entry.metadata()?.len()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Opens a segment to append to it; a new one cannot vanish in a power cut.
pub fn open(folder: &Path, number: SegmentNumber) -> io::Result<File> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path(folder, number))?;
    File::open(folder)?.sync_all()?;
    Ok(file)
}

/// Cuts a record off that a crash left unfinished; says how many whole ones there are.
pub fn repair(folder: &Path, number: SegmentNumber) -> io::Result<u64> {
    let path = path(folder, number);
    let bytes = fs::read(&path)?;
    let (count, end) = record::measure(&bytes);
    if matches!(record::next(&bytes[end..]), record::Next::Partial) {
        tracing::warn!(
            segment = number,
            bytes = bytes.len() - end,
            "an access event was being written when the program ended; it is cut off"
        );
        let file = OpenOptions::new().write(true).open(&path)?;
        file.set_len(end as u64)?;
        file.sync_all()?;
    }
    Ok(count)
}

/// Renames a damaged segment so that it is none any more; says where it is and how large.
pub fn put_aside(folder: &Path, number: SegmentNumber) -> io::Result<(PathBuf, u64)> {
    let from = path(folder, number);
    let to = from.with_extension("damaged");
    fs::rename(&from, &to)?;
    let size = fs::metadata(&to)?.len();
    Ok((to, size))
}
