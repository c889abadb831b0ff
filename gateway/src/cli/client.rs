//! The way of a command to a running node: the API over the control socket in the data folder.
//!
//! Whoever may open that socket is the operator of the machine, so no credential travels.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use config::Language;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;

/// Why a command was not carried out. Each text is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(
        "no node answers at {place}: {why}; start one with `gatehouse run`, or name the right settings with --config"
    )]
    NotRunning { place: PathBuf, why: String },
    #[error("the node stopped answering: {0}; look into its log")]
    Broken(String),
    #[error("{0}")]
    Refused(String),
    /// Nothing is where it was asked for.
    #[error("{0}")]
    Missing(String),
    #[error("{file}: {why}")]
    File { file: PathBuf, why: String },
    #[error("{0}")]
    Usage(String),
    /// What was to be compared is not the same: an answer rather than a failure.
    #[error("it differs")]
    Differs,
}

/// What the node answered to a request that it carried out.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// `null` where the answer has no body.
    pub body: Value,
    /// Names the version that was read; a change sends it back in `If-Match`.
    pub etag: Option<String>,
}

/// Asks one node.
#[derive(Clone, Debug)]
pub struct Client {
    socket: PathBuf,
}

/// One request to the API.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    pub method: &'a str,
    /// Below `/api/v1`, beginning with a slash, with its query.
    pub path: &'a str,
    pub body: Option<Body>,
    pub if_match: Option<&'a str>,
}

/// What is sent along.
#[derive(Clone, Debug)]
pub enum Body {
    Json(Value),
    Text(String),
}

impl From<Value> for Body {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

impl<'a> Ask<'a> {
    #[must_use]
    pub fn get(path: &'a str) -> Self {
        Self::new("GET", path, None)
    }

    #[must_use]
    pub fn new(method: &'a str, path: &'a str, body: Option<Value>) -> Self {
        Self {
            method,
            path,
            body: body.map(Body::from),
            if_match: None,
        }
    }
}

impl Client {
    /// The node whose data lies in this folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self {
            socket: data.join("control.sock"),
        }
    }

    /// Reads what is at `path`.
    pub async fn get(&self, path: &str) -> Result<Answer, CommandError> {
        self.ask(Ask::get(path)).await
    }

    /// Changes what is at `path`, provided that nobody else does so at the same time.
    pub async fn replace(&self, path: &str, body: Value) -> Result<Answer, CommandError> {
        let read = self.get(path).await?;
        self.ask(Ask {
            if_match: read.etag.as_deref(),
            ..Ask::new("PUT", path, Some(body))
        })
        .await
    }

    /// Reads what is at `path`, gives the fields that `changes` names their new values, and sends
    /// back those that `fields` lists.
    pub async fn change(
        &self,
        path: &str,
        fields: &[&str],
        changes: &Value,
    ) -> Result<Answer, CommandError> {
        let read = self.get(path).await?;
        let body: serde_json::Map<String, Value> = fields
            .iter()
            .filter_map(|field| {
                let value = changes.get(field).or_else(|| read.body.get(field))?;
                Some(((*field).to_owned(), value.clone()))
            })
            .collect();
        self.ask(Ask {
            if_match: read.etag.as_deref(),
            ..Ask::new("PUT", path, Some(Value::Object(body)))
        })
        .await
    }

    /// Removes what is at `path`.
    pub async fn remove(&self, path: &str) -> Result<Answer, CommandError> {
        let read = self.get(path).await?;
        self.ask(Ask {
            if_match: read.etag.as_deref(),
            ..Ask::new("DELETE", path, None)
        })
        .await
    }

    /// Asks, and reads the whole answer.
    ///
    /// # Errors
    /// [`CommandError::Refused`] with the node's own reason if it did not do what was asked.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Answer, CommandError> {
        let stream =
            UnixStream::connect(&self.socket)
                .await
                .map_err(|why| CommandError::NotRunning {
                    place: self.socket.clone(),
                    why: why.to_string(),
                })?;
        let broken = |why: hyper::Error| CommandError::Broken(why.to_string());
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        tokio::spawn(connection);
        let response = sender.send_request(head(&ask)?).await.map_err(broken)?;
        let status = response.status();
        let etag = response
            .headers()
            .get(http::header::ETAG)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let bytes = response.into_body().collect().await.map_err(broken)?;
        let body = serde_json::from_slice(&bytes.to_bytes()).unwrap_or(Value::Null);
        if status.is_success() {
            Ok(Answer { body, etag })
        } else {
            let reason = reason(status.as_u16(), &body);
            Err(match status {
                http::StatusCode::NOT_FOUND => CommandError::Missing(reason),
                _ => CommandError::Refused(reason),
            })
        }
    }
}

