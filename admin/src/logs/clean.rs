//! Makes what a stranger sent fit for a log: one line, of bounded length.

use std::borrow::Cow;

use config::invisible::hides;

/// Nothing that is shown in a log needs more characters.
const MAX_CHARS: usize = 512;

/// Control characters, line ends and invisible characters become visible escapes, so that no entry can
/// pass for two, and no name for another; what is too long is cut with an ellipsis.
pub fn line(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !hides(c);
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
    fn attack_30_a_name_does_not_pass_for_another_one_in_the_log() {
        assert_eq!(line("nimda\u{202e}"), "nimda\\u{202e}");
        assert_eq!(line("ali\u{200b}ce"), "ali\\u{200b}ce");
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert_eq!(line(&"x".repeat(10_000)).chars().count(), MAX_CHARS + 1);
    }
}
