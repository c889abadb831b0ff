//! The script that draws the mark, and the tag that carries it.
//!
//! The script is the same for everybody, so that a strict Content-Security-Policy can name it by one
//! hash; what differs is in the tag's attributes. It uses nothing that a policy forbids: no URL, no
//! style text, no HTML text. It takes its tag out of the page before the page's own scripts run,
//! draws on a canvas in a closed shadow root that lets every click through, and comes back when it
//! is removed, hidden or covered by a page in full screen. Each letter has an edge of the opposite
//! lightness, with the letter cut out of it: the one shows on light pages, the other on dark ones.

use std::fmt::Write;
use std::sync::LazyLock;

use config::snapshot::Watermark;

use super::{csp, scriptless};

const SCRIPT: &str = include_str!("script.js");

/// The script's source expression for a Content-Security-Policy (CSP 3 §2.3.1).
pub static SOURCE: LazyLock<String> = LazyLock::new(|| csp::source(SCRIPT));

/// What is put into a page: the mark for where no script runs, and the script. Pure ASCII, and so the same
/// in every charset that contains ASCII; of an even length, as whole characters of UTF-16 are.
pub fn tag(watermark: &Watermark, text: &str) -> String {
    let mut tag = String::with_capacity(SCRIPT.len() + scriptless::AFTER_TEXT.len() + 512);
    tag.push_str(scriptless::BEFORE_TEXT);
    push_escaped(&mut tag, text);
    tag.push_str(&scriptless::AFTER_TEXT);
    tag.push_str("<script");
    let after_name = tag.len();
    let _ = write!(
        tag,
        " data-opacity=\"{}\" data-size=\"{}\" data-angle=\"{}\" data-gap=\"{}\" data-colour=\"",
        watermark.opacity_permille, watermark.font_size, watermark.angle, watermark.gap,
    );
    push_escaped(&mut tag, &watermark.colour);
    tag.push_str("\" data-text=\"");
    push_escaped(&mut tag, text);
    tag.push_str("\">");
    tag.push_str(SCRIPT);
    tag.push_str("</script>");
    if !tag.len().is_multiple_of(2) {
        tag.insert(after_name, ' ');
    }
    tag
}

/// Everything but letters, digits and a few harmless signs goes as a character reference.
fn push_escaped(tag: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            c if c.is_ascii_alphanumeric() || " .,:;@#_+-/()".contains(c) => tag.push(c),
            c if c.is_control() => tag.push(' '),
            c => {
                let _ = write!(tag, "&#x{:x};", u32::from(c));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn attack_24_a_name_cannot_leave_its_attribute() {
        let tag = tag(
            &Watermark::default(),
            "\"><script>alert(1)</script>&quot;'`王\n\0",
        );
        assert!(tag.is_ascii());
        let escaped = "\"&#x22;&#x3e;&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;&#x26;quot;&#x27;&#x60;&#x738b;  \">";
        for attribute in ["data-gatehouse=", "data-text="] {
            assert!(tag.contains(&format!("{attribute}{escaped}")), "{tag}");
        }
        assert_eq!(tag.matches("</script").count(), 1);
    }

    #[test]
    fn a_tag_has_an_even_length() {
        for text in ["王", "ab", "abc"] {
            assert_eq!(tag(&Watermark::default(), text).len() % 2, 0);
        }
    }

    #[test]
    fn the_script_is_ascii_small_and_ends_nowhere_early() {
        assert!(SCRIPT.is_ascii());
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(SCRIPT.as_bytes()).unwrap();
        assert!(gzip.finish().unwrap().len() <= 3 * 1024);
    }

    #[test]
    fn the_source_expression_has_the_form_that_browsers_read() {
        assert!(SOURCE.starts_with("'sha256-") && SOURCE.ends_with("='"));
        assert_eq!(SOURCE.len(), "'sha256-'".len() + 44);
    }
}
