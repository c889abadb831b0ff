//! Reads YAML into JSON, and remembers the line of each value, so that a mistake found later can be
//! told by its place. Anchors, aliases and tags are refused: a file of ours needs none, and a few of
//! them can stand for gigabytes.

use std::collections::HashMap;

use saphyr::{Scalar, ScalarStyle};
use saphyr_parser::{Event, Parser, ScanError, Span, StrInput};
use serde_json::{Map, Number, Value};

use crate::refused::Invalid;

/// No object of ours is half as deep.
const MAX_DEPTH: usize = 32;

/// The line of each value by its dotted key.
pub type Lines = HashMap<String, usize>;

/// One document of a file.
#[derive(Clone, Debug)]
pub struct Written {
    pub line: usize,
    pub value: Value,
    pub lines: Lines,
}

/// A mistake, and its line.
#[derive(Clone, Debug)]
pub struct Mistake {
    pub line: usize,
    pub invalid: Invalid,
}

/// The documents of a file, up to the first that cannot be read.
///
/// # Errors
/// What stands there that is no YAML, or more than we take.
pub fn read(text: &str) -> Result<Vec<Written>, Mistake> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text.trim_start_matches('\u{FEFF}')),
        lines: Lines::new(),
    };
    let mut documents = Vec::new();
    while let Some((event, span)) = reader.next()? {
        if matches!(event, Event::DocumentStart(_)) {
            let (event, span) = reader.expect(span)?;
            let line = span.start.line();
            let value = reader.value(event, span, "", 0)?;
            let lines = std::mem::take(&mut reader.lines);
            // An empty document, as between two marks, is nothing.
            if !value.is_null() {
                documents.push(Written { line, value, lines });
            }
        }
    }
    Ok(documents)
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    lines: Lines,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, Mistake> {
        self.parser
            .next_event()
            .transpose()
            .map_err(|e| no_yaml(&e))
    }

    fn expect(&mut self, after: Span) -> Result<(Event<'a>, Span), Mistake> {
        self.next()?.ok_or_else(|| refused(after, "", ENDS))
    }

    fn value(
        &mut self,
        event: Event<'a>,
        span: Span,
        key: &str,
        depth: usize,
    ) -> Result<Value, Mistake> {
        if depth > MAX_DEPTH {
            return Err(refused(span, key, DEEP));
        }
        if !key.is_empty() {
            let line = span.start.line();
            self.lines.entry(key.to_owned()).or_insert(line);
        }
        match event {
            Event::Scalar(text, style, 0, None) => {
                scalar(text.into_owned(), style).ok_or_else(|| refused(span, key, NUMBER))
            }
            Event::SequenceStart(0, None) => self.sequence(span, key, depth),
            Event::MappingStart(0, None) => self.mapping(span, key, depth),
            _ => Err(refused(span, key, ANCHOR)),
        }
    }

    fn sequence(&mut self, begin: Span, key: &str, depth: usize) -> Result<Value, Mistake> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.expect(begin)?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            let below = below(key, &items.len().to_string());
            items.push(self.value(event, span, &below, depth + 1)?);
        }
    }

    fn mapping(&mut self, begin: Span, key: &str, depth: usize) -> Result<Value, Mistake> {
        let mut fields = Map::new();
        loop {
            let (event, span) = self.expect(begin)?;
            let name = match event {
                Event::MappingEnd => return Ok(Value::Object(fields)),
                Event::Scalar(name, _, 0, None) => name.into_owned(),
                _ => return Err(refused(span, key, NAME)),
            };
            let below = below(key, &name);
            if fields.contains_key(&name) {
                return Err(refused(span, &below, TWICE));
            }
            self.lines.insert(below.clone(), span.start.line());
            let (event, span) = self.expect(span)?;
            fields.insert(name, self.value(event, span, &below, depth + 1)?);
        }
    }
}

