//! The path that a request asks for, read in the one way in which it can be read.
//!
//! Rules are matched against the path decoded once; the upstream gets the bytes that came. That is
//! safe only if every upstream that reads those bytes finds the same place. So what would climb out
//! of a folder under some reading is refused always. What merely splits the readers (an encoded
//! slash, an empty segment, path parameters, double encoding) is a *doubt*: the request is refused
//! where the decision depends on the path, and passes untouched where it does not, because GitLab
//! and Jenkins put `%2F` and `%252F` into addresses of their own.

use std::borrow::Cow;

use crate::path::denial::Denial;

/// More layers of percent encoding than this are nobody's honest request.
const MAX_LAYERS: usize = 4;

/// U+FFFD, which stands for bytes that are no UTF-8.
const REPLACED: &[u8] = "\u{fffd}".as_bytes();

/// A path, decoded once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath<'a> {
    decoded: Cow<'a, str>,
    doubt: Option<&'static str>,
}

impl<'a> RequestPath<'a> {
    /// Reads the path of a request target, without its query.
    pub fn read(raw: &'a str) -> Result<Self, Denial> {
        if !raw.starts_with('/') {
            return Err(Denial::Ambiguous("its path does not begin with a slash"));
        }
        if is_plain(raw) {
            return Ok(Self {
                decoded: Cow::Borrowed(raw),
                doubt: None,
            });
        }
        let bytes = decode(raw.as_bytes()).ok_or(Denial::Ambiguous(
            "its path has an incomplete percent encoding",
        ))?;
        let mut doubt = doubt_in(raw.as_bytes(), &bytes);
        check_each_layer(&bytes, &mut doubt)?;
        let decoded = match bytes {
            Cow::Borrowed(_) => Cow::Borrowed(raw),
            Cow::Owned(bytes) => Cow::Owned(text_of(bytes, &mut doubt)),
        };
        Ok(Self { decoded, doubt })
    }

    /// The path that rules are matched against.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.decoded
    }

    /// What two readers of this path might disagree about.
    #[must_use]
    pub fn doubt(&self) -> Option<&'static str> {
        self.doubt
    }

    /// The path as a reader sees it who takes an encoded `?` or `#` for the end of it.
    #[must_use]
    pub fn cut_short(&self) -> Option<&str> {
        let end = self.decoded.find(['?', '#'])?;
        Some(&self.decoded[..end])
    }
}

