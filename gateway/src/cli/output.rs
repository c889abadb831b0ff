//! How commands print what they have to tell: a table for people, JSON for programs.
//!
//! A reader that has seen enough (`gatehouse members list | head`) ends the program quietly.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::exit;

use serde_json::Value;

/// A column of a table: its heading, and where its value is found (dotted) in each row.
pub type Column = (&'static str, &'static str);

/// Prints rows as a table.
pub fn rows(rows: &[Value], columns: &[Column], json: bool) {
    if json {
        print_json(&Value::Array(rows.to_vec()));
    } else if rows.is_empty() {
        line("none");
    } else {
        write(&table(rows, columns));
    }
}

/// Prints one object, a line a field.
pub fn one(object: &Value, json: bool) {
    match object {
        Value::Object(fields) if !json => {
            let width = fields
                .keys()
                .map(std::string::String::len)
                .max()
                .unwrap_or(0);
            for (key, value) in fields {
                line(&format!("{key:<width$}  {}", told(key, value)));
            }
        }
        other => print_json(other),
    }
}

/// Prints a line.
pub fn line(text: &str) {
    write(&format!("{text}\n"));
}

/// What cannot be written to whom it was asked by is told to nobody else.
fn write(text: &str) {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(why) = written {
        exit(after(&why));
    }
}

/// The status that a program ends with whose output was not taken.
fn after(why: &io::Error) -> i32 {
    i32::from(why.kind() != io::ErrorKind::BrokenPipe)
}

fn print_json(value: &Value) {
    line(&format!("{value:#}"));
}

fn table(rows: &[Value], columns: &[Column]) -> String {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            columns
                .iter()
                .map(|(_, path)| told(path, at(row, path)))
                .collect()
        })
        .collect();
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(index, (heading, _))| {
            let widest = cells.iter().map(|row| width(&row[index])).max();
            widest.unwrap_or(0).max(heading.len())
        })
        .collect();
    let headings: Vec<String> = columns.iter().map(|(h, _)| (*h).to_owned()).collect();
    let mut out = String::new();
    for row in std::iter::once(&headings).chain(&cells) {
        let mut line = String::new();
        for (text, wide) in row.iter().zip(&widths) {
            let _ = write!(line, "{text}{}  ", " ".repeat(wide - width(text)));
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// Columns on a terminal: Chinese characters take two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| if c >= '\u{1100}' { 2 } else { 1 })
        .sum()
}

fn at<'a>(row: &'a Value, path: &str) -> &'a Value {
    path.split('.')
        .fold(row, |value, key| value.get(key).unwrap_or(&Value::Null))
}

/// A value in one line; a moment, which its key tells, in words (RFC 3339, UTC).
fn told(key: &str, value: &Value) -> String {
    let moment = value
        .as_i64()
        .filter(|_| key.ends_with("_at") || ["not_before", "not_after"].contains(&key))
        .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    moment.map_or_else(|| cell(value), |moment| moment.to_string())
}

/// A value in one line, without control characters: what a log holds must not steer a terminal.
pub fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => match fields.get("name") {
            Some(name) => cell(name),
            None => value.to_string(),
        },
        other => other.to_string(),
    };
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_line_up_also_under_chinese_names() {
        let rows = [
            json!({"name": "张三", "status": "active"}),
            json!({"name": "Ann", "status": "disabled"}),
        ];
        assert_eq!(
            table(&rows, &[("NAME", "name"), ("STATUS", "status")]),
            "NAME  STATUS\n张三  active\nAnn   disabled\n"
        );
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_failure() {
        assert_eq!(after(&io::ErrorKind::BrokenPipe.into()), 0);
        assert_eq!(after(&io::ErrorKind::StorageFull.into()), 1);
    }

    #[test]
    fn moments_are_told_in_words_and_other_numbers_as_they_are() {
        assert_eq!(told("expires_at", &json!(1_500)), "1970-01-01T00:00:01.5Z");
        assert_eq!(told("version", &json!(1_500)), "1500");
    }

    #[test]
    fn attack_30_control_characters_of_a_log_do_not_reach_the_terminal() {
        assert_eq!(
            cell(&json!("a\u{1b}[2Jb\r\n")),
            "a\u{fffd}[2Jb\u{fffd}\u{fffd}"
        );
    }
}
