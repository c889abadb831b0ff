//! Where the tag goes, and that nothing else changes.

use super::*;

const TAG: &str = "<script>mark</script>\n";

fn marked_in(pieces: &[&[u8]]) -> Vec<u8> {
    let mut injector = Injector::new(TAG.into(), Vec::new());
    injector.allow(usize::MAX);
    for piece in pieces {
        injector.write_all(piece).unwrap();
    }
    injector.end().unwrap();
    injector.out
}

fn marked(page: &str) -> String {
    String::from_utf8(marked_in(&[page.as_bytes()])).unwrap()
}

/// `|` is where the tag is expected.
const PAGES: [&str; 22] = [
    "<!doctype html><html><head>|<title>x</title></head><body></body></html>",
    "<!DOCTYPE html>\n<HTML lang=en>\n<HEAD>|\n</HEAD></HTML>",
    "<html>|<body>no head</body></html>",
    "|<p>fragment",
    "|<title>x</title><p>y",
    "text before |<b>the first</b> element",
    "text only|",
    "<!-- <head> --><!doctype html><!-- </head> --><html><head>|</head>",
    "<!doctype html><head data-x='>'>|<script>var a = '</body><head>';</script></head>",
    "<html><head>|</head><body><script>document.write('</body>')</script><!-- </body> --></body></html>",
    "<?xml version=\"1.0\"?><html><head>|</head></html>",
    "<!doctype html><html><!-- c --><head >|<meta charset=gbk></head>",
    "<html><head/>|</html>",
    "|<frameset><frame></frameset>",
    "|<svg><title>x</title></svg>",
    "|<template><head></head></template>",
    "|<noscript><p>x</p></noscript><head></head>",
    "|<body><head></head></body>",
    "<!doctype html>|<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">",
    "</head>|<p>stray end tag",
    "<html\n>\n<head\n>|\n</head\n>",
    "  \n\t |<div>x</div>",
];

#[test]
fn attack_26_the_tag_goes_to_the_head_or_to_where_it_would_begin() {
    for expected in PAGES {
        assert_eq!(
            marked(&expected.replace('|', "")),
            expected.replace('|', TAG)
        );
    }
}

#[test]
fn attack_26_wherever_the_page_is_cut_into_pieces_the_result_is_the_same() {
    for expected in PAGES {
        let page = expected.replace('|', "");
        let whole = expected.replace('|', TAG);
        for cut in 0..=page.len() {
            let (a, b) = page.as_bytes().split_at(cut);
            let got = String::from_utf8(marked_in(&[a, b])).unwrap();
            assert_eq!(got, whole, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = page.as_bytes().chunks(1).collect();
        assert_eq!(String::from_utf8(marked_in(&bytes)).unwrap(), whole);
    }
}

#[test]
fn attack_26_bytes_of_other_charsets_pass_unchanged() {
    // GBK, Shift_JIS and Latin-1 text; the tag is ASCII in all of them.
    for text in [
        &b"\xcd\xf5\xd0\xa1\xc3\xf7"[..],
        b"\x83\x5c\x81\x60",
        b"caf\xe9",
    ] {
        let page = [b"<html><head><title>", text, b"</title></head>", text].concat();
        let whole = [
            b"<html><head>",
            TAG.as_bytes(),
            b"<title>",
            text,
            b"</title></head>",
            text,
        ];
        assert_eq!(marked_in(&[&page]), whole.concat());
    }
}

#[test]
fn attack_26_utf_16_gets_blanks_in_place_of_the_tag() {
    let text = "<head>";
    let blanks = " ".repeat(TAG.len() / 2);
    let (big, little): (Vec<u8>, Vec<u8>) = (
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    );
    for (mark, page, read) in [
        ([0xfe, 0xff], big, u16::from_be_bytes as fn([u8; 2]) -> u16),
        ([0xff, 0xfe], little, u16::from_le_bytes),
    ] {
        let page = [&mark[..], &page].concat();
        let got = marked_in(&[&page[..1], &page[1..]]);
        assert_eq!(got.len(), page.len() + TAG.len());
        let units: Vec<u16> = got[2..].chunks(2).map(|c| read([c[0], c[1]])).collect();
        assert_eq!(
            String::from_utf16(&units).unwrap(),
            format!("{text}{blanks}")
        );
    }
}

#[test]
fn an_empty_page_stays_empty() {
    assert_eq!(marked_in(&[]), b"");
    assert_eq!(marked("x"), format!("x{TAG}"));
}

#[test]
fn a_tag_too_long_to_hold_is_passed_on_unread_and_the_page_marked_at_its_end() {
    let page = format!(
        "<html data-x='{}'><head></head>",
        "x".repeat(2 * LONGEST_TAG)
    );
    let pieces: Vec<&[u8]> = page.as_bytes().chunks(10_000).collect();
    let got = String::from_utf8(marked_in(&pieces)).unwrap();
    assert_eq!(got, format!("{page}{TAG}"));
}

#[test]
fn what_inflates_beyond_its_allowance_is_refused() {
    let mut injector = Injector::new(TAG.into(), Vec::new());
    injector.allow(10);
    assert!(injector.write_all(b"<p>hello").is_ok());
    assert!(injector.write_all(b"<p>hello").is_err());
}
