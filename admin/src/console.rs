//! `/console/…`: the web page in which operators administer, built from `admin/console` and carried
//! inside the program. It uses nothing but the API, so what a person may do there is decided there;
//! the page itself is shown to whoever holds some role.
//!
//! A build without Node.js carries no console, and says how to get one.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::pages::{Answer, Failure, Reader, go_to};
use crate::sign_in::Person;
use crate::tokens::Token;

/// Where it lies.
pub const PATH: &str = "/console/";

/// Files whose names carry the hash of their content lie here.
const ASSETS: &str = "assets/";
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// What the build left; read from the disk in a debug build.
#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Built;

/// `GET /console`
pub async fn enter() -> Response {
    go_to(PATH)
}

/// `GET /console/`
pub async fn index(reader: Reader, person: Person) -> Answer {
    page(&reader, &person)
}

/// `GET /console/{path}`: a file, or the page, which knows its own addresses.
pub async fn serve(
    Path(path): Path<String>,
    headers: HeaderMap,
    reader: Reader,
    person: Option<Person>,
) -> Answer {
    if path != "index.html"
        && let Some(found) = file(&path, &headers)
    {
        return Ok(found);
    }
    // What a page of an earlier version still asks for is no page.
    if path.starts_with(ASSETS) {
        return Err(Failure::NotFound);
    }
    match person {
        Some(person) => page(&reader, &person),
        None => Err(Failure::SignInNeeded(reader.here)),
    }
}

fn page(reader: &Reader, person: &Person) -> Answer {
    if !person.0.principal.administers {
        return Err(Failure::NotForYou);
    }
    let index = Built::get("index.html").ok_or(Failure::NoConsole)?;
    let html = String::from_utf8_lossy(&index.data);
    let nonce = Token::generate().as_text().to_owned();
    let html = html
        .replace("__NONCE__", &nonce)
        .replace("__LANG__", reader.language.tag());
    let policy = HeaderValue::from_str(&policy(&nonce)).map_err(Failure::internal)?;
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response())
}

/// Scripts are ours alone; the styles that the page's widgets write carry the nonce.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// The file as it is, or as the build compressed it, if the browser takes that.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Built::get(path)?;
    let kind = HeaderValue::from_str(plain.metadata.mimetype()).ok()?;
    let compressed = ENCODINGS.iter().find_map(|(encoding, suffix)| {
        let packed = Built::get(&format!("{path}{suffix}"))?;
        takes(headers, encoding).then_some((*encoding, packed))
    });
    let (encoding, EmbeddedFile { data, .. }) = match compressed {
        Some((encoding, packed)) => (Some(encoding), packed),
        None => (None, plain),
    };
    let mut response = (StatusCode::OK, data).into_response();
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, kind);
    told.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let kept = path.starts_with(ASSETS);
    told.insert(header::CACHE_CONTROL, if kept { KEPT } else { ASKED_AGAIN });
    if let Some(encoding) = encoding {
        told.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// In the order of preference, with the ending of the file.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Whether the client takes this encoding (RFC 9110 §12.5.3).
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| coding.split_once(';').unwrap_or((coding, "")));
    codings.any(|(name, weight)| {
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|q| q.trim().parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use config::Role;

    use super::*;
    use crate::store::testing::TestStore;
    use crate::testing::{ACCESS, House, PASSWORD, WIKI};

    #[test]
    fn an_encoding_is_taken_unless_it_is_refused() {
        let takes = |accepted: &'static str, encoding| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            super::takes(&headers, encoding)
        };
        assert!(takes("gzip, deflate, br", "br"));
        assert!(takes("gzip;q=0.5", "gzip"));
        assert!(!takes("br;q=0, gzip", "br"));
        assert!(!takes("identity", "gzip"));
        assert!(!super::takes(&HeaderMap::new(), "gzip"));
    }

    #[tokio::test]
    async fn attack_18_the_console_is_shown_to_nobody_without_a_role() {
        let house = House::new(TestStore::sqlite().await).await;
        house.member("olivia", "Olivia", &[Role::Auditor]).await;
        for path in ["/console/", "/console/members"] {
            let mut nobody = house.browser();
            let asked = nobody.get(ACCESS, path).await;
            assert_eq!(asked.status, StatusCode::SEE_OTHER);
            assert!(asked.location().starts_with("/sign-in?to="), "{path}");

            let mut member = house.browser();
            member.sign_in("alice", PASSWORD).await;
            let refused = member.get(ACCESS, path).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");

            let mut auditor = house.browser();
            auditor.sign_in("olivia", PASSWORD).await;
            let shown = auditor.get(ACCESS, path).await;
            // As the console was built or not.
            let is_built = Built::get("index.html").is_some();
            let expected = if is_built {
                StatusCode::OK
            } else {
                StatusCode::NOT_IMPLEMENTED
            };
            assert_eq!(shown.status, expected, "{path}");
            let elsewhere = auditor.get(WIKI, path).await;
            assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn attack_24_the_policy_allows_no_script_and_no_style_of_others() {
        let policy = policy("abc");
        assert!(policy.contains("default-src 'none'; script-src 'self';"));
        assert!(policy.contains("style-src 'self' 'nonce-abc';"));
        assert!(!policy.contains("unsafe"));
    }
}
