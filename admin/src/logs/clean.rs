//! Makes what a stranger sent fit for a log: one line, of bounded length.

use std::borrow::Cow;

/// Nothing that is shown in a log needs more characters.
const MAX_CHARS: usize = 512;

/// Control characters and line ends become visible escapes, so that no entry can pass for two; what
/// is too long is cut with an ellipsis.
pub fn line(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().all(is_plain) && text.chars().count() <= MAX_CHARS {
        return Cow::Borrowed(text);
    }
    let mut clean = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == MAX_CHARS {
            clean.push('…');
            break;
        }
        if is_plain(c) {
            clean.push(c);
        } else {
            clean.extend(c.escape_default());
        }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_30_a_line_end_does_not_make_a_second_entry() {
        assert_eq!(
            line("mallory\r\n12:00 alice ok"),
            "mallory\\r\\n12:00 alice ok"
        );
        assert_eq!(line("a\u{1b}[2K"), "a\\u{1b}[2K");
        assert_eq!(line("张伟"), "张伟");
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert_eq!(line(&"x".repeat(10_000)).chars().count(), MAX_CHARS + 1);
    }
}
