//! The cells of a sheet.

use std::fmt::Write as _;

use config::Timestamp;
use jiff::tz::TimeZone;

use super::parts;
use crate::table_file::neutral::neutral;

/// Excel keeps no more of a text, in UTF-16 units.
const MAX_TEXT: usize = 32_767;
/// A spreadsheet counts in doubles and shows fifteen digits of them.
const EXACT: u64 = 999_999_999_999_999;
/// 1970-01-01 in days since 1899-12-30, from which spreadsheets count.
const EPOCH: f64 = 25_569.0;
const DAY: f64 = 86_400_000.0;

pub fn text(line: &mut String, text: &str, style: u8) {
    let text = neutral(text);
    if text.is_empty() {
        return line.push_str("<c/>");
    }
    let _ = write!(
        line,
        r#"<c s="{style}" t="inlineStr"><is><t xml:space="preserve">"#
    );
    escape(line, &text);
    line.push_str("</t></is></c>");
}

fn escape(line: &mut String, text: &str) {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > MAX_TEXT {
            return;
        }
        match c {
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '>' => line.push_str("&gt;"),
            '\r' => line.push_str("&#13;"),
            // Spreadsheets read `_x003D_` as the character of that number.
            '_' if is_number(&text[at..]) => line.push_str("_x005F_"),
            '\t' | '\n' => line.push(c),
            // No XML has these.
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => line.push('\u{FFFD}'),
            c => line.push(c),
        }
    }
}

fn is_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7
        && bytes.starts_with(b"_x")
        && bytes.get(6) == Some(&b'_')
        && bytes.iter().skip(2).take(4).all(u8::is_ascii_hexdigit)
}

pub fn number(line: &mut String, number: i64) {
    if number.unsigned_abs() > EXACT {
        return text(line, &number.to_string(), parts::PLAIN);
    }
    let _ = write!(line, "<c><v>{number}</v></c>");
}

pub fn time(line: &mut String, at: Timestamp, zone: &TimeZone) {
    let Ok(moment) = jiff::Timestamp::from_millisecond(at.as_millis()) else {
        return line.push_str("<c/>");
    };
    let offset = i64::from(zone.to_offset(moment).seconds()) * 1000;
    #[allow(
        clippy::cast_precision_loss,
        reason = "milliseconds of any year that jiff knows are exact in a double"
    )]
    let days = (at.as_millis() + offset) as f64 / DAY + EPOCH;
    let _ = write!(line, r#"<c s="{}"><v>{days:.9}</v></c>"#, parts::TIME);
}
