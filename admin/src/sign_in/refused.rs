//! The end for whoever signs in in an unusual way and has nothing to prove it by. Setting a second factor up now
//! would prove nothing: whoever knows the password could do that.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::{Language, Timestamp};

use super::Step;
use super::flow::{self, Flow};
use super::record::{Happening, record};
use crate::logs::SignInKind;
use crate::pages::text::texts;
use crate::pages::{Answer, Frame, Reader, show_with};
use crate::sign_in_policy::RiskSignal;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{StoreError, Tx};

texts! {
    /// The page that says why somebody does not come in, and what to do.
    RefusedTexts {
        title: "无法登录", "You cannot sign in here";
        lead: "此次登录与您以往的登录不同，需要第二步验证，但您的账号没有可用的验证方式：", "This sign-in is unlike your earlier ones and needs a second proof, and your account has none:";
        known: "如果您能使用以前登录过的浏览器和网络，请从那里登录，并在账号页面启用两步验证。", "If you can, sign in with a browser and from a network that you have used before, and turn on two-step verification on your account page.";
        whom: "否则请联系管理员：管理员可以登记您的邮箱或手机号码，用于接收验证码。", "Otherwise ask your administrator, who can enter your mail address or mobile number, to which codes are sent.";
        again: "重新登录", "Sign in again";
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage {
    frame: Frame,
    t: &'static RefusedTexts,
    /// What was unusual.
    signs: Vec<&'static str>,
}

/// `GET /sign-in/refused`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::Refused).await?;
    let signs = held.flow.risk.iter();
    let page = RefusedPage {
        frame: Frame::new(&state, &reader),
        t: RefusedTexts::of(reader.language),
        signs: signs.map(|one| told(*one, reader.language)).collect(),
    };
    show_with(StatusCode::FORBIDDEN, &page)
}

fn told(signal: RiskSignal, language: Language) -> &'static str {
    language.of(match signal {
        RiskSignal::NewDevice => (
            "You have not signed in with this browser before.",
            "您以前没有用此浏览器登录过。",
        ),
        RiskSignal::ManyFailures => (
            "There were wrong attempts at your account just before.",
            "您的账号刚刚有多次失败的登录尝试。",
        ),
        RiskSignal::UnknownNetwork => (
            "You have not signed in from this network lately.",
            "您近期没有从此网络登录过。",
        ),
        RiskSignal::ImpossibleTravel => (
            "You signed in so far from here that you can hardly have come here since.",
            "您上次登录的地点过远，此后不大可能已到达此处。",
        ),
    })
}

/// Writes down that the person does not come in.
pub async fn note(
    tx: &mut Tx,
    reader: &Reader,
    (flow, account): (&Flow, &Account),
    reason: &'static str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let happening = Happening {
        kind: SignInKind::Failed,
        member: Some(&account.member),
        username: &account.username,
        method: flow.methods.last().copied(),
        reason: Some(reason),
        risk: &flow.risk,
        sign_in: None,
    };
    record(tx, reader, now, happening).await
}
