//! Which responses are marked, and what their heads say then.

use http::header::{
    ACCEPT_RANGES, AGE, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY, CONTENT_TYPE, ETAG, EXPIRES,
    LAST_MODIFIED, TRANSFER_ENCODING,
};
use http::{HeaderName, HeaderValue, StatusCode, Version};
use pingora::http::ResponseHeader;

use super::codec::Coding;
use super::{csp, script, scriptless};

/// Of no truth once the body has changed, or of use only to a cache that serves others.
const UNTRUE: [&str; 9] = [
    "content-md5",
    "digest",
    "content-digest",
    "repr-digest",
    "signature",
    "signature-input",
    "surrogate-control",
    "cdn-cache-control",
    "use-as-dictionary",
];

/// How the body is coded, if it is to be marked.
pub fn to_be_marked(head: &ResponseHeader) -> Option<Coding> {
    let status = head.status;
    let has_a_page = !status.is_informational()
        && !status.is_redirection()
        && ![
            StatusCode::NO_CONTENT,
            StatusCode::RESET_CONTENT,
            StatusCode::PARTIAL_CONTENT,
        ]
        .contains(&status);
    if !has_a_page || !is_html(head) || is_download(head) || is_empty(head) {
        return None;
    }
    Coding::of(&head.headers)
}

/// How a marked response tells where its body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// No body follows: the answer to a HEAD request.
    NoBody,
    Chunked,
    /// In bytes.
    Length(u64),
}

impl Framing {
    /// How long the page will be with a tag of `tag` bytes in it, where that can be known: the tag goes
    /// in once, and what is not coded keeps its length.
    pub fn with_tag(head: &ResponseHeader, coding: Coding, tag: usize) -> Self {
        let mut lengths = head.headers.get_all(CONTENT_LENGTH).iter();
        match (coding, lengths.next(), lengths.next()) {
            (Coding::Identity, Some(length), None)
                if !head.headers.contains_key(TRANSFER_ENCODING) =>
            {
                let marked = length_of(length).and_then(|length| length.checked_add(tag as u64));
                marked.map_or(Self::Chunked, Self::Length)
            }
            _ => Self::Chunked,
        }
    }
}

/// Makes the head of a marked response true: of another length, for one person, for this once.
///
/// # Errors
/// If a header cannot be set.
pub fn make_true(head: &mut ResponseHeader, framing: Framing) -> pingora::Result<()> {
    for name in [
        CONTENT_LENGTH,
        ACCEPT_RANGES,
        ETAG,
        LAST_MODIFIED,
        EXPIRES,
        AGE,
    ] {
        head.remove_header(&name);
    }
    for name in UNTRUE {
        head.remove_header(name);
    }
    match framing {
        Framing::NoBody => {}
        Framing::Length(bytes) => head.insert_header(CONTENT_LENGTH, bytes)?,
        Framing::Chunked => {
            // HTTP/1.0 upstreams too: the body goes on in chunks. For HTTP/2 pingora leaves this out.
            head.set_version(Version::HTTP_11);
            head.insert_header(TRANSFER_ENCODING, "chunked")?;
        }
    }
    keep_for_one_person(head)?;
    for name in [CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_REPORT_ONLY] {
        let_mark_pass(head, &name)?;
    }
    Ok(())
}

/// The browser may keep the page to go back to, and must ask before it shows it anew; nobody else may
/// keep it. What was forbidden altogether stays forbidden.
fn keep_for_one_person(head: &mut ResponseHeader) -> pingora::Result<()> {
    let never_stored = head.headers.get_all(CACHE_CONTROL).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|v| v.to_ascii_lowercase().contains("no-store"))
    });
    let value = if never_stored {
        "private, no-store"
    } else {
        "private, no-cache"
    };
    head.insert_header(CACHE_CONTROL, value)
}

fn let_mark_pass(head: &mut ResponseHeader, name: &HeaderName) -> pingora::Result<()> {
    let policies: Vec<HeaderValue> = head.headers.get_all(name).iter().cloned().collect();
    if policies.is_empty() {
        return Ok(());
    }
    head.remove_header(name);
    for policy in policies {
        match policy.to_str() {
            Ok(text) => {
                let text = csp::admit(text, &csp::SCRIPTS, &script::SOURCE);
                let text = csp::admit(&text, &csp::STYLES, &scriptless::SOURCE);
                head.append_header(name.clone(), text.as_ref())?
            }
            // Browsers ignore what is not ASCII in it; so do we, and leave it as it was.
            Err(_) => head.append_header(name.clone(), policy)?,
        };
    }
    Ok(())
}

fn is_html(head: &ResponseHeader) -> bool {
    let mut fields = head.headers.get_all(CONTENT_TYPE).iter();
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return false;
    };
    let field = String::from_utf8_lossy(field.as_bytes()).to_ascii_lowercase();
    let mut parts = field.split(';').map(str::trim);
    let is_html = parts.next() == Some("text/html");
    let charset = parts.find_map(|p| p.strip_prefix("charset="));
    is_html && charset.is_none_or(|charset| contains_ascii(charset.trim_matches(['"', '\''])))
}

/// The tag is ASCII. Of the charsets that the web knows, only these do not contain that.
fn contains_ascii(charset: &str) -> bool {
    !charset.starts_with("utf-16")
        && !charset.starts_with("utf-32")
        && !charset.starts_with("utf-7")
        && !charset.starts_with("iso-2022-")
        && !charset.starts_with("hz-gb")
        && ![
            "unicode",
            "ucs-2",
            "iso-10646-ucs-2",
            "csunicode",
            "unicodefffe",
        ]
        .contains(&charset)
}

fn is_download(head: &ResponseHeader) -> bool {
    head.headers.get(CONTENT_DISPOSITION).is_some_and(|value| {
        let value = value.as_bytes().trim_ascii_start();
        value
            .get(..b"attachment".len())
            .is_some_and(|start| start.eq_ignore_ascii_case(b"attachment"))
    })
}

/// In bytes, also with zeros in front.
fn length_of(field: &HeaderValue) -> Option<u64> {
    field.to_str().ok()?.parse().ok()
}

fn is_empty(head: &ResponseHeader) -> bool {
    head.headers
        .get(CONTENT_LENGTH)
        .is_some_and(|length| length_of(length) == Some(0))
}

#[cfg(test)]
mod tests;
