//! Reads a file that somebody brings: CSV in the encodings that Excel writes, or XLSX. Nothing in it
//! is believed: not how large it says that it is, nor where its last cell is.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use encoding_rs::{Encoding, GB18030, UTF_8};

use super::columns::Column;
use crate::refused::Invalid;
use crate::table_file::neutral::plain;

/// So many rows are taken at once.
pub const MOST_ROWS: usize = 20_000;
/// Columns further to the right are not looked at.
const MOST_COLUMNS: u32 = 100;
/// What a workbook may unpack to, in bytes.
const MOST_UNPACKED: u64 = 256 << 20;

/// One row: what stands in each of our columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// As the file counts them.
    pub number: i64,
    pub cells: HashMap<Column, String>,
}

#[derive(Clone, Debug)]
pub struct File {
    pub lines: Vec<Line>,
    /// Headings that mean nothing to us.
    pub ignored: Vec<String>,
}

/// # Errors
/// If it is no table, or none of people.
pub fn read(bytes: &[u8]) -> Result<File, Invalid> {
    let rows = if bytes.starts_with(b"PK") {
        workbook(bytes)?
    } else {
        text(bytes)?
    };
    file(rows)
}

type Rows = Vec<(i64, Vec<String>)>;

fn file(rows: Rows) -> Result<File, Invalid> {
    let mut rows = rows
        .into_iter()
        .filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()));
    let (_, headings) = rows.next().ok_or_else(no_headings)?;
    let columns: Vec<_> = headings.iter().map(|h| Column::of_heading(h)).collect();
    if !columns.contains(&Some(Column::Username)) {
        return Err(no_headings());
    }
    let ignored = headings.iter().zip(&columns);
    let ignored = ignored.filter(|(heading, column)| column.is_none() && !heading.is_empty());
    let ignored = ignored.map(|(heading, _)| heading.chars().take(100).collect());
    let lines = rows.map(|(number, row)| {
        let cells = row.into_iter().zip(&columns);
        let cells = cells.filter_map(|(cell, column)| Some(((*column)?, cell.trim().to_owned())));
        let cells = cells.filter(|(_, cell)| !cell.is_empty());
        Line {
            number,
            cells: cells
                .map(|(c, cell)| (c, plain(&cell).to_owned()))
                .collect(),
        }
    });
    Ok(File {
        ignored: ignored.collect(),
        lines: lines.collect(),
    })
}

fn text(bytes: &[u8]) -> Result<Rows, Invalid> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        // What Excel writes in China unless told otherwise; GBK is a part of it.
        None => (GB18030, bytes),
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors {
        return Err(unreadable());
    }
    // The reader counts a line sooner where it ends with two signs.
    let text = text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut rows = Rows::new();
    for record in reader.records() {
        let record = record.map_err(|_| unreadable())?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells = record.iter().take(MOST_COLUMNS as usize);
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        rows.push((line, cells.map(str::to_owned).collect()));
        not_too_many(rows.len())?;
    }
    Ok(rows)
}

/// The one of those that programs use which stands most often among the headings.
fn delimiter(text: &str) -> u8 {
    let headings = text.lines().find(|line| !line.trim().is_empty());
    let headings = headings.unwrap_or_default();
    let count = |sign: u8| headings.bytes().filter(|b| *b == sign).count();
    let signs = [b';', b'\t', b','].into_iter();
    signs.max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

fn workbook(bytes: &[u8]) -> Result<Rows, Invalid> {
    unpacks_within(bytes)?;
    let book = Xlsx::new(Cursor::new(bytes));
    let mut book: Xlsx<_> = book.map_err(|_| unreadable())?;
    let sheet = book.sheet_names().first().cloned();
    let sheet = sheet.ok_or_else(unreadable)?;
    let cells = book.worksheet_cells_reader(&sheet);
    let mut cells = cells.map_err(|_| unreadable())?;
    let mut rows = Rows::new();
    while let Some(cell) = cells.next_cell().map_err(|_| unreadable())? {
        let (row, column) = cell.get_position();
        if column >= MOST_COLUMNS {
            continue;
        }
        let number = i64::from(row) + 1;
        if rows.last().is_none_or(|(last, _)| *last != number) {
            rows.push((number, Vec::new()));
            not_too_many(rows.len())?;
        }
        if let Some((_, cells)) = rows.last_mut() {
            cells.resize(column as usize, String::new());
            cells.push(shown(cell.get_value()));
        }
    }
    Ok(rows)
}

/// Numbers such as mobiles are written without a point.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        other => calamine::Data::from(other.clone()).to_string(),
    }
}

