//! Why a request is refused, as SCIM says it (RFC 7644 §3.12).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use config::Language;
use config::language::LocalText;
use serde_json::json;

use super::answer::MEDIA_TYPE;
use crate::refused::{Invalid, Refused, both};
use crate::store::StoreError;
use crate::sync::push::PushError;

/// Whoever is asked to come again does so after so many seconds.
const AGAIN: u32 = 600;
const SOON: u32 = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimError {
    pub status: StatusCode,
    pub scim_type: Option<&'static str>,
    pub detail: LocalText,
    again: Option<u32>,
}

impl ScimError {
    /// In English, then in Chinese.
    #[must_use]
    pub fn new(status: StatusCode, detail: (&str, &str)) -> Self {
        Self {
            status,
            scim_type: None,
            detail: both(detail),
            again: None,
        }
    }

    /// What was sent is wrong, in this way of RFC 7644.
    #[must_use]
    pub fn bad(scim_type: &'static str, detail: (&str, &str)) -> Self {
        Self {
            scim_type: Some(scim_type),
            ..Self::new(StatusCode::BAD_REQUEST, detail)
        }
    }

    #[must_use]
    pub fn invalid_value(detail: (&str, &str)) -> Self {
        Self::bad("invalidValue", detail)
    }

    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            ("there is no such resource", "该资源不存在"),
        )
    }

    #[must_use]
    pub fn taken(detail: (&str, &str)) -> Self {
        Self {
            scim_type: Some("uniqueness"),
            ..Self::new(StatusCode::CONFLICT, detail)
        }
    }

    #[must_use]
    pub fn too_many_requests() -> Self {
        Self {
            again: Some(SOON),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                ("these are too many requests", "请求过于频繁"),
            )
        }
    }

    /// Nothing was changed, and the same may be asked again once an administrator has decided.
    #[must_use]
    pub fn halted(why: &LocalText) -> Self {
        Self {
            again: Some(AGAIN),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                (
                    &format!("{}: an administrator of Gatehouse has to decide", why.en),
                    &format!("{}，需由 Gatehouse 管理员确认", why.zh_cn),
                ),
            )
        }
    }

    fn away() -> Self {
        Self {
            again: Some(SOON),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ("the store is away just now", "存储暂时不可用"),
            )
        }
    }

    /// The body, in the language of whoever asks.
    #[must_use]
    pub fn body(&self, language: Language) -> String {
        let detail = match language {
            Language::ZhCn => &self.detail.zh_cn,
            Language::En => &self.detail.en,
        };
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_u16().to_string(),
            "detail": detail,
        });
        if let Some(scim_type) = self.scim_type {
            body["scimType"] = scim_type.into();
        }
        body.to_string()
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let mut answer = Response::new(Body::from(self.body(Language::En)));
        *answer.status_mut() = self.status;
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.again {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        answer.extensions_mut().insert(self);
        answer
    }
}

impl From<StoreError> for ScimError {
    fn from(error: StoreError) -> Self {
        Refused::from(error).into()
    }
}

impl From<serde_json::Error> for ScimError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<Refused> for ScimError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Invalid(wrong) => invalid(&wrong),
            Refused::NotFound(_) => Self::not_found(),
            Refused::Taken { field } => Self::taken((
                &format!("{field} is taken by another resource"),
                &format!("{field} 已被另一资源使用"),
            )),
            Refused::Impossible(why) => Self {
                detail: why,
                ..Self::new(StatusCode::CONFLICT, ("", ""))
            },
            Refused::Stale => Self::new(
                StatusCode::PRECONDITION_FAILED,
                ("it was changed since it was read", "读取之后已被更改"),
            ),
            Refused::Store(error @ StoreError::Away(_)) => {
                tracing::warn!(%error, "a directory has to push again");
                Self::away()
            }
            Refused::Store(StoreError::Unstorable) => Self::invalid_value((
                "a text holds a character that cannot be kept",
                "文本包含无法保存的字符",
            )),
            Refused::Forbidden(_) | Refused::LockedOut { .. } | Refused::Store(_) => {
                tracing::error!(error = %refused, "what a directory pushed cannot be taken over");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    ("something went wrong here", "服务内部错误"),
                )
            }
        }
    }
}

fn invalid(wrong: &[Invalid]) -> ScimError {
    let told = |text: fn(&LocalText) -> &str, between: &str, colon: &str| {
        let each = wrong.iter().map(|one| {
            let (what, allowed) = (text(&one.what), text(&one.allowed));
            format!("{}{colon}{what} ({allowed})", one.field)
        });
        each.collect::<Vec<_>>().join(between)
    };
    ScimError::invalid_value((
        &told(|text| &text.en, "; ", ": "),
        &told(|text| &text.zh_cn, "；", "："),
    ))
}

impl From<PushError> for ScimError {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Refused(refused) => refused.into(),
            PushError::Unfit(why) => Self {
                detail: why,
                ..Self::invalid_value(("", ""))
            },
            PushError::Halted { why, .. } => Self::halted(&why),
        }
    }
}
