//! A file in the MaxMind format, whole in memory: mapping it would need `unsafe`, and a file that is cut short
//! while it is mapped ends the process.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use config::language::LocalText;
use maxminddb::{MaxMindDbError, Reader, WithinOptions, geoip2};
use serde::Deserialize;

use super::place::{Place, Point};

/// What a file has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Cities,
    Networks,
}

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error("{0} is no whole file of the MaxMind format: {1}")]
    Damaged(PathBuf, MaxMindDbError),
    #[error("{0} is a database of {1}, not of {2}")]
    OfOther(PathBuf, String, &'static str),
}

/// Which file it was: another in its place differs in one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    file: u64,
    length: u64,
    changed: (i64, i64),
}

impl From<&Metadata> for Stamp {
    fn from(found: &Metadata) -> Self {
        Self {
            file: found.ino(),
            length: found.len(),
            changed: (found.mtime(), found.mtime_nsec()),
        }
    }
}

/// A database that was checked from end to end.
pub struct Database {
    reader: Reader<Vec<u8>>,
    stamp: Stamp,
}

impl Database {
    /// Reads it, which takes a while.
    ///
    /// # Errors
    /// If it cannot be read, or is not what it should be.
    pub fn read(path: &Path, holds: Holds) -> Result<Self, DatabaseError> {
        let unreadable = |error| DatabaseError::Unreadable(path.to_owned(), error);
        let mut file = File::open(path).map_err(unreadable)?;
        let stamp = Stamp::from(&file.metadata().map_err(unreadable)?);
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(unreadable)?;
        let damaged = |error| DatabaseError::Damaged(path.to_owned(), error);
        let reader = Reader::from_source(bytes).map_err(damaged)?;
        let kind = reader.metadata().database_type.clone();
        let (fits, wanted) = match holds {
            Holds::Cities => (kind.contains("City"), "cities"),
            Holds::Networks => (
                kind.contains("ASN") || kind.contains("ISP"),
                "networks (ASN)",
            ),
        };
        if !fits {
            return Err(DatabaseError::OfOther(path.to_owned(), kind, wanted));
        }
        let read = match holds {
            Holds::Cities => read_all::<geoip2::City<'_>>(&reader),
            Holds::Networks => read_all::<geoip2::Asn<'_>>(&reader),
        };
        read.map_err(damaged)?;
        Ok(Self { reader, stamp })
    }

    /// Whether the file is still the one that was read.
    pub(super) fn is_of(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|found| Stamp::from(&found) == self.stamp)
    }

    /// Where the address is, and on which point of the earth, as far as the file knows.
    pub fn city(&self, address: IpAddr) -> (Option<Place>, Option<Point>) {
        let found = self.reader.lookup(address.to_canonical());
        let city = found.and_then(|found| found.decode::<geoip2::City<'_>>());
        let Some(city) = known(city, address) else {
            return (None, None);
        };
        let place = Place {
            country: city.country.iso_code.unwrap_or_default().to_owned(),
            country_name: names(&city.country.names),
            city: names(&city.city.names),
        };
        let point = city.location.latitude.zip(city.location.longitude);
        let point = point.map(|(latitude, longitude)| Point {
            latitude,
            longitude,
        });
        (Some(place).filter(|place| !place.is_empty()), point)
    }

    /// The number of the autonomous system that the address belongs to.
    pub fn network(&self, address: IpAddr) -> Option<u32> {
        let found = self.reader.lookup(address.to_canonical());
        let asn = found.and_then(|found| found.decode::<geoip2::Asn<'_>>());
        known(asn, address)?.autonomous_system_number
    }
}

/// Each record is read once, so that a damaged file is known before it is used. The check of the library goes
/// by the letter of the format and would refuse files of some publishers for the want of a description.
fn read_all<'a, T: Deserialize<'a>>(reader: &'a Reader<Vec<u8>>) -> Result<(), MaxMindDbError> {
    for found in reader.networks(WithinOptions::default())? {
        found?.decode::<T>()?;
    }
    Ok(())
}

/// A record that cannot be read is as good as none.
fn known<T>(found: Result<Option<T>, MaxMindDbError>, address: IpAddr) -> Option<T> {
    found.unwrap_or_else(|error| {
        tracing::debug!(%error, %address, "a database of places has no readable entry");
        None
    })
}

/// In both languages; where one is missing, in the other.
fn names(names: &geoip2::Names<'_>) -> LocalText {
    let (en, zh_cn) = (names.english, names.simplified_chinese);
    LocalText {
        zh_cn: zh_cn.or(en).unwrap_or_default().to_owned(),
        en: en.or(zh_cn).unwrap_or_default().to_owned(),
    }
}
