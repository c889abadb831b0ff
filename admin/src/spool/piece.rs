//! What is read of a segment at once: some thousand events, brought to the store in one transaction.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use config::{AccessEvent, Timestamp};

use super::{Position, record, segment};
use crate::access_record::Record;
use crate::store::events::Row;

/// So many bytes are read at once: two or three thousand events.
const PIECE: u64 = 768 << 10;

/// What one piece of a segment holds.
pub struct Piece {
    bytes: Vec<u8>,
    /// Where in `bytes` the records are.
    records: Vec<Range<usize>>,
    /// Where the next piece begins.
    pub next: Position,
    /// The segment that turned out to be damaged after these events.
    pub damaged: Option<segment::SegmentNumber>,
}

impl Piece {
    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn rows(&self) -> Vec<Row<'_>> {
        let bytes = self.records.iter().map(|place| &self.bytes[place.clone()]);
        // They could be read when the piece was: none is left out.
        bytes.filter_map(|bytes| Row::read(bytes).ok()).collect()
    }

    /// How long ago the oldest of the events was made; zero if there is none.
    pub fn age(&self, now: Timestamp) -> Duration {
        let first = self.records.first().map(|place| &self.bytes[place.clone()]);
        let first = first.and_then(|bytes| Record::read(bytes).ok());
        first.map_or(Duration::ZERO, |record| now.since(record.made_at()))
    }
}

/// Reads events from `from` on, up to `written` at most; `None` if there are none yet.
pub fn read(folder: &Path, from: Position, written: Position) -> io::Result<Option<Piece>> {
    let segments = segment::list(folder)?;
    let Some((number, size)) = segments
        .into_iter()
        .find(|(number, _)| *number >= from.segment)
    else {
        return Ok(None);
    };
    let offset = if number == from.segment {
        from.offset
    } else {
        0
    };
    let is_active = number >= written.segment;
    let end = if is_active { written.offset } else { size };
    let next_segment = Position {
        segment: number + 1,
        offset: 0,
    };
    if offset >= end {
        // A finished segment has been read whole: go on with the next, even if it holds nothing.
        return Ok((!is_active).then(|| Piece {
            bytes: Vec::new(),
            records: Vec::new(),
            next: next_segment,
            damaged: None,
        }));
    }
    let mut bytes = read_bytes(&segment::path(folder, number), offset, end, PIECE)?;
    let (records, used, damaged) = decode(&mut bytes);
    let is_finished = !is_active && offset + used as u64 == size;
    let next = if damaged || is_finished {
        next_segment
    } else {
        Position {
            segment: number,
            offset: offset + used as u64,
        }
    };
    Ok(Some(Piece {
        bytes,
        records,
        next,
        damaged: damaged.then_some(number),
    }))
}

/// How many events lie before a place.
pub fn count_before(folder: &Path, at: Position) -> io::Result<u64> {
    let mut count = 0;
    for (number, size) in segment::list(folder)? {
        if number <= at.segment {
            let end = if number == at.segment {
                at.offset
            } else {
                size
            };
            let bytes = read_bytes(&segment::path(folder, number), 0, end.min(size), u64::MAX)?;
            count += record::measure(&bytes).0;
        }
    }
    Ok(count)
}

/// A piece, or more where one record is larger than that.
fn read_bytes(path: &Path, offset: u64, end: u64, piece: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    let mut limit = piece;
    loop {
        let want = limit.min(end - offset);
        (&mut file)
            .take(want - bytes.len() as u64)
            .read_to_end(&mut bytes)?;
        let cut = matches!(record::next(&bytes), record::Next::Partial);
        if !cut || want == end - offset {
            return Ok(bytes);
        }
        limit = limit.saturating_mul(2);
    }
}

/// Where the whole records that `bytes` begins with are, their length, and whether damage follows.
fn decode(bytes: &mut Vec<u8>) -> (Vec<Range<usize>>, usize, bool) {
    let (mut records, mut used, end) = (Vec::new(), 0, bytes.len());
    loop {
        let body = match record::next(&bytes[used..end]) {
            record::Next::Body(body) => body,
            record::Next::Damaged => return (records, used, true),
            // A first record that is cut off in what has been written whole is damage.
            record::Next::Partial => return (records, used, used == 0),
            record::Next::End => return (records, used, false),
        };
        let start = used + record::HEAD;
        used = start + body.len();
        let place = start..used;
        if Record::read(body).is_ok() {
            records.push(place);
        } else if let Some(record) = from_json(body) {
            // Behind all that was read, where nobody looks for the next record.
            records.push(bytes.len()..bytes.len() + record.len());
            bytes.extend(record);
        } else {
            return (records, place.start - record::HEAD, true);
        }
    }
}

/// The record of an event in JSON, as a spool from before there were records has it.
fn from_json(body: &[u8]) -> Option<Vec<u8>> {
    let event: AccessEvent = serde_json::from_slice(body).ok()?;
    let mut bytes = Vec::new();
    Record::from(&event).write(&mut bytes).ok()?;
    Some(bytes)
}
