//! A table as a JSON object a line, by its headings, for programs: nothing of it is run, so nothing is marked.

use std::io;

use bytes::{Bytes, BytesMut};
use jiff::tz::TimeZone;

use super::Cell;
use super::csv_lines::written;

pub struct JsonLines {
    /// As they stand in JSON.
    headings: Vec<String>,
    zone: TimeZone,
    lines: BytesMut,
}

impl JsonLines {
    pub fn begin(headings: &[String], zone: TimeZone) -> io::Result<Self> {
        let headings = headings.iter().map(serde_json::to_string);
        Ok(Self {
            headings: headings.collect::<Result<_, _>>()?,
            zone,
            lines: BytesMut::new(),
        })
    }

    /// What is empty is left out.
    pub fn row(&mut self, row: &[Cell]) -> io::Result<()> {
        let mut fields = Vec::with_capacity(row.len());
        for (heading, cell) in self.headings.iter().zip(row) {
            let value = match cell {
                Cell::Empty => continue,
                Cell::Text(text) => serde_json::to_string(text)?,
                Cell::Number(number) => number.to_string(),
                Cell::Time(at) => serde_json::to_string(&written(*at, &self.zone))?,
            };
            fields.push(format!("{heading}:{value}"));
        }
        let line = format!("{{{}}}\n", fields.join(","));
        self.lines.extend_from_slice(line.as_bytes());
        Ok(())
    }

    pub fn take(&mut self) -> Bytes {
        self.lines.split().freeze()
    }
}