/// That of whoever runs the command, by the locale (POSIX.1-2024, XBD 8.2).
fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
    let locale = set
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale
        .and_then(|locale| Language::from_tag(&locale))
        .unwrap_or_default()
}

fn head(ask: &Ask<'_>) -> Result<http::Request<Full<Bytes>>, CommandError> {
    let mut request = http::Request::builder()
        .method(ask.method)
        .uri(format!("/api/v1{}", ask.path))
        .header(http::header::HOST, "control")
        .header(http::header::ACCEPT, "application/json")
        .header(http::header::ACCEPT_LANGUAGE, language().tag());
    if let Some(etag) = ask.if_match {
        request = request.header(http::header::IF_MATCH, etag);
    }
    let body = match &ask.body {
        Some(Body::Json(body)) => {
            request = request.header(http::header::CONTENT_TYPE, "application/json");
            body.to_string().into()
        }
        Some(Body::Text(text)) => {
            request = request.header(http::header::CONTENT_TYPE, "text/plain; charset=utf-8");
            Bytes::from(text.clone())
        }
        None => Bytes::new(),
    };
    request
        .body(Full::new(body))
        .map_err(|why| CommandError::Usage(format!("that cannot be asked: {why}")))
}

/// One sentence from problem details (RFC 9457): the field, what is wrong with it, what is allowed.
fn reason(status: u16, problem: &Value) -> String {
    let text = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let one = |of: &Value| {
        let mut sentence = text(of, "detail").or_else(|| text(of, "title"))?;
        if let Some(field) = text(of, "field") {
            sentence = format!("{field}: {sentence}");
        }
        if let Some(allowed) = text(of, "allowed") {
            sentence = format!("{sentence}; {allowed}");
        }
        Some(sentence)
    };
    let all: Vec<String> = problem
        .get("problems")
        .and_then(Value::as_array)
        .map(|problems| problems.iter().filter_map(one).collect())
        .unwrap_or_default();
    if all.is_empty() {
        one(problem).unwrap_or_else(|| format!("the node answered {status}"))
    } else {
        all.join("\n")
    }
}

/// Makes a value safe for a segment of a path or a value of a query (RFC 3986 §2.3).
#[must_use]
pub fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refusal_names_the_field_and_what_is_allowed() {
        let problem = json!({
            "title": "What was sent is not valid", "status": 422, "code": "invalid",
            "field": "hosts.0", "detail": "\"a b\" is not a host name", "allowed": "write a host name",
        });
        assert_eq!(
            reason(422, &problem),
            "hosts.0: \"a b\" is not a host name; write a host name"
        );
    }

    #[test]
    fn several_problems_are_told_one_a_line() {
        let problem = json!({"title": "Invalid", "problems": [
            {"field": "a", "detail": "x", "allowed": "y"},
            {"field": "b", "detail": "z", "allowed": ""},
        ]});
        assert_eq!(reason(422, &problem), "a: x; y\nb: z");
    }

    #[test]
    fn an_answer_that_is_no_problem_document_is_told_by_its_status() {
        assert_eq!(reason(502, &Value::Null), "the node answered 502");
    }

    #[tokio::test]
    async fn without_a_running_node_the_person_is_told_how_to_start_one() {
        let folder = tempfile::tempdir().unwrap();
        let error = Client::of(folder.path()).get("/members").await.unwrap_err();
        assert!(error.to_string().contains("gatehouse run"), "{error}");
    }
}
