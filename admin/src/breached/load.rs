//! Makes the list out of what the operator brings: passwords, one a line, or lines of SHA-1 in hexadecimal with
//! or without a count, as Have I Been Pwned publishes them.
//!
//! Lists are larger than memory: they are sorted piece by piece on the disk, then merged. The list that is in
//! use is replaced in one step, when the new one is whole.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::{Entry, FILE, MARK, beginning, entry};

/// So many entries are sorted in memory at a time: 40 MB.
const PIECE: usize = 4_000_000;
/// No line is longer, in bytes: the file would be none of passwords.
const LONGEST_LINE: u64 = 4096;
/// With which some editors begin a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{0} cannot be read: {1}")]
    Source(PathBuf, io::Error),
    #[error(
        "{0}: line {1} is longer than 4096 bytes; expected one password a line, or one SHA-1 in hexadecimal \
         with or without a count, as in 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3861493"
    )]
    TooLong(PathBuf, u64),
    #[error(
        "{0} holds hashes of another kind, or parts of them (32 to 39 hexadecimal digits and a count); expected \
         the file of whole SHA-1 hashes, 40 digits each, as in 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3861493, \
         or one password a line"
    )]
    OtherHashes(PathBuf),
    #[error("{0} holds no password: the list of before stays")]
    Empty(PathBuf),
    #[error(
        "the list cannot be written in the data folder {0}: {1}; the folder must be there, with room for ten \
         bytes of each password twice, and this user must be allowed to write to it"
    )]
    List(PathBuf, io::Error),
}

/// What was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Different passwords.
    pub entries: u64,
}

/// Puts the passwords of `source` in the place of the list in the data folder.
///
/// # Errors
/// If the one cannot be read, or the other not be written: the list of before stays.
pub fn load(source: &Path, data_folder: &Path) -> Result<Loaded, LoadError> {
    load_by(PIECE, source, data_folder)
}

pub(super) fn load_by(
    piece: usize,
    source: &Path,
    data_folder: &Path,
) -> Result<Loaded, LoadError> {
    let unwritten = |error| LoadError::List(data_folder.to_owned(), error);
    let file = File::open(source).map_err(|error| LoadError::Source(source.to_owned(), error))?;
    let folder = tempfile::Builder::new()
        .prefix("breached-passwords.")
        .tempdir_in(data_folder)
        .map_err(unwritten)?;
    let mut lines = Lines::new(source, BufReader::new(file));
    let mut pieces = Vec::new();
    loop {
        let mut entries = Vec::new();
        while entries.len() < piece
            && let Some(entry) = lines.next()?
        {
            entries.push(entry);
        }
        if entries.is_empty() {
            break;
        }
        entries.sort_unstable();
        entries.dedup();
        let path = folder.path().join(pieces.len().to_string());
        write(&path, &entries).map_err(unwritten)?;
        pieces.push(path);
    }
    if pieces.is_empty() {
        return Err(LoadError::Empty(source.to_owned()));
    }
    let list = folder.path().join(FILE);
    let entries = merge(&pieces, &list).map_err(unwritten)?;
    std::fs::rename(&list, data_folder.join(FILE)).map_err(unwritten)?;
    Ok(Loaded { entries })
}

/// The lines of a list that somebody brings.
struct Lines<'a> {
    path: &'a Path,
    source: BufReader<File>,
    line: Vec<u8>,
    number: u64,
}

impl<'a> Lines<'a> {
    fn new(path: &'a Path, source: BufReader<File>) -> Self {
        Self {
            path,
            source,
            line: Vec::new(),
            number: 0,
        }
    }

    fn next(&mut self) -> Result<Option<Entry>, LoadError> {
        loop {
            self.line.clear();
            self.number += 1;
            let mut source = (&mut self.source).take(LONGEST_LINE);
            let read = source.read_until(b'\n', &mut self.line);
            let read = read.map_err(|error| LoadError::Source(self.path.to_owned(), error))?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == LONGEST_LINE && !self.line.ends_with(b"\n") {
                return Err(LoadError::TooLong(self.path.to_owned(), self.number));
            }
            let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            let mut line = line.strip_suffix(b"\r").unwrap_or(line);
            if self.number == 1 {
                line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
                // Taken for passwords, such a list would hold nothing that anybody ever types.
                if is_other_hash(line) {
                    return Err(LoadError::OtherHashes(self.path.to_owned()));
                }
            }
            if !line.is_empty() {
                return Ok(Some(hashed(line).unwrap_or_else(|| entry(line))));
            }
        }
    }
}

/// Of a line of SHA-1, with or without a count.
fn hashed(line: &[u8]) -> Option<Entry> {
    let (digits, rest) = line.split_at_checked(40)?;
    let is_count = |rest: &[u8]| rest.len() > 1 && rest[0] == b':' && is_number(&rest[1..]);
    if !rest.is_empty() && !is_count(rest) {
        return None;
    }
    let mut hash = [0; 20];
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        // A sign is none of a hexadecimal digit, whatever the parser of numbers takes.
        if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(beginning(&hash))
}

/// NTLM hashes, or what the ranges of Have I Been Pwned hold, which leave the first five digits out.
fn is_other_hash(line: &[u8]) -> bool {
    let mut parts = line.splitn(2, |byte| *byte == b':');
    let (Some(hash), Some(count)) = (parts.next(), parts.next()) else {
        return false;
    };
    (32..40).contains(&hash.len())
        && hash.iter().all(u8::is_ascii_hexdigit)
        && !count.is_empty()
        && is_number(count)
}

fn is_number(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_digit)
}

fn write(path: &Path, entries: &[Entry]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for entry in entries {
        file.write_all(entry)?;
    }
    file.flush()
}

/// Merges sorted pieces into a list; says how many different entries it has.
fn merge(pieces: &[PathBuf], list: &Path) -> io::Result<u64> {
    let mut sources = Vec::new();
    for piece in pieces {
        sources.push(BufReader::new(File::open(piece)?));
    }
    let mut heads = BinaryHeap::new();
    for (at, source) in sources.iter_mut().enumerate() {
        heads.extend(next(source)?.map(|entry| Reverse((entry, at))));
    }
    let mut file = BufWriter::new(File::create(list)?);
    file.write_all(MARK)?;
    let (mut entries, mut before) = (0, None);
    while let Some(Reverse((entry, at))) = heads.pop() {
        if before != Some(entry) {
            file.write_all(&entry)?;
            (entries, before) = (entries + 1, Some(entry));
        }
        heads.extend(next(&mut sources[at])?.map(|entry| Reverse((entry, at))));
    }
    // Whole on the disk before it takes the place of the other.
    file.into_inner()?.sync_all()?;
    Ok(entries)
}

fn next(source: &mut BufReader<File>) -> io::Result<Option<Entry>> {
    if source.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut entry = Entry::default();
    source.read_exact(&mut entry)?;
    Ok(Some(entry))
}
