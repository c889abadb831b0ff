//! What is shown on the way to a directory and back: that somebody is not let in, and pages that only lead on.

use askama::Template;
use axum::http::StatusCode;

use crate::directories::provider::{Onward, ProviderError};
use crate::pages::middleware::{allow_form_to, allow_script};
use crate::pages::text::texts;
use crate::pages::{Answer, Frame, Reader, ReturnPath, assets, show, show_with};
use crate::state::State;

texts! {
    /// The page for whoever came back and is not let in, and those that lead on.
    DirectoryTexts {
        title: "无法登录", "You are not signed in";
        again: "重新登录", "Try again";
        unknown: "您已通过验证，但这里还没有您的账号。请联系管理员。", "You have proven who you are, but there is no account for you here yet. Ask an administrator.";
        waits: "您已通过验证，但需要管理员先确认您的账号。请联系管理员。", "You have proven who you are, but an administrator has to say first which account is yours. Ask them to look at the conflicts of the directory.";
        refused: "对方登录页面没有确认您的身份。请重试，或换一种登录方式。", "The other sign-in page did not confirm who you are. Try again, or sign in another way.";
        untrusted: "返回的信息无法确认是为这次登录签发的，已拒绝。请重新登录。", "What came back does not prove that it was meant for this sign-in, and was refused. Please sign in again.";
        stranger: "您登录的账号不属于本企业，无法进入。请切换到本企业的账号后重新登录。", "You signed in with an account of another company. Switch to your account of this one, and try again.";
        away: "暂时无法连接登录服务，请稍后再试。", "The sign-in service cannot be reached. Please try again in a moment.";
        disabled: "您的账号已停用，请联系管理员。", "Your account is disabled. Ask an administrator.";
        signing_in: "正在登录", "Signing you in";
        signing_out: "正在退出登录", "Signing you out";
        onward_lead: "正在跳转……", "One moment…";
        onward: "如果没有自动跳转，请点击这里", "If nothing happens, continue here";
        confirm_title: "确认登录", "Do you want to sign in?";
        confirm: "登录", "Sign in";
    }
}

#[derive(Template)]
#[template(path = "directory_refused.html")]
struct RefusedPage {
    frame: Frame,
    t: &'static DirectoryTexts,
    why: &'static str,
    /// The directory's own word for it.
    detail: Option<String>,
    again: String,
}

#[derive(Clone)]
pub enum Why {
    Unknown,
    Waits,
    /// With the directory's own word for it.
    Refused(String),
    Untrusted,
    Stranger,
    Away,
    Disabled,
}

impl Why {
    /// The word for the log, and why for the page.
    #[must_use]
    pub fn of(error: &ProviderError) -> (&'static str, Self) {
        match error {
            ProviderError::Refused(said) => ("directory_refused", Self::Refused(said.clone())),
            ProviderError::Untrusted(reason) => (reason, Self::Untrusted),
            ProviderError::Stranger => ("of_another_company", Self::Stranger),
            ProviderError::Away(_) => ("directory_away", Self::Away),
        }
    }
}

pub fn refuse(state: &State, reader: &Reader, to: &ReturnPath, why: Why) -> Answer {
    let t = DirectoryTexts::of(reader.language);
    let (status, text) = match why {
        Why::Unknown => (StatusCode::FORBIDDEN, t.unknown),
        Why::Waits => (StatusCode::FORBIDDEN, t.waits),
        Why::Refused(_) => (StatusCode::FORBIDDEN, t.refused),
        Why::Untrusted => (StatusCode::BAD_REQUEST, t.untrusted),
        Why::Stranger => (StatusCode::FORBIDDEN, t.stranger),
        Why::Away => (StatusCode::SERVICE_UNAVAILABLE, t.away),
        Why::Disabled => (StatusCode::FORBIDDEN, t.disabled),
    };
    let page = RefusedPage {
        frame: Frame::new(state, reader),
        t,
        why: text,
        detail: match why {
            Why::Refused(said) => word(&said),
            _ => None,
        },
        again: format!("/sign-in?after=refused&to={}", to.encoded()),
    };
    show_with(status, &page)
}

/// A code as protocols have it; a sentence of somebody else's is not shown as ours.
fn word(said: &str) -> Option<String> {
    let first = said.split(' ').next()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_word = (1..=64).contains(&first.len()) && first.chars().all(fits);
    is_word.then(|| first.to_owned())
}

#[derive(Template)]
#[template(path = "directory_onward.html")]
struct OnwardPage<'a> {
    frame: Frame,
    t: &'static DirectoryTexts,
    title: &'static str,
    script: &'static str,
    /// An address that the page opens; `None`: it sends a form.
    to: Option<&'a str>,
    action: &'a str,
    fields: &'a [(&'static str, String)],
}

/// What the browser is about to do.
#[derive(Clone, Copy)]
pub enum Doing {
    SigningIn,
    SigningOut,
}

/// A page that leads on by itself, out of the chain of redirects that may follow a form of ours.
pub fn lead(state: &State, reader: &Reader, doing: Doing, onward: &Onward) -> Answer {
    match onward {
        Onward::To(to) => show(&page(state, reader, doing, (Some(to.as_str()), "", &[]))),
        Onward::Form(to, fields) => {
            let page = page(state, reader, doing, (None, to.as_str(), fields));
            let mut response = show(&page)?;
            allow_form_to(&mut response, to);
            Ok(response)
        }
    }
}

/// The same, with a form to a page of ours.
pub fn lead_here(
    state: &State,
    reader: &Reader,
    action: &str,
    fields: &[(&'static str, String)],
) -> Answer {
    let page = page(state, reader, Doing::SigningIn, (None, action, fields));
    let mut response = show(&page)?;
    allow_script(&mut response);
    Ok(response)
}

type Leading<'a> = (Option<&'a str>, &'a str, &'a [(&'static str, String)]);

fn page<'a>(
    state: &State,
    reader: &Reader,
    doing: Doing,
    (to, action, fields): Leading<'a>,
) -> OnwardPage<'a> {
    let t = DirectoryTexts::of(reader.language);
    OnwardPage {
        frame: Frame::new(state, reader),
        t,
        title: match doing {
            Doing::SigningIn => t.signing_in,
            Doing::SigningOut => t.signing_out,
        },
        script: assets::onward(),
        to,
        action,
        fields,
    }
}

#[derive(Template)]
#[template(path = "directory_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    t: &'static DirectoryTexts,
    lead: String,
    action: String,
    question: String,
}

/// Asks somebody whom we did not send there whether they want to be signed in: another site may have sent them.
pub fn ask(
    state: &State,
    reader: &Reader,
    (directory, person): (&str, &str),
    (action, question): (String, String),
) -> Answer {
    let lead = match reader.language {
        config::Language::ZhCn => format!("{directory} 请求以“{person}”的身份登录。"),
        config::Language::En => format!("{directory} wants to sign you in as {person}."),
    };
    show(&ConfirmPage {
        frame: Frame::new(state, reader),
        t: DirectoryTexts::of(reader.language),
        lead,
        action,
        question,
    })
}
