//! How the API says no: RFC 9457 problem details in the caller's language.
//!
//! Handlers return a [`Problem`]; [`render`], the outermost layer of the API, writes it down, and
//! turns whatever else went wrong on the way (no such URL, a body that is too large) into one too.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use config::Language;
use config::language::LocalText;
use serde::Serialize;
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{AnyOfBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::language;
use crate::authn::Failure;
use crate::authz::Forbidden;
use crate::refused::{Invalid, Refused, both};
use crate::store::StoreError;

/// What kind of problem it is: the stable part, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    NotAuthenticated,
    CredentialRefused,
    CsrfRefused,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Invalid,
    Taken,
    Impossible,
    WouldLockOut,
    Stale,
    PreconditionRequired,
    TooLarge,
    UnsupportedMediaType,
    TooManyRequests,
    StoreAway,
    Internal,
}

impl Code {
    #[rustfmt::skip]
    fn facts(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::NotAuthenticated => (S::UNAUTHORIZED, "Sign in, or send an API token", "请先登录，或提供 API 令牌"),
            Self::CredentialRefused => (S::UNAUTHORIZED, "The credential is not valid", "凭据无效"),
            Self::CsrfRefused => (S::FORBIDDEN, "The request does not come from our own pages", "请求并非来自本站页面"),
            Self::Forbidden => (S::FORBIDDEN, "You may not do this", "您没有执行此操作的权限"),
            Self::NotFound => (S::NOT_FOUND, "There is no such thing", "找不到所请求的内容"),
            Self::MethodNotAllowed => (S::METHOD_NOT_ALLOWED, "This cannot be done here", "此处不支持该操作"),
            Self::Invalid => (S::UNPROCESSABLE_ENTITY, "What was sent is not valid", "提交的内容无效"),
            Self::Taken => (S::CONFLICT, "Another one has this already", "该值已被占用"),
            Self::Impossible => (S::CONFLICT, "This cannot be done as things stand", "当前状态下无法执行此操作"),
            Self::WouldLockOut => (S::CONFLICT, "This would lock you out", "此修改会将您自己拒之门外"),
            Self::Stale => (S::PRECONDITION_FAILED, "It has changed since you read it", "内容在您读取之后已被修改"),
            Self::PreconditionRequired => (S::PRECONDITION_REQUIRED, "Say which version you mean to change", "请说明要修改的版本"),
            Self::TooLarge => (S::PAYLOAD_TOO_LARGE, "The request is too large", "请求内容过大"),
            Self::UnsupportedMediaType => (S::UNSUPPORTED_MEDIA_TYPE, "This content type is not accepted", "不支持该内容类型"),
            Self::TooManyRequests => (S::TOO_MANY_REQUESTS, "Too many requests; wait a moment and try again", "请求过于频繁，请稍候再试"),
            Self::StoreAway => (S::SERVICE_UNAVAILABLE, "The store does not answer; try again", "存储暂时不可用，请稍后重试"),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "Something went wrong on our side", "服务器内部错误"),
        }
    }
}

/// One thing wrong, and where.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    pub field: String,
    pub detail: String,
    pub allowed: String,
}

/// The body of every answer that is not a success (`application/problem+json`).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: String,
    pub status: u16,
    #[schema(schema_with = any_code)]
    pub code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The key that is wrong, dotted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
    /// All that is wrong, where it is more than one thing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FieldProblem>,
}

/// A request that the gate itself turns away is told with its code, of which there are others.
fn any_code() -> Schema {
    AnyOfBuilder::new()
        .item(Ref::from_schema_name(Code::name()))
        .item(String::schema())
        .description(Some(
            "Stable, for programs. The gate in front of the API adds codes of its own, such as \
             ambiguous_request or address_refused.",
        ))
        .build()
        .into()
}

#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: LocalText,
    invalid: Vec<Invalid>,
}

