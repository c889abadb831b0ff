//! Tables that people take away and open in a spreadsheet, CSV and XLSX, or give to a program, a JSON object a
//! line; of any length in flat memory.
//!
//! What is in a cell was often written by a stranger, and a spreadsheet runs a cell that looks like
//! a formula. So there is one way to write a cell, and it goes through [`neutral`].

mod csv_lines;
mod json_lines;
pub mod neutral;
mod pipe;
mod stream;
#[cfg(test)]
mod tests;
mod xlsx_sheets;

use std::io;

use bytes::Bytes;
use config::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::ToSchema;

pub use stream::{by_page, stream};

use csv_lines::CsvLines;
use json_lines::JsonLines;
use xlsx_sheets::XlsxSheets;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// UTF-8 with the mark by which Excel knows it, RFC 4180.
    Csv,
    /// Office Open XML, as Excel writes it.
    Xlsx,
    /// A JSON object a line, by the headings.
    Ndjson,
}

impl Format {
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ndjson => "ndjson",
        }
    }
}

/// What stands in one place of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(i64),
    /// Shown in the time zone of the table.
    Time(Timestamp),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Empty, Into::into)
    }
}

pub type Row = Vec<Cell>;

/// A table that is being written. What has been written is [taken](TableFile::take) away piece by
/// piece, so that it need not fit in memory.
pub struct TableFile(Writer);

enum Writer {
    Csv(Box<CsvLines>),
    Xlsx(Box<XlsxSheets>),
    Json(JsonLines),
}

impl TableFile {
    /// A table with these headings, whose times are shown in `zone`.
    ///
    /// # Errors
    /// If a writer fails, which it does on memory alone never.
    pub fn begin(format: Format, headings: Vec<String>, zone: TimeZone) -> io::Result<Self> {
        Ok(Self(match format {
            Format::Csv => Writer::Csv(Box::new(CsvLines::begin(&headings, zone)?)),
            Format::Xlsx => Writer::Xlsx(Box::new(XlsxSheets::begin(headings, zone)?)),
            Format::Ndjson => Writer::Json(JsonLines::begin(&headings, zone)?),
        }))
    }

    pub fn row(&mut self, row: &[Cell]) -> io::Result<()> {
        match &mut self.0 {
            Writer::Csv(lines) => lines.row(row),
            Writer::Xlsx(sheets) => sheets.row(row),
            Writer::Json(lines) => lines.row(row),
        }
    }

    /// The bytes of the file that are ready, and no others than those that were not taken yet.
    pub fn take(&mut self) -> io::Result<Bytes> {
        match &mut self.0 {
            Writer::Csv(lines) => lines.take(),
            Writer::Xlsx(sheets) => Ok(sheets.take()),
            Writer::Json(lines) => Ok(lines.take()),
        }
    }

    /// The rest of the file.
    pub fn end(self) -> io::Result<Bytes> {
        match self.0 {
            Writer::Csv(mut lines) => lines.take(),
            Writer::Xlsx(sheets) => sheets.end(),
            Writer::Json(mut lines) => Ok(lines.take()),
        }
    }
}
