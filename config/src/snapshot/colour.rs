//! The brand's colour as our pages use it: checked, because it stands in CSS, and with the colour
//! of text that can be read on it.

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Default for Colour {
    fn default() -> Self {
        Self([0x1f, 0x5e, 0xff])
    }
}

impl Colour {
    /// Reads `#rrggbb`; what is no colour becomes the default.
    #[must_use]
    pub fn or_default(written: &str) -> Self {
        let digits = written.strip_prefix('#');
        digits.and_then(Self::from_digits).unwrap_or_default()
    }

    /// Reads `rrggbb`.
    #[must_use]
    pub fn from_digits(digits: &str) -> Option<Self> {
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([r, g, b]))
    }

    /// `rrggbb`
    #[must_use]
    pub fn digits(self) -> String {
        let [r, g, b] = self.0;
        format!("{r:02x}{g:02x}{b:02x}")
    }

    /// The custom properties `--brand` and `--on-brand`: the colour, and black or white text on it,
    /// whichever reads better.
    #[must_use]
    pub fn css(self) -> String {
        let text = self.text();
        format!(":root{{--brand:#{};--on-brand:{text}}}\n", self.digits())
    }

    /// `#rrggbb` of text, or of a sign, that can be read on the colour.
    #[must_use]
    pub fn text(self) -> &'static str {
        if self.luminance() > 0.3 {
            "#14161a"
        } else {
            "#ffffff"
        }
    }

    /// Relative luminance (WCAG 2.2), 0 (black) to 1 (white).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_the_colour_can_be_read() {
        let css = |written| Colour::or_default(written).css();
        assert!(css("#ffd400").contains("--on-brand:#14161a"));
        assert!(css("#1f5eff").contains("--on-brand:#ffffff"));
    }

    #[test]
    fn attack_24_what_is_no_colour_becomes_the_default() {
        for odd in ["", "red", "#fff", "#1f5eff;}body{", "1f5eff", "#+12345"] {
            assert_eq!(Colour::or_default(odd), Colour::default(), "{odd}");
        }
    }
}