impl Problem {
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: LocalText::default(),
            invalid: Vec::new(),
        }
    }

    /// In English, then in Chinese.
    #[must_use]
    pub fn detail(mut self, detail: (&str, &str)) -> Self {
        self.detail = both(detail);
        self
    }

    /// Why the caller may not, in English; `None` if that is not the problem.
    #[must_use]
    pub fn forbidden(&self) -> Option<String> {
        (self.code == Code::Forbidden).then(|| self.detail.en.clone())
    }

    #[must_use]
    pub fn invalid(invalid: Vec<Invalid>) -> Self {
        Self {
            invalid,
            ..Self::new(Code::Invalid)
        }
    }

    /// A body of more bytes than a route takes.
    #[must_use]
    pub fn too_large(mebibytes: usize) -> Self {
        let allowed = (
            &*format!("at most {mebibytes} MiB"),
            &*format!("不超过 {mebibytes} MiB"),
        );
        let what = ("the text is too long", "文本过长");
        Self {
            code: Code::TooLarge,
            ..Self::invalid(vec![Invalid::new("body", what, allowed)])
        }
    }

    pub(super) fn body(&self, language: Language) -> ProblemBody {
        let (status, en, zh_cn) = self.code.facts();
        let problems: Vec<FieldProblem> = self
            .invalid
            .iter()
            .map(|invalid| FieldProblem {
                field: invalid.field.clone(),
                detail: invalid.what.get(language).to_owned(),
                allowed: invalid.allowed.get(language).to_owned(),
            })
            .collect();
        let first = problems.first().cloned();
        let detail = self.detail.get(language);
        ProblemBody {
            kind: "about:blank",
            title: both((en, zh_cn)).get(language).to_owned(),
            status: status.as_u16(),
            code: self.code,
            detail: first
                .as_ref()
                .map(|f| f.detail.clone())
                .or_else(|| (!detail.is_empty()).then(|| detail.to_owned())),
            field: first.as_ref().map(|f| f.field.clone()),
            allowed: first.map(|f| f.allowed),
            problems: if problems.len() > 1 {
                problems
            } else {
                Vec::new()
            },
        }
    }

    fn write(&self, language: Language) -> Response {
        let body = self.body(language);
        let (status, ..) = self.code.facts();
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(language.tag()),
        );
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750 §3; the cookie is no HTTP authentication scheme.
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"Gatehouse\""),
            );
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, ..) = self.code.facts();
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes problems down in the language that the caller asks for.
pub async fn render(request: Request, next: Next) -> Response {
    let language = language::of(request.headers());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return problem.write(language);
    }
    let code = match response.status() {
        status if !status.is_client_error() && !status.is_server_error() => return response,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        status if status.is_client_error() => Code::Invalid,
        _ => Code::Internal,
    };
    let mut written = Problem::new(code).write(language);
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        written.headers_mut().insert(header::ALLOW, allow);
    }
    written
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Invalid(invalid) => Self::invalid(invalid),
            Refused::NotFound(what) => Self::new(Code::NotFound).detail((
                &format!("there is no such {what}"),
                "该对象不存在或已被删除",
            )),
            Refused::Taken { field } => Self {
                code: Code::Taken,
                ..Self::invalid(vec![Invalid::new(
                    &field,
                    ("another one has this value already", "该值已被其他对象使用"),
                    ("choose a value that nobody else has", "请使用未被占用的值"),
                )])
            },
            Refused::Impossible(why) => Self {
                detail: why,
                ..Self::new(Code::Impossible)
            },
            Refused::LockedOut { address, list } => Self::new(Code::WouldLockOut).detail((
                &format!(
                    "you come from {address}, which would be refused: {}",
                    list.0
                ),
                &format!("您的地址 {address} 将被拒绝：{}", list.1),
            )),
            Refused::Stale => Self::new(Code::Stale).detail((
                "read it again and repeat the change",
                "请重新读取后再提交修改",
            )),
            Refused::Forbidden(forbidden) => forbidden.into(),
            Refused::Store(error) => error.into(),
        }
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::invalid(vec![invalid])
    }
}

impl From<Forbidden> for Problem {
    fn from(forbidden: Forbidden) -> Self {
        let zh_cn = match &forbidden {
            Forbidden::Role(..) => "您的角色不允许执行此操作".to_owned(),
            Forbidden::Grant(role) => format!("您无权授予或收回 {role}"),
            Forbidden::Own => {
                "请在“我的账号”页面修改自己的密码和身份验证器，该页面会要求确认身份".to_owned()
            }
            Forbidden::OwnAddress => {
                "您自己账号的验证码会发送到该地址，请由其他管理员修改，或在服务器上使用命令行"
                    .to_owned()
            }
            Forbidden::ByToken => {
                "API 令牌不能创建其他令牌，请登录后创建，或在服务器上使用命令行".to_owned()
            }
            Forbidden::Confined => "您的角色仅限于指定部门，此操作超出了其范围".to_owned(),
            Forbidden::Above(role) => format!("该账号拥有角色 {role}，您无权管理"),
        };
        Self::new(Code::Forbidden).detail((&forbidden.to_string(), &zh_cn))
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotGood => Self::new(Code::CredentialRefused),
            Failure::NotMeant => Self::new(Code::CsrfRefused).detail((
                "a request with a cookie that changes something carries the header X-Gatehouse-CSRF and comes from a page of the host that is asked",
                "使用 Cookie 的修改请求必须带有 X-Gatehouse-CSRF 请求头，并且来自所请求域名的页面",
            )),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Away(why) => {
                tracing::warn!(why, "the store is away");
                Self::new(Code::StoreAway)
            }
            StoreError::NotFound => Self::new(Code::NotFound),
            StoreError::Unstorable => Self::new(Code::Invalid).detail((
                "a text holds a character that cannot be kept, such as U+0000",
                "文本中含有无法保存的字符，例如 U+0000",
            )),
            other => {
                tracing::error!(error = %other, "the store failed a request of the API");
                Self::new(Code::Internal)
            }
        }
    }
}