/// Whether `path` is `prefix` or lies below it, by whole segments. `/` holds everything.
#[must_use]
pub fn is_below(path: &str, prefix: &str) -> bool {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Nearly every path: unreserved characters and single slashes, no segment that begins with a dot.
fn is_plain(raw: &str) -> bool {
    let mut previous = 0;
    raw.bytes().all(|byte| {
        let good = match byte {
            b'/' | b'.' => previous != b'/',
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'~'
            | b'+'
            | b'@'
            | b':'
            | b','
            | b'='
            | b'!'
            | b'$'
            | b'&'
            | b'\''
            | b'('
            | b')'
            | b'*' => true,
            _ => false,
        };
        previous = byte;
        good
    })
}

/// Decodes one layer; `None` where a percent sign is not followed by two hexadecimal digits.
fn decode(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    let complete = |at: usize| {
        raw.get(at + 1..at + 3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let mut percents = raw.iter().enumerate().filter(|(_, b)| **b == b'%');
    percents
        .all(|(at, _)| complete(at))
        .then(|| percent_encoding::percent_decode(raw).into())
}

fn doubt_in(raw: &[u8], decoded: &[u8]) -> Option<&'static str> {
    let encodes_slash = raw
        .windows(3)
        .any(|digits| digits.eq_ignore_ascii_case(b"%2f"));
    if encodes_slash {
        Some("its path has an encoded slash")
    } else if decoded.windows(2).any(|pair| pair == b"//") {
        Some("its path has an empty segment")
    } else if decoded.contains(&b';') {
        Some("its path has parameters")
    } else if raw.windows(3).any(|bytes| bytes == REPLACED) {
        // Bytes came that are no UTF-8, and they are sent on as they came.
        Some("its path is not UTF-8")
    } else {
        None
    }
}

/// Peels off layer after layer of percent encoding, as a careless upstream would, and refuses the
/// path if it climbs in any of them.
fn check_each_layer(decoded: &[u8], doubt: &mut Option<&'static str>) -> Result<(), Denial> {
    let mut layer = Cow::Borrowed(decoded);
    for _ in 0..MAX_LAYERS {
        if layer.iter().any(u8::is_ascii_control) {
            return Err(Denial::Ambiguous("its path has a control character"));
        }
        if layer.contains(&b'\\') {
            return Err(Denial::Ambiguous("its path has a backslash"));
        }
        if layer.split(|b| *b == b'/').any(climbs) {
            return Err(Denial::Ambiguous("its path has a dot segment"));
        }
        match percent_encoding::percent_decode(&layer).into() {
            Cow::Borrowed(_) => return Ok(()),
            Cow::Owned(next) => layer = Cow::Owned(next),
        }
        doubt.get_or_insert("its path is encoded twice");
    }
    Err(Denial::Ambiguous("its path is encoded many times"))
}

/// `.` and `..`, also with parameters or blanks behind, which some upstreams drop first.
fn climbs(segment: &[u8]) -> bool {
    let name = segment.split(|b| *b == b';').next().unwrap_or_default();
    matches!(name.trim_ascii(), b"." | b"..")
}

fn text_of(bytes: Vec<u8>, doubt: &mut Option<&'static str>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        doubt.get_or_insert("its path is not UTF-8");
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_path_is_taken_as_it_is() {
        for plain in ["/", "/wiki/Main_Page", "/a.b/c..d/e...", "/v1/a@b:c,d=e"] {
            let path = RequestPath::read(plain).unwrap();
            assert_eq!((path.as_str(), path.doubt()), (plain, None));
        }
    }

    #[test]
    fn a_name_that_begins_with_a_dot_is_no_dot_segment() {
        let path = RequestPath::read("/.well-known/x").unwrap();
        assert_eq!((path.as_str(), path.doubt()), ("/.well-known/x", None));
    }

    #[test]
    fn attack_07_encoding_a_letter_hides_nothing_from_a_rule() {
        for (raw, decoded) in [
            ("/%61dmin", "/admin"),
            ("/%E6%96%87", "/文"),
            ("/100%25", "/100%"),
            ("/a%20b", "/a b"),
        ] {
            let path = RequestPath::read(raw).unwrap();
            assert_eq!((path.as_str(), path.doubt()), (decoded, None), "{raw}");
        }
    }

    #[test]
    fn attack_07_a_path_that_climbs_under_any_reading_is_refused() {
        for raw in [
            "/public/../admin",
            "/public/%2e%2e/admin",
            "/public/.%2E/admin",
            "/public/%252e%252e/admin",
            "/public/%25252e%25252e/admin",
            "/public/..%2fadmin",
            "/public%2f..%2fadmin",
            "/public/..;x/admin",
            "/public/..;/admin",
            "/public/..%3b/admin",
            "/public/..%20/admin",
            "/public/./x",
            "/..",
            "/public\\..\\admin",
            "/public/%5c..%5cadmin",
            "/public/..%255cadmin",
            "/public%00/admin",
            "/public/%0d%0aadmin",
            "/public/%2500admin",
            "/%",
            "/%2",
            "/%zz",
            "/%u002e",
            "public",
            "*",
            "",
            "/%2525252525252e",
        ] {
            assert!(
                matches!(RequestPath::read(raw), Err(Denial::Ambiguous(_))),
                "{raw}"
            );
        }
    }

    #[test]
    fn attack_07_what_readers_may_disagree_about_is_marked_as_a_doubt() {
        for raw in [
            "//admin",
            "/public//admin",
            "/public;x/admin",
            "/public%3bx/admin",
            "/public%2fadmin",
            "/public/%2Fadmin",
            "/public/%252fadmin",
            "/%2561dmin",
            "/public/%c0%ae%c0%ae/admin",
            "/%c0%afadmin",
            "/%ff",
            "/public/\u{fffd}\u{fffd}/admin",
        ] {
            let path = RequestPath::read(raw);
            assert!(path.is_ok_and(|p| p.doubt().is_some()), "{raw}");
        }
    }

    #[test]
    fn whole_segments_are_compared() {
        assert!(is_below("/api", "/api"));
        assert!(is_below("/api/", "/api"));
        assert!(is_below("/api/x", "/api/"));
        assert!(is_below("/anything", "/"));
        assert!(!is_below("/apis", "/api"));
        assert!(!is_below("/", "/api"));
    }

    /// Whatever is read without doubt reads the same when read again, and has no segment that an
    /// upstream might resolve: tried over all short paths of the characters that matter.
    #[test]
    fn attack_07_a_path_without_doubt_has_one_reading() {
        let pieces = [
            "/", ".", "%2e", "%2f", "%5c", ";", "a", "%61", "%25", "2e", "\\", "%00",
        ];
        let mut paths = vec![String::from("/")];
        for _ in 0..4 {
            let longer: Vec<String> = paths
                .iter()
                .flat_map(|path| pieces.iter().map(move |piece| format!("{path}{piece}")))
                .collect();
            for raw in &longer {
                let Ok(path) = RequestPath::read(raw) else {
                    continue;
                };
                if path.doubt().is_some() {
                    continue;
                }
                let seen = path.as_str();
                assert!(
                    !seen.contains("//") && !seen.contains(['\\', ';', '\0']),
                    "{raw}"
                );
                assert!(seen.split('/').all(|s| s != "." && s != ".."), "{raw}");
                let depth = |p: &str| p.matches('/').count();
                assert_eq!(depth(seen), depth(raw), "{raw}");
            }
            paths = longer;
        }
    }
}
