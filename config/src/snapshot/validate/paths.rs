//! Paths as rules have them: already in the one form that a request's path is brought to.

use crate::language::Words;

pub(super) const PATH_ALLOWED: Words = (
    "write a plain path such as /wiki or /wiki/public, decoded, at most 1000 bytes, without // . .. ; ? # or a backslash",
    "请填写 /wiki 或 /wiki/public 这样解码后的普通路径，最多 1000 字节，不含 //、.、..、;、?、# 和反斜杠",
);
/// No request of ours is matched against more.
const MAX_PATH: usize = 1000;

/// Whether a request's path, decoded once, could ever be this one.
pub(super) fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= MAX_PATH
        && !path.contains("//")
        && !path.contains(['\\', ';', '?', '#'])
        && !path.chars().any(char::is_control)
        && !has_percent_encoding(path)
        && path
            .split('/')
            .all(|segment| segment != "." && segment != "..")
}

/// Whether it is a path prefix that an application may have.
#[must_use]
pub fn is_path_prefix(text: &str) -> bool {
    is_plain(text) && (text == "/" || !text.ends_with('/'))
}

fn has_percent_encoding(path: &str) -> bool {
    path.as_bytes()
        .windows(3)
        .any(|w| w[0] == b'%' && w[1].is_ascii_hexdigit() && w[2].is_ascii_hexdigit())
}
