//! One object as it stands in a file: what it is, what it is called, and where each of its lines is.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::yaml::{self, Lines};
use super::{File, Kind};
use crate::malformed::{malformed, without_place};
use crate::name_key::name_key;
use crate::refused::Invalid;

#[derive(Clone, Debug)]
pub struct Document {
    pub file: String,
    pub line: usize,
    pub kind: Kind,
    /// What the files call it.
    pub name: String,
    /// Everything but its kind and, for an application, its key.
    pub body: Map<String, Value>,
    lines: Lines,
}

impl Document {
    /// How the store knows it again.
    #[must_use]
    pub fn key(&self) -> String {
        match self.kind {
            Kind::Application => self.name.clone(),
            _ => name_key(&self.name),
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// The mistake with the place of what it is about.
    #[must_use]
    pub fn at(&self, invalid: Invalid) -> Invalid {
        let dotted = invalid.field.replace('[', ".").replace(']', "");
        let mut key = dotted.as_str();
        let line = loop {
            if let Some(line) = self.lines.get(key) {
                break *line;
            }
            match key.rsplit_once('.') {
                Some((above, _)) => key = above,
                None => break self.line,
            }
        };
        placed(&self.file, line, invalid)
    }
}

/// What is written, as what it stands for.
///
/// # Errors
/// The first mistake, by its field.
pub fn shaped<T: DeserializeOwned>(body: Map<String, Value>) -> Result<T, Invalid> {
    serde_path_to_error::deserialize(Value::Object(body)).map_err(|error| {
        let field = error.path().to_string();
        let what = error.into_inner().to_string();
        malformed(&field, without_place(&what))
    })
}

/// A mistake with its place before the field.
fn placed(file: &str, line: usize, invalid: Invalid) -> Invalid {
    let field = match invalid.field.as_str() {
        "" | "." => format!("{file}:{line}"),
        field => format!("{file}:{line}: {field}"),
    };
    Invalid { field, ..invalid }
}

/// All objects of the files.
///
/// # Errors
/// What cannot be read, by its place; of one file the first that is no YAML.
pub fn read(files: &[File]) -> Result<Vec<Document>, Vec<Invalid>> {
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for file in files {
        let written = match yaml::read(&file.text) {
            Ok(written) => written,
            Err(mistake) => {
                wrong.push(placed(&file.name, mistake.line, mistake.invalid));
                continue;
            }
        };
        for written in written {
            let line = written.line;
            match one(file, written) {
                Ok(document) => all.push(document),
                Err(invalid) => wrong.push(placed(&file.name, line, invalid)),
            }
        }
    }
    wrong.extend(repeated(&all));
    if wrong.is_empty() {
        Ok(all)
    } else {
        Err(wrong)
    }
}

fn one(file: &File, written: yaml::Written) -> Result<Document, Invalid> {
    let Value::Object(mut body) = written.value else {
        return Err(no_kind());
    };
    let kind = body.remove("kind");
    let kind = kind
        .as_ref()
        .and_then(Value::as_str)
        .and_then(Kind::from_name)
        .ok_or_else(no_kind)?;
    let name = match kind {
        Kind::Application => {
            let key = body.remove("key");
            let key = key.as_ref().and_then(Value::as_str);
            key.filter(|key| is_key(key)).ok_or_else(no_key)?.to_owned()
        }
        Kind::Group | Kind::IpList => {
            let name = body.get("name").and_then(Value::as_str);
            name.ok_or_else(no_name)?.trim().to_owned()
        }
        Kind::SignInPolicy | Kind::Brand | Kind::Watermark => kind.name().to_owned(),
    };
    Ok(Document {
        file: file.name.clone(),
        line: written.line,
        kind,
        name,
        body,
        lines: written.lines,
    })
}

/// Whether an application can be called so.
#[must_use]
pub fn is_key(key: &str) -> bool {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=64).contains(&key.len()) && key.bytes().all(good)
}

/// Objects that stand there a second time.
fn repeated(all: &[Document]) -> Vec<Invalid> {
    let mut first = std::collections::HashMap::new();
    let mut wrong = Vec::new();
    for document in all {
        match first.entry((document.kind, document.key())) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(document.place());
            }
            std::collections::hash_map::Entry::Occupied(at) => {
                let (name, at) = (&document.name, at.get());
                wrong.push(document.at(Invalid::new(
                    "",
                    (
                        &format!("{name} stands at {at} already"),
                        &format!("{name} 已在 {at} 处定义"),
                    ),
                    ("each object once", "每个对象只写一次"),
                )));
            }
        }
    }
    wrong
}

fn no_kind() -> Invalid {
    let all = Kind::ALL.map(Kind::name).join(", ");
    Invalid::new(
        "kind",
        ("it does not say what it is", "没有说明对象的类型"),
        (
            &format!("kind: with one of {all}"),
            &format!("kind: 填写以下之一：{all}"),
        ),
    )
}

fn no_key() -> Invalid {
    Invalid::new(
        "key",
        (
            "an application needs a key, by which it is known again",
            "应用需要一个 key，用于再次应用时识别",
        ),
        (
            "1 to 64 of a-z, 0-9 and hyphens, such as wiki",
            "1 到 64 个字符，可用 a-z、0-9 和连字符，例如 wiki",
        ),
    )
}

fn no_name() -> Invalid {
    Invalid::new(
        "name",
        ("it has no name", "没有名称"),
        ("a text; numbers in quotes", "文本；数字请加引号"),
    )
}
