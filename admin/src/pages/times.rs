//! Moments and spans as people read them.

use config::{Language, Timestamp};

/// A moment for the page and for `<time datetime>`.
#[derive(Clone, Debug)]
pub struct Moment {
    /// RFC 3339, UTC.
    pub exact: String,
    /// How long ago, in the reader's language.
    pub ago: String,
}

impl Moment {
    #[must_use]
    pub fn new(at: Timestamp, now: Timestamp, language: Language) -> Self {
        Self {
            exact: exact(at),
            ago: ago(at, now, language),
        }
    }
}

/// Seconds are enough for a page: `2026-01-02 03:04 UTC`.
#[must_use]
pub fn exact(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map_or_else(
        |_| String::new(),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

fn ago(at: Timestamp, now: Timestamp, language: Language) -> String {
    let minutes = now.since(at).as_secs() / 60;
    let (number, zh, one, many) = match minutes {
        0 => {
            return match language {
                Language::ZhCn => "刚刚".to_owned(),
                Language::En => "just now".to_owned(),
            };
        }
        1..60 => (minutes, "分钟前", "minute ago", "minutes ago"),
        60..1440 => (minutes / 60, "小时前", "hour ago", "hours ago"),
        _ => (minutes / 1440, "天前", "day ago", "days ago"),
    };
    match language {
        Language::ZhCn => format!("{number} {zh}"),
        Language::En if number == 1 => format!("1 {one}"),
        Language::En => format!("{number} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_is_said_in_the_readers_language() {
        let now = Timestamp(10 * 86_400_000);
        let said = |ms: i64, language| ago(Timestamp(now.0 - ms), now, language);
        assert_eq!(said(0, Language::En), "just now");
        assert_eq!(said(61_000, Language::En), "1 minute ago");
        assert_eq!(said(7_200_000, Language::En), "2 hours ago");
        assert_eq!(said(2 * 86_400_000, Language::ZhCn), "2 天前");
        assert_eq!(exact(Timestamp(0)), "1970-01-01 00:00 UTC");
    }
}