/// A few bytes can unpack to more than there is memory: they are unpacked once to nowhere.
fn unpacks_within(bytes: &[u8]) -> Result<(), Invalid> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes));
    let mut archive = archive.map_err(|_| unreadable())?;
    let mut left = MOST_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| unreadable())?;
        let read = std::io::copy(&mut part.take(left + 1), &mut std::io::sink());
        let read = read.map_err(|_| unreadable())?;
        left = left.checked_sub(read).ok_or_else(too_large)?;
    }
    Ok(())
}

fn not_too_many(rows: usize) -> Result<(), Invalid> {
    // The headings are a row, too.
    if rows > MOST_ROWS + 1 {
        return Err(too_large());
    }
    Ok(())
}

fn unreadable() -> Invalid {
    Invalid::new(
        "file",
        ("the file cannot be read", "无法读取该文件"),
        (
            "a CSV file in UTF-8 or GBK, or an XLSX workbook",
            "UTF-8 或 GBK 编码的 CSV 文件，或 XLSX 工作簿",
        ),
    )
}

fn too_large() -> Invalid {
    Invalid::new(
        "file",
        ("the file is too large", "文件过大"),
        ("at most 20,000 rows", "最多 20000 行"),
    )
}

fn no_headings() -> Invalid {
    Invalid::new(
        "file",
        (
            "the first row does not name the column of usernames",
            "首行未包含“用户名”列",
        ),
        (
            "headings as in the template, Username among them",
            "与模板一致的表头，其中须有“用户名”",
        ),
    )
}

#[cfg(test)]
mod tests {
    use config::Language;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::table_file::{Cell, Format, TableFile};

    const TABLE: &str = "用户名,姓名,部门,备注\r\nzs,张三,研发/后端,x\r\n,,,\r\nls,李四,,y\r\n";

    fn names(bytes: &[u8]) -> Vec<(i64, String)> {
        let file = read(bytes).unwrap();
        assert_eq!(file.ignored, ["备注"]);
        let name = |line: &Line| line.cells[&Column::DisplayName].clone();
        file.lines.iter().map(|l| (l.number, name(l))).collect()
    }

    #[test]
    fn a_file_is_read_in_whatever_encoding_excel_writes() {
        let expected = [(2, "张三".to_owned()), (4, "李四".to_owned())];
        assert_eq!(names(TABLE.as_bytes()), expected);
        assert_eq!(names(format!("\u{FEFF}{TABLE}").as_bytes()), expected);
        assert_eq!(names(&encoding_rs::GBK.encode(TABLE).0), expected);
        assert_eq!(names(TABLE.replace(',', ";").as_bytes()), expected);
        let utf_16: Vec<u8> = "\u{FEFF}"
            .encode_utf16()
            .chain(TABLE.replace(',', "\t").encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(names(&utf_16), expected);
    }

    #[test]
    fn a_workbook_is_read_with_numbers_as_they_are_shown() {
        let headings = Column::ALL.map(|c| c.heading(Language::ZhCn).to_owned());
        let mut table = TableFile::begin(Format::Xlsx, headings.to_vec(), TimeZone::UTC).unwrap();
        let row = [
            "=zs".into(),
            Cell::Empty,
            Cell::Empty,
            Cell::Number(13_800_000_000),
        ];
        table.row(&row).unwrap();
        let mut bytes = table.take().unwrap().to_vec();
        bytes.extend_from_slice(&table.end().unwrap());
        let file = read(&bytes).unwrap();
        assert_eq!(file.lines.len(), 1);
        let cells = &file.lines[0].cells;
        assert_eq!(cells[&Column::Username], "=zs", "our own mark is gone");
        assert_eq!(cells[&Column::Mobile], "13800000000");
        assert_eq!(cells.len(), 2);
    }

    #[test]
    fn what_is_no_table_of_people_is_refused() {
        let many = "username\n".to_owned() + &"x\n".repeat(MOST_ROWS + 1);
        for bytes in [
            &b""[..],
            b"PK\x03\x04",
            b"a,b\n1,2\n",
            b"username\n\xFF\xFF\xFF",
            many.as_bytes(),
        ] {
            assert_eq!(read(bytes).unwrap_err().field, "file");
        }
    }

    #[test]
    fn a_workbook_that_unpacks_to_more_than_memory_is_refused() {
        use std::io::Write as _;
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("xl/workbook.xml", options).unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..=MOST_UNPACKED >> 20 {
            zip.write_all(&zeros).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert!(bytes.len() < 4 << 20);
        assert_eq!(read(&bytes).unwrap_err().what.en, "the file is too large");
    }
}
