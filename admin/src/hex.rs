//! Bytes as hexadecimal digits, as digests and signatures are written.

use std::fmt::Write as _;

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
