//! The head of a request on its way to an upstream, as a plain map of fields.
//!
//! pingora keeps a second map beside the fields, with the spelling in which each name came, and every
//! change pays for both. Names are read in any case (RFC 9110 §5.1), so the spelling is let go: nine
//! fields of ours then cost less than half of what they did. What was asked for is kept in the bytes
//! that came.

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use pingora::http::RequestHeader;
use pingora::http::authority::{RawTargetAuthority, raw_target_authority};

/// So many fields are set by us at most: room for them is made once.
const OURS: usize = 12;

/// A head that stages change field by field.
pub struct UpstreamRequest {
    parts: Parts,
    /// In the bytes that go on the wire, where the URI would not write them the same.
    target: Option<Vec<u8>>,
    ends_with_head: Option<bool>,
}

impl UpstreamRequest {
    /// Takes the head, leaving an empty one until [`UpstreamRequest::put_back`]. A target in another form
    /// than that for origin servers is brought into it.
    #[must_use]
    pub fn take(head: &mut RequestHeader) -> Self {
        let target = target_of(head);
        let ends_with_head = head.send_end_stream();
        let mut parts = take_parts(head);
        parts.headers.reserve(OURS);
        Self {
            parts,
            target,
            ends_with_head,
        }
    }

    /// # Errors
    /// If pingora does not take the target that it gave.
    pub fn put_back(self, head: &mut RequestHeader) -> pingora::Result<()> {
        *head = RequestHeader::from(self.parts);
        if let Some(ends) = self.ends_with_head {
            head.set_send_end_stream(ends);
        }
        self.target
            .map_or(Ok(()), |target| head.set_raw_path(&target))
    }

    #[must_use]
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.parts.headers
    }

    /// Sets a field to one value, whatever it held.
    pub fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.parts.headers.insert(name, value);
    }
}

/// Lets go of the spelling of the names in a client's head, which nobody reads afterwards: what is made
/// from it is then copied and written faster.
///
/// # Errors
/// If pingora does not take the target that it gave.
pub fn forget_spelling(head: &mut RequestHeader) -> pingora::Result<()> {
    if !head.has_case() {
        return Ok(());
    }
    let target = written_otherwise(head).then(|| head.raw_path().to_vec());
    *head = RequestHeader::from(take_parts(head));
    target.map_or(Ok(()), |target| head.set_raw_path(&target))
}

/// Leaves an empty head, and lets go of what does not go into parts: the spelling and the target.
fn take_parts(head: &mut RequestHeader) -> Parts {
    let empty = RequestHeader::from(Request::new(()).into_parts().0);
    std::mem::replace(head, empty).into()
}

fn target_of(head: &RequestHeader) -> Option<Vec<u8>> {
    origin_form(head.raw_path())
        .or_else(|| written_otherwise(head).then(|| head.raw_path().to_vec()))
}

/// Whether the URI would not write the target as it came.
fn written_otherwise(head: &RequestHeader) -> bool {
    let written = head.uri.path_and_query().map(PathAndQuery::as_str);
    written.map(str::as_bytes) != Some(head.raw_path())
}

/// A target in the form that is for origin servers, `/path?query` (RFC 9112 §3.2.1), if it is in
/// another. pingora sends an absolute URL on as it came; what was judged is its path, so that is what
/// goes on, in the bytes that came.
fn origin_form(target: &[u8]) -> Option<Vec<u8>> {
    if target.starts_with(b"/") {
        return None;
    }
    let RawTargetAuthority::Absolute { path_and_query, .. } = raw_target_authority(target) else {
        return None;
    };
    if path_and_query.starts_with(b"/") {
        return Some(path_and_query.to_vec());
    }
    Some([b"/", path_and_query].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_08_an_upstream_gets_the_path_that_was_judged_and_no_host_beside_it() {
        for (came, goes) in [
            (
                "http://wiki.example.com/a%2Fb/?q=http://x/",
                "/a%2Fb/?q=http://x/",
            ),
            ("https://wiki.example.com:443/x", "/x"),
            ("http://wiki.example.com", "/"),
            ("http://wiki.example.com?q", "/?q"),
        ] {
            let judged = RequestHeader::build("GET", came.as_bytes(), None).unwrap();
            let judged = judged.uri.path_and_query().unwrap().as_str().to_owned();
            assert_eq!(sent(came.as_bytes()), goes.as_bytes(), "{came}");
            assert_eq!(judged, goes, "{came}");
        }
    }

    #[test]
    fn attack_07_a_target_goes_on_in_the_bytes_that_came() {
        for came in [
            &b"/a/http://x/?y"[..],
            b"//other.example.com/",
            b"/%2e%2F;x?a=%00&b={|}",
            "/文?字".as_bytes(),
            b"/latin1-\xe4\xff?\xe4",
            b"/",
            b"/?",
            b"*",
        ] {
            assert_eq!(sent(came), came, "{came:?}");
        }
    }

    #[test]
    fn the_fields_stay_and_ours_come_to_them() {
        let mut head = RequestHeader::build("POST", b"/x", None).unwrap();
        head.append_header("X-One", "1").unwrap();
        head.append_header("X-One", "2").unwrap();
        forget_spelling(&mut head).unwrap();
        let mut request = UpstreamRequest::take(&mut head);
        request.set(
            HeaderName::from_static("x-ours"),
            HeaderValue::from_static("3"),
        );
        request.put_back(&mut head).unwrap();
        assert_eq!(head.method, Method::POST);
        assert_eq!(head.headers.get_all("x-one").iter().count(), 2);
        assert_eq!(head.headers["x-ours"], "3");
    }

    fn sent(target: &[u8]) -> Vec<u8> {
        let mut head = RequestHeader::build("GET", target, None).unwrap();
        forget_spelling(&mut head).unwrap();
        let request = UpstreamRequest::take(&mut head);
        request.put_back(&mut head).unwrap();
        head.raw_path().to_vec()
    }
}
