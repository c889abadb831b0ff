//! Every way in which a page cannot be shown. The middleware turns these into a friendly page in
//! the reader's language; what went wrong inside goes to the log, not to the reader.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::return_path::encode;
use super::text::texts;
use super::{Frame, Reader, ReturnPath, go_to};
use crate::sign_in::lockout::WINDOW;
use crate::state::State;
use crate::store::StoreError;

/// What a handler of a page returns.
pub type Answer = Result<Response, Failure>;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("there is no such page")]
    NotFound,
    #[error("the request cannot be understood")]
    BadRequest,
    /// A form without our token, or sent from another site.
    #[error("the form was not sent from a page of ours")]
    ForeignForm,
    /// The page is for people who have signed in. Holds where to come back to.
    #[error("nobody is signed in")]
    SignInNeeded(String),
    /// The console, for somebody without any role.
    #[error("the page is for administrators")]
    NotForYou,
    #[error("this program was built without the console")]
    NoConsole,
    /// A link or a code that was used, has expired or never was.
    #[error("this step is over")]
    Expired,
    /// A sign-in that is over half-way. Holds where it was to lead.
    #[error("the sign-in under way is over")]
    StartAgain(ReturnPath),
    /// The address or the browser has guessed too often.
    #[error("there were too many attempts from this source")]
    TooManyAttempts,
    /// More passwords wait to be checked than there is room for.
    #[error("too many passwords wait to be checked")]
    Busy,
    #[error("the store is away")]
    StoreAway,
    #[error("something went wrong inside")]
    Internal,
}

impl Failure {
    /// For what should not happen: logged here, told to nobody.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a page could not be shown");
        Self::Internal
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::ForeignForm | Self::NotForYou => StatusCode::FORBIDDEN,
            Self::NoConsole => StatusCode::NOT_IMPLEMENTED,
            Self::SignInNeeded(_) | Self::StartAgain(_) => StatusCode::SEE_OTHER,
            Self::Expired => StatusCode::GONE,
            Self::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            Self::StoreAway | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// After how many seconds it is worth trying again.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::StoreAway | Self::Busy => Some(5),
            Self::TooManyAttempts => Some(WINDOW.as_secs()),
            _ => None,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Away(cause) => {
                tracing::warn!(%cause, "the store is away");
                Self::StoreAway
            }
            StoreError::NotFound | StoreError::Unstorable => Self::NotFound,
            other => Self::internal(other),
        }
    }
}

impl From<crate::passwords::PasswordsError> for Failure {
    fn from(error: crate::passwords::PasswordsError) -> Self {
        match error {
            crate::passwords::PasswordsError::Busy => Self::Busy,
            other => Self::internal(other),
        }
    }
}

impl IntoResponse for Failure {
    /// Only carries the failure to the middleware, which knows the reader.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

texts! {
    /// What the reader is told.
    FailureTexts {
        not_found: "找不到这个页面", "This page does not exist";
        not_found_more: "地址可能有误，或者页面已经移走。", "The address may be mistyped, or the page has moved.";
        bad_request: "无法处理这个请求", "This request cannot be understood";
        bad_request_more: "请返回上一页再试一次。", "Please go back and try once more.";
        foreign: "这个表单已失效", "This form is no longer valid";
        foreign_more: "页面可能打开太久，或者浏览器没有保存 Cookie。请重新打开页面再试一次。", "The page may have been open for too long, or the browser keeps no cookies. Please open the page again and retry.";
        not_for_you: "此页面仅供管理员使用", "This page is for administrators";
        not_for_you_more: "您的账号没有管理权限。如果您需要，请联系组织的所有者。", "Your account has no administrative role. If you need one, ask an owner of the organisation.";
        no_console: "此程序不含管理控制台", "This program carries no console";
        no_console_more: "构建时没有 Node.js。请先运行 make console，再重新构建；命令行和 API 不受影响。", "It was built without Node.js. Run make console and build again; the command line and the API work without it.";
        expired: "这一步已经过期", "This step has expired";
        expired_more: "链接或验证码只能使用一次，并且很快失效。请重新开始。", "Links and codes work once and for a short time only. Please start again.";
        too_many: "尝试次数过多", "Too many attempts";
        too_many_more: "来自此网络或浏览器的尝试过多，一刻钟后可以再试。", "There were too many attempts from this network or browser. You can try again in a quarter of an hour.";
        busy: "正在登录的人太多", "Too many people are signing in";
        busy_more: "请稍候几秒再试一次，已登录的人不受影响。", "Please try again in a few seconds. People who are signed in can go on.";
        away: "暂时无法登录", "Signing in is not possible just now";
        away_more: "数据存储暂时没有响应，已登录的人不受影响。请稍后再试。", "The data store is not answering. People who are signed in can go on. Please try again in a moment.";
        internal: "出了点问题", "Something went wrong";
        internal_more: "问题已记录。请稍后再试；如果仍然出现，请把下面的编号告诉管理员。", "It has been recorded. Please try again later; if it happens again, give the number below to your administrator.";
        start: "回到首页", "Back to the start";
        number: "请求编号", "Request number";
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    t: &'static FailureTexts,
    title: &'a str,
    more: &'a str,
    /// Whether the reader is signed in and what they may open is not here.
    is_elsewhere: bool,
}

/// The page for a failure, or the way to sign-in.
pub fn page(failure: &Failure, state: &State, reader: &Reader) -> Response {
    let t = FailureTexts::of(reader.language);
    let (title, more) = match failure {
        Failure::SignInNeeded(here) => return go_to(&format!("/sign-in?to={}", encode(here))),
        Failure::StartAgain(to) => {
            return go_to(&format!("/sign-in?after=over&to={}", to.encoded()));
        }
        Failure::NotFound => (t.not_found, t.not_found_more),
        Failure::BadRequest => (t.bad_request, t.bad_request_more),
        Failure::ForeignForm => (t.foreign, t.foreign_more),
        Failure::NotForYou => (t.not_for_you, t.not_for_you_more),
        Failure::NoConsole => (t.no_console, t.no_console_more),
        Failure::Expired => (t.expired, t.expired_more),
        Failure::TooManyAttempts => {
            let metrics = state.store.metrics();
            metrics.count_refused_sign_in("too_many_attempts");
            (t.too_many, t.too_many_more)
        }
        Failure::Busy => {
            state.store.metrics().count_refused_sign_in("busy");
            (t.busy, t.busy_more)
        }
        Failure::StoreAway => (t.away, t.away_more),
        Failure::Internal => (t.internal, t.internal_more),
    };
    let page = FailurePage {
        frame: Frame::new(state, reader),
        t,
        title,
        more,
        is_elsewhere: *failure == Failure::NotForYou,
    };
    let mut response =
        super::show_with(failure.status(), &page).unwrap_or_else(|f| f.status().into_response());
    if let Some(seconds) = failure.retry_after() {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
