//! A table as XLSX (ECMA-376), written from its first byte to its last without looking back.
//!
//! The usual libraries write whole sheets to a disk before the first byte can be sent. Only the small
//! part of the format that a plain table needs is here, with texts in the cells themselves.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use bytes::Bytes;
use jiff::tz::TimeZone;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::Cell;
use super::pipe::Pipe;

mod cells;
mod parts;

/// Excel opens no sheet with more (1 048 576), the headings among them.
const MAX_ROWS: usize = 1_048_576;
/// Beyond 4 GiB a part would need what not every program reads.
const MAX_BYTES: usize = 3 << 30;

pub struct XlsxSheets {
    pipe: Pipe,
    zip: ZipWriter<StreamWriter<Pipe>>,
    headings: Vec<String>,
    zone: TimeZone,
    sheets: usize,
    /// Of the sheet that is being written.
    rows: usize,
    bytes: usize,
    line: String,
}

impl XlsxSheets {
    pub fn begin(headings: Vec<String>, zone: TimeZone) -> io::Result<Self> {
        let pipe = Pipe::default();
        let mut sheets = Self {
            zip: ZipWriter::new_stream(pipe.clone()),
            pipe,
            headings,
            zone,
            sheets: 0,
            rows: 0,
            bytes: 0,
            line: String::new(),
        };
        for (name, text) in parts::FIXED {
            sheets.part(name, text)?;
        }
        sheets.begin_sheet()?;
        Ok(sheets)
    }

    fn part(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.open(name)?;
        self.zip.write_all(text.as_bytes())
    }

    fn open(&mut self, name: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        Ok(self.zip.start_file(name, options)?)
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        self.open(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        self.line.clear();
        parts::begin_sheet(&mut self.line, self.headings.len());
        self.line.push_str("<row>");
        for heading in &self.headings {
            cells::text(&mut self.line, heading, parts::HEADING);
        }
        self.line.push_str("</row>");
        self.zip.write_all(self.line.as_bytes())?;
        (self.rows, self.bytes) = (1, self.line.len());
        Ok(())
    }

    pub fn row(&mut self, row: &[Cell]) -> io::Result<()> {
        if self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES {
            self.zip.write_all(parts::END_SHEET.as_bytes())?;
            self.begin_sheet()?;
        }
        self.line.clear();
        self.line.push_str("<row>");
        for cell in row {
            match cell {
                Cell::Empty => self.line.push_str("<c/>"),
                Cell::Text(text) => cells::text(&mut self.line, text, parts::PLAIN),
                Cell::Number(number) => cells::number(&mut self.line, *number),
                Cell::Time(at) => cells::time(&mut self.line, *at, &self.zone),
            }
        }
        self.line.push_str("</row>");
        self.zip.write_all(self.line.as_bytes())?;
        self.rows += 1;
        self.bytes += self.line.len();
        Ok(())
    }

    pub fn take(&self) -> Bytes {
        self.pipe.take()
    }

    /// How many sheets there are is known only now, so the parts that list them come last.
    pub fn end(mut self) -> io::Result<Bytes> {
        self.zip.write_all(parts::END_SHEET.as_bytes())?;
        let (mut book, mut relations, mut types) = parts::begin_lists();
        for n in 1..=self.sheets {
            let _ = write!(
                book,
                r#"<sheet name="Sheet{n}" sheetId="{n}" r:id="s{n}"/>"#
            );
            let _ = write!(
                relations,
                r#"<Relationship Id="s{n}" Type="{}/worksheet" Target="worksheets/sheet{n}.xml"/>"#,
                parts::RELATIONS
            );
            let _ = write!(
                types,
                r#"<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{}.worksheet+xml"/>"#,
                parts::SPREADSHEET
            );
        }
        self.part("xl/workbook.xml", &(book + "</sheets></workbook>"))?;
        self.part(
            "xl/_rels/workbook.xml.rels",
            &(relations + "</Relationships>"),
        )?;
        self.part("[Content_Types].xml", &(types + "</Types>"))?;
        self.zip.finish()?;
        Ok(self.pipe.take())
    }
}
