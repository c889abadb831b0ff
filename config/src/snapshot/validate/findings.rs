//! Collects what is wrong with one object, in both languages.

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::invisible::hides;
use crate::language::{LocalText, Words};
use crate::problem::Problem;

const COLOUR_ALLOWED: Words = (
    "write # and six hexadecimal digits, such as #1f5eff",
    "请填写 # 加六位十六进制数字，例如 #1f5eff",
);

/// Whether a reader sees anything: neither spaces nor characters without a shape alone.
pub(super) fn says_something(text: &str) -> bool {
    // U+3164 is the Hangul filler: a letter without a shape.
    text.chars()
        .any(|c| !c.is_whitespace() && !hides(c) && c != '\u{3164}')
}

/// The problems of one object.
pub(super) struct Findings {
    source: String,
    pub(super) problems: Vec<Problem>,
}

impl Findings {
    pub(super) fn about(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            problems: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        key: impl Into<String>,
        what: impl Into<LocalText>,
        allowed: impl Into<LocalText>,
    ) {
        self.problems.push(Problem {
            source: self.source.clone(),
            key: key.into(),
            what: what.into(),
            allowed: allowed.into(),
        });
    }

    /// Adds a problem unless `good`.
    pub(super) fn require(
        &mut self,
        good: bool,
        key: &str,
        what: impl Into<LocalText>,
        allowed: impl Into<LocalText>,
    ) {
        if !good {
            self.add(key, what, allowed);
        }
    }

    /// Requires that what was written is `good`; otherwise repeats it as no thing of that kind.
    pub(super) fn written(
        &mut self,
        good: bool,
        key: &str,
        (text, en, zh_cn): (&str, &str, &str),
        allowed: Words,
    ) {
        if !good {
            let what = (
                &*format!("\"{text}\" is no {en}"),
                &*format!("“{text}”不是有效的{zh_cn}"),
            );
            self.add(key, what, allowed);
        }
    }

    pub(super) fn within<T: PartialOrd + Display + Copy>(
        &mut self,
        key: &str,
        value: T,
        range: RangeInclusive<T>,
    ) {
        let (least, most) = (*range.start(), *range.end());
        self.require(
            range.contains(&value),
            key,
            (
                &*format!("{value} is out of range"),
                &*format!("{value} 超出范围"),
            ),
            (
                &*format!("{least} to {most}"),
                &*format!("{least} 到 {most}"),
            ),
        );
    }

    /// A text that people read: one line, of a length that a page has room for.
    pub(super) fn text(&mut self, key: &str, text: &str, most: usize) {
        let good = text.chars().count() <= most && !text.chars().any(char::is_control);
        self.require(
            good,
            key,
            ("this cannot be shown", "该文本无法显示"),
            (
                &*format!("at most {most} characters, no line ends or other control characters"),
                &*format!("最多 {most} 个字符，不含换行或其他控制字符"),
            ),
        );
    }

    /// A text by which people and logs know a thing: it says something.
    pub(super) fn name(&mut self, key: &str, text: &str, most: usize) {
        self.text(key, text, most);
        self.require(
            says_something(text),
            key,
            ("it is empty", "不能为空"),
            (
                &*format!("1 to {most} characters"),
                &*format!("1 到 {most} 个字符"),
            ),
        );
    }

    pub(super) fn texts(&mut self, key: &str, text: &LocalText, most: usize) {
        self.text(&format!("{key}.zh-CN"), &text.zh_cn, most);
        self.text(&format!("{key}.en"), &text.en, most);
    }

    pub(super) fn colour(&mut self, key: &str, text: &str) {
        let digits = text.strip_prefix('#').unwrap_or_default();
        let good = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        self.written(good, key, (text, "colour", "颜色"), COLOUR_ALLOWED);
    }
}
