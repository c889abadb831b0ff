//! A table as CSV (RFC 4180).

use std::io::{self, Write as _};

use bytes::Bytes;
use config::Timestamp;
use csv::{Terminator, Writer, WriterBuilder};
use jiff::tz::TimeZone;

use super::Cell;
use super::neutral::neutral;
use super::pipe::Pipe;

/// Without it Excel reads the file in the system's old encoding, GBK in China.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub struct CsvLines {
    pipe: Pipe,
    writer: Writer<Pipe>,
    zone: TimeZone,
}

impl CsvLines {
    pub fn begin(headings: &[String], zone: TimeZone) -> io::Result<Self> {
        let mut pipe = Pipe::default();
        pipe.write_all(BYTE_ORDER_MARK)?;
        let mut writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(pipe.clone());
        for heading in headings {
            writer.write_field(neutral(heading).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
        Ok(Self { pipe, writer, zone })
    }

    pub fn row(&mut self, row: &[Cell]) -> io::Result<()> {
        for cell in row {
            match cell {
                Cell::Empty => self.writer.write_field(b"")?,
                Cell::Text(text) => self.writer.write_field(neutral(text).as_bytes())?,
                Cell::Number(number) => self.writer.write_field(number.to_string())?,
                Cell::Time(at) => self.writer.write_field(written(*at, &self.zone))?,
            }
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    pub fn take(&mut self) -> io::Result<Bytes> {
        self.writer.flush()?;
        Ok(self.pipe.take())
    }
}

/// RFC 3339 in the zone, with milliseconds.
pub(super) fn written(at: Timestamp, zone: &TimeZone) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map_or_else(
        |_| String::new(),
        |at| {
            let at = at.to_zoned_datetime(zone.clone());
            at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
        },
    )
}