fn below(key: &str, name: &str) -> String {
    if key.is_empty() {
        name.to_owned()
    } else {
        format!("{key}.{name}")
    }
}

/// By the core schema of YAML 1.2; `None` for a number that JSON has not.
fn scalar(text: String, style: ScalarStyle) -> Option<Value> {
    Some(
        match Scalar::parse_from_cow_and_metadata(text.into(), style, None)? {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => Value::Bool(value),
            Scalar::Integer(value) => Value::Number(value.into()),
            Scalar::FloatingPoint(value) => Value::Number(Number::from_f64(*value)?),
            Scalar::String(value) => Value::String(value.into_owned()),
        },
    )
}

/// What is wrong and what is allowed, each in English, then in Chinese.
type Texts = ((&'static str, &'static str), (&'static str, &'static str));

const ENDS: Texts = (
    ("the text ends in the middle of it", "内容不完整"),
    ("a whole YAML document", "完整的 YAML 文档"),
);
const DEEP: Texts = (
    ("it is nested too deeply", "嵌套层数过多"),
    ("at most 32 levels", "最多 32 层"),
);
const NUMBER: Texts = (
    ("this number cannot be read", "无法识别该数值"),
    (
        "a finite number, or text in quotes",
        "有限的数值，或加引号的文本",
    ),
);
const ANCHOR: Texts = (
    (
        "anchors, aliases and tags are not read",
        "不支持锚点、别名和标签",
    ),
    ("write the value out", "请直接写出该值"),
);
const NAME: Texts = (
    ("a key must be a plain text", "键必须是普通文本"),
    ("a name such as `hosts`", "类似 hosts 的名称"),
);
const TWICE: Texts = (
    ("this key stands here twice", "此处重复出现了同一个键"),
    ("each key once", "每个键只写一次"),
);

fn refused(span: Span, key: &str, (what, allowed): Texts) -> Mistake {
    Mistake {
        line: span.start.line(),
        invalid: Invalid::new(key, what, allowed),
    }
}

fn no_yaml(error: &ScanError) -> Mistake {
    let what = error.info();
    Mistake {
        line: error.marker().line(),
        invalid: Invalid::new(
            "",
            (
                &format!("this is no YAML: {what}"),
                &format!("不是有效的 YAML：{what}"),
            ),
            ("YAML 1.2", "YAML 1.2 文本"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_with_their_lines() {
        let text = "# first\nkind: group\nname: \"7\"\nmany: [1, true, ~]\n---\nkind: ip_list\n\
                    entries:\n  - range: 10.0.0.0/8\n    note: a # b\n  - 192.0.2.7\n";
        let read = read(text).unwrap();
        assert_eq!(
            read[0].value,
            json!({"kind": "group", "name": "7", "many": [1, true, null]})
        );
        assert_eq!(
            read[1].value["entries"],
            json!([{"range": "10.0.0.0/8", "note": "a"}, "192.0.2.7"])
        );
        assert_eq!((read[0].line, read[1].line), (2, 6));
        assert_eq!(read[1].lines["entries.0.note"], 9);
        assert_eq!(read[1].lines["entries.1"], 10);
    }

    #[test]
    fn what_could_grow_or_be_read_in_two_ways_is_refused_with_its_line() {
        let deep = format!("a: {}{}", "[".repeat(40), "]".repeat(40));
        for (text, line, what) in [
            ("a: &x 1\nb: *x", 1, "anchors"),
            ("a: !!str 1", 1, "anchors"),
            ("a: 1\na: 2", 2, "twice"),
            ("a: 1\n? [b]\n: 2", 2, "key"),
            ("a: 1\nb: [1", 3, "YAML"),
            ("a: .inf", 1, "number"),
            (deep.as_str(), 1, "deeply"),
        ] {
            let mistake = read(text).unwrap_err();
            assert!(
                mistake.invalid.what.en.contains(what),
                "{text}: {mistake:?}"
            );
            assert_eq!(mistake.line, line, "{text}");
        }
    }
}
