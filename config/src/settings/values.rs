//! The kinds of values that settings have: what each may look like, in the file and in a variable.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::settings::section::Section;
use crate::settings::tree::Value;
use crate::settings::units;

impl Section<'_> {
    /// A value that `read` understands. `allowed` says what that is.
    pub fn value<T>(
        &mut self,
        key: &'static str,
        allowed: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        let node = self.take(key)?;
        match read(&node.value) {
            Ok(value) => Some(value),
            Err(what) => {
                let path = self.path_of(key);
                self.report.problem(&path, what, allowed);
                None
            }
        }
    }

    pub fn text(&mut self, key: &'static str, allowed: &str) -> Option<String> {
        self.value(key, allowed, |value| text_of(value).map(str::to_owned))
    }

    /// A text that `parse` understands. The text is repeated in the problem: not for secrets.
    pub fn parsed<T, E: Display>(
        &mut self,
        key: &'static str,
        allowed: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.value(key, allowed, |value| {
            let text = text_of(value)?;
            parse(text).map_err(|why| format!("\"{text}\" will not do: {why}"))
        })
    }

    /// Texts, each of which `parse` understands. In a variable they are parted by commas.
    pub fn parsed_list<T, E: Display>(
        &mut self,
        key: &'static str,
        allowed: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        self.value(key, allowed, |value| {
            let texts: Vec<&str> = match value {
                Value::List(items) => items
                    .iter()
                    .map(|item| text_of(&item.value))
                    .collect::<Result<_, _>>()?,
                Value::Variable(text) => {
                    let parts = text.split(',').map(str::trim);
                    parts.filter(|part| !part.is_empty()).collect()
                }
                other => return Err(format!("this is {} and should be a list", other.kind())),
            };
            let (good, bad): (Vec<_>, Vec<_>) =
                texts.into_iter().map(parse).partition(Result::is_ok);
            if bad.is_empty() {
                return Ok(good.into_iter().filter_map(Result::ok).collect());
            }
            let why: Vec<String> = bad
                .into_iter()
                .filter_map(Result::err)
                .map(|e| e.to_string())
                .collect();
            Err(why.join("; "))
        })
    }

    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        self.value(key, "write true or false", |value| match value {
            Value::Boolean(boolean) => Ok(*boolean),
            Value::Variable(text) => text
                .parse()
                .map_err(|_| format!("\"{text}\" is neither true nor false")),
            other => Err(format!("this is {}", other.kind())),
        })
    }

    pub fn integer<T: TryFrom<i64> + Display>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        let allowed = format!(
            "write a whole number from {} to {}",
            range.start(),
            range.end()
        );
        self.value(key, &allowed, |value| {
            let number = match value {
                Value::Integer(number) => *number,
                Value::Variable(text) => text
                    .trim()
                    .parse()
                    .map_err(|_| format!("\"{text}\" is not a whole number"))?,
                other => return Err(format!("this is {}", other.kind())),
            };
            T::try_from(number)
                .ok()
                .filter(|_| range.contains(&number))
                .ok_or_else(|| format!("{number} is out of range"))
        })
    }

    pub fn duration(
        &mut self,
        key: &'static str,
        range: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let allowed = format!(
            "{} from {} to {}",
            units::DURATION_ALLOWED,
            units::show_duration(*range.start()),
            units::show_duration(*range.end())
        );
        self.parsed(key, &allowed, |text| {
            let duration = units::duration(text).ok_or("it is not a duration")?;
            range
                .contains(&duration)
                .then_some(duration)
                .ok_or("it is out of range")
        })
    }

    pub fn size(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let allowed = format!(
            "{} from {} to {}",
            units::SIZE_ALLOWED,
            units::show_size(*range.start()),
            units::show_size(*range.end())
        );
        self.parsed(key, &allowed, |text| {
            let size = units::size(text).ok_or("it is not a size")?;
            range
                .contains(&size)
                .then_some(size)
                .ok_or("it is out of range")
        })
    }

    /// A path; a relative one starts from the folder of the settings file.
    pub fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        let text = self.text(key, "write a path")?;
        Some(self.report.folder.join(text))
    }

    /// As [`Section::path`], where it must be written.
    pub fn required_path(&mut self, key: &'static str) -> Option<PathBuf> {
        self.require(key, "write a path");
        self.path(key)
    }
}

fn text_of(value: &Value) -> Result<&str, String> {
    value
        .as_text()
        .ok_or_else(|| format!("this is {} and should be a text", value.kind()))
}
