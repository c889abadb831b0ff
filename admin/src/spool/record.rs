//! How an event lies in a segment: length, CRC-32 and the bytes of its record.
//!
//! A record that was cut off by a crash fails its check, and so does one that the disk has changed.

use std::io;

use config::AccessEvent;

use crate::access_record::Record;

/// Length and check, four bytes each, little-endian.
pub const HEAD: usize = 8;
/// No event is near as large; a length beyond it is damage.
const MAX_BODY: usize = 1 << 20;

/// Appends the event to `buffer`.
///
/// # Errors
/// If it cannot be written, or is so large that it would be read as damage; `buffer` is then
/// as before.
pub fn append(buffer: &mut Vec<u8>, event: &AccessEvent) -> io::Result<()> {
    let start = buffer.len();
    buffer.extend([0; HEAD]);
    let written = Record::from(event).write(buffer).map_err(io::Error::other);
    let size = buffer.len() - start - HEAD;
    let written = written.and_then(|()| match u32::try_from(size) {
        Ok(length) if size <= MAX_BODY => Ok(length),
        _ => Err(io::Error::other("the event is too large")),
    });
    let length = written.inspect_err(|_| buffer.truncate(start))?;
    let body = &buffer[start + HEAD..];
    let check = check(length, body);
    buffer[start..start + 4].copy_from_slice(&length.to_le_bytes());
    buffer[start + 4..start + HEAD].copy_from_slice(&check.to_le_bytes());
    Ok(())
}

/// The length is checked too: zeroes, as some file systems leave behind, are no record.
fn check(length: u32, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(b"gatehouse");
    hasher.update(&length.to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

/// What comes next in a piece of a segment.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a> {
    Body(&'a [u8]),
    /// There is nothing more.
    End,
    /// The piece ends within a record: cut off, or not read far enough.
    Partial,
    /// What is there is no record.
    Damaged,
}

/// The first record of `bytes`. The one after it begins [`HEAD`] and the body's length later.
pub fn next(bytes: &[u8]) -> Next<'_> {
    if bytes.is_empty() {
        return Next::End;
    }
    let Some((head, rest)) = bytes.split_at_checked(HEAD) else {
        return Next::Partial;
    };
    let word = |at: usize| {
        let mut word = [0; 4];
        word.copy_from_slice(&head[at..at + 4]);
        u32::from_le_bytes(word)
    };
    let (length, expected) = (word(0), word(4));
    let Some(size) = usize::try_from(length).ok().filter(|l| *l <= MAX_BODY) else {
        return Next::Damaged;
    };
    match rest.get(..size) {
        None => Next::Partial,
        Some(body) if check(length, body) == expected => Next::Body(body),
        Some(_) => Next::Damaged,
    }
}

/// How many whole records `bytes` begins with, and where the last of them ends.
pub fn measure(bytes: &[u8]) -> (u64, usize) {
    let (mut count, mut end) = (0, 0);
    while let Next::Body(body) = next(&bytes[end..]) {
        end += HEAD + body.len();
        count += 1;
    }
    (count, end)
}
