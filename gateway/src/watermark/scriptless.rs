//! The mark where no script runs: the reader has switched scripts off, or the page's sandbox has.
//!
//! The text is in an attribute and the style is the same for everybody, so that, as with the script,
//! one hash names it to a strict Content-Security-Policy. In a browser that runs scripts the element
//! is inert, and the script takes it away. It is plainer than what the script draws: size, slope and
//! colour are fixed.

use std::sync::LazyLock;

use super::csp;

const STYLE: &str = include_str!("scriptless.css");

/// The style's source expression for a Content-Security-Policy.
pub static SOURCE: LazyLock<String> = LazyLock::new(|| csp::source(STYLE));

/// Begins the element; the text, escaped for an attribute, follows.
pub const BEFORE_TEXT: &str = "<noscript data-gatehouse=\"";

/// What follows the text.
pub static AFTER_TEXT: LazyLock<String> =
    LazyLock::new(|| format!("\"><style>{STYLE}</style></noscript>"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_ascii_small_and_ends_nowhere_early() {
        assert!(STYLE.is_ascii() && STYLE.len() < 1200);
        assert!(!STYLE.contains('<'));
    }
}
