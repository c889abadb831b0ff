//! What is written is read back by other hands.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use http_body_util::BodyExt as _;

use super::*;

const ATTACK: &str = "=cmd|' /C calc'!A0";

fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn written(format: Format, rows: &[Row]) -> Vec<u8> {
    let headings = vec!["姓名".to_owned(), "b".to_owned()];
    let mut table = TableFile::begin(format, headings, shanghai()).unwrap();
    let mut bytes = Vec::new();
    for row in rows {
        table.row(row).unwrap();
        bytes.extend_from_slice(&table.take().unwrap());
    }
    bytes.extend_from_slice(&table.end().unwrap());
    bytes
}

fn read(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn a_csv_file_is_one_that_excel_opens_in_the_right_encoding() {
    let rows = [
        vec!["张三, \"三\"\nx".into(), Cell::Number(-7)],
        vec![Cell::Empty, Timestamp(0).into()],
    ];
    let text = String::from_utf8(written(Format::Csv, &rows)).unwrap();
    assert_eq!(
        text,
        "\u{FEFF}姓名,b\r\n\"张三, \"\"三\"\"\nx\",-7\r\n,1970-01-01T08:00:00.000+08:00\r\n"
    );
}

#[test]
fn a_workbook_holds_texts_numbers_and_times() {
    let rows = [
        vec!["<张三> & \r\n _x003D_ \u{1}".into(), Cell::Number(-7)],
        vec![Cell::Empty, Timestamp(1_500).into()],
        vec![Cell::Number(i64::MAX), Some("x").into()],
    ];
    let read = read(&written(Format::Xlsx, &rows));
    assert_eq!(read[0], [Data::from("姓名"), Data::from("b")]);
    assert_eq!(read[1][0].to_string(), "<张三> & \r\n _x003D_ \u{FFFD}");
    assert_eq!(read[1][1], Data::Float(-7.0));
    assert_eq!(read[2][0], Data::Empty);
    let Data::DateTime(at) = &read[2][1] else {
        panic!("{:?} is no time", read[2][1]);
    };
    let expected = 25_569.0 + (8.0 * 3600.0 + 1.5) / 86_400.0;
    assert!((at.as_f64() - expected).abs() < 1e-8);
    assert_eq!(read[3][0], Data::from(i64::MAX.to_string().as_str()));
}

#[test]
fn each_row_is_a_json_object_of_its_own() {
    let rows = [
        vec!["=\"1\"\n".into(), Cell::Number(-7)],
        vec![Cell::Empty, Timestamp(0).into()],
    ];
    let text = String::from_utf8(written(Format::Ndjson, &rows)).unwrap();
    let lines: Vec<serde_json::Value> = { text.lines() }
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines,
        [
            serde_json::json!({"姓名": "=\"1\"\n", "b": -7}),
            serde_json::json!({"b": "1970-01-01T08:00:00.000+08:00"})
        ]
    );
}

#[test]
fn attack_29_no_cell_of_a_file_begins_as_a_formula() {
    for bad in [ATTACK, "+1+1", "-1", "@x", "\t=1", "\r=1"] {
        let rows = [vec![bad.into(), Cell::Empty]];
        let csv = written(Format::Csv, &rows);
        let mut lines = csv::Reader::from_reader(csv.as_slice());
        let line = lines.records().next().unwrap().unwrap();
        assert_eq!(line[0], format!("'{bad}"));
        let cell = read(&written(Format::Xlsx, &rows))[1][0].to_string();
        assert_eq!(cell, format!("'{bad}"));
    }
}

#[tokio::test]
async fn a_table_comes_page_by_page_and_breaks_off_where_the_rows_do() {
    let table = || TableFile::begin(Format::Csv, vec!["n".into()], TimeZone::UTC).unwrap();
    let page = async |at: Option<i64>| {
        let at = at.unwrap_or(0);
        let rows = vec![vec![Cell::Number(at)]];
        Ok::<_, std::io::Error>((rows, (at < 2).then_some(at + 1)))
    };
    let whole = stream(table(), by_page(page)).collect().await;
    assert_eq!(whole.unwrap().to_bytes(), "\u{FEFF}n\r\n0\r\n1\r\n2\r\n");
    let failing = by_page(|_: Option<i64>| async {
        Err::<(Vec<Row>, Option<i64>), _>(std::io::Error::other("away"))
    });
    assert!(stream(table(), failing).collect().await.is_err());
}
