//! Paths as rules have them: already in the one form that a request's path is brought to.

pub(super) const PATH_ALLOWED: &str = "write a plain path such as /wiki or /wiki/public, decoded, without // . .. ; ? # or a backslash";

/// Whether a request's path, decoded once, could ever be this one.
pub(super) fn is_plain(path: &str) -> bool {
    path.starts_with('/')
        && !path.contains("//")
        && !path.contains(['\\', ';', '?', '#'])
        && !path.chars().any(char::is_control)
        && !has_percent_encoding(path)
        && path
            .split('/')
            .all(|segment| segment != "." && segment != "..")
}

fn has_percent_encoding(path: &str) -> bool {
    path.as_bytes()
        .windows(3)
        .any(|w| w[0] == b'%' && w[1].is_ascii_hexdigit() && w[2].is_ascii_hexdigit())
}
