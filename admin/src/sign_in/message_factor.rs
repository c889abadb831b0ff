//! The pages for a code by SMS or mail as the second factor: at sign-in, and where one proves once more who
//! one is.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Language;
use config::session::AuthenticationMethod;

use super::confirm::{self, Asked};
use super::flow::{self, Held};
use super::message_code::{self, NotSent, Whose};
use super::second_factor::trust_text;
use super::{Person, Step, by_message};
use crate::messages::Channel;
use crate::pages::return_path::encode;
use crate::pages::text::texts;
use crate::pages::{Answer, Failure, Form, Frame, Query, Reader, ReturnPath, go_to, show_with};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::Tx;
use crate::store::credentials::Account;

texts! {
    /// The page that sends a code and takes it.
    MessageCodeTexts {
        title: "两步验证", "Two-step verification";
        choose: "请选择接收验证码的方式。", "Choose where a code is to be sent.";
        none: "没有其他可用的验证方式：再次通过同一途径发送验证码无法证明更多。请联系管理员。", "There is nothing else that you could prove: another code by the way that brought you here says no more. Please ask your administrator.";
        code: "验证码", "Code";
        submit: "验证", "Verify";
        wrong: "验证码不正确、已使用或已过期，或者尝试次数过多。", "The code is wrong, was used or has expired, or there were too many attempts.";
        too_soon: "刚刚已发送过验证码，请一分钟后再试。", "A code was sent less than a minute ago. Wait a little, then ask again.";
        too_many: "暂时无法再发送验证码，请改用其他方式或联系管理员。", "No more codes can be sent for now. Take another way, or ask your administrator.";
        other_way: "改用其他方式", "Use another way instead";
        other_account: "换一个账号登录", "Sign in with another account";
        cancel: "取消", "Cancel";
    }
}

#[derive(Template)]
#[template(path = "message_code.html")]
struct MessageCodePage {
    frame: Frame,
    t: &'static MessageCodeTexts,
    /// Where the forms go.
    at: &'static str,
    to: ReturnPath,
    lead: String,
    is_sent: bool,
    ways: Vec<Way>,
    trust: Option<String>,
    /// Where there are other ways.
    other: Option<String>,
    /// Where whoever gives up goes, and what that is called.
    leave: (&'static str, &'static str),
    error: Option<&'static str>,
}

/// A button that has a code sent.
struct Way {
    channel: &'static str,
    text: String,
}

/// Whoever is to prove something by a code, and where.
struct Proof<'a> {
    account: &'a Account,
    whose: Whose,
    ways: Vec<Channel>,
    at: &'static str,
    to: ReturnPath,
    trust: Option<String>,
    other: Option<String>,
}

const AT_SIGN_IN: &str = "/sign-in/two-step/code";
const AT_CONFIRM: &str = "/sign-in/confirm/code";

/// Where a code is sent and taken in the middle of a sign-in.
#[must_use]
pub fn sign_in_path() -> &'static str {
    AT_SIGN_IN
}

/// Where that is done once more, and to come back from there.
#[must_use]
pub fn confirm_path(to: &str) -> String {
    format!("{AT_CONFIRM}?to={}", encode(to))
}

/// By which ways a code is a second factor for a sign-in under way: not by one that was the first.
#[must_use]
pub fn ways(held: &Held) -> Vec<Channel> {
    let ways = held.by_message.iter().copied();
    let others = ways.filter(|way| !held.flow.methods.contains(&way.method()));
    others.collect()
}

fn at_sign_in<'a>(reader: &Reader, held: &'a Held) -> Proof<'a> {
    let days = held.rules.two_step.remember_days;
    Proof {
        account: &held.account,
        whose: Whose::flow(&held.token),
        ways: ways(held),
        at: AT_SIGN_IN,
        to: ReturnPath::root(),
        trust: trust_text(reader.language, days),
        other: held
            .account
            .has_totp
            .then(|| Step::SecondFactor.path().to_owned()),
    }
}

async fn at_confirm<'a>(
    state: &State,
    person: &Person,
    account: &'a Account,
    to: ReturnPath,
) -> Result<Proof<'a>, Failure> {
    let mut read = state.store.read().await?;
    let policy = sign_in_policy::rules_of(&mut read, &account.member).await?;
    let mut ways = by_message::factors(&mut read, account, &policy.two_step).await?;
    // The way that brought the person here was the first factor, and stays that.
    let first = person.0.methods.first();
    ways.retain(|way| first != Some(&way.method()));
    Ok(Proof {
        account,
        whose: Whose::sign_in(&person.0.sign_in),
        ways,
        at: AT_CONFIRM,
        other: account
            .has_second_factor()
            .then(|| confirm::path(to.as_str())),
        to,
        trust: None,
    })
}

/// `GET /sign-in/two-step/code`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::SecondFactor).await?;
    let proof = at_sign_in(&reader, &held);
    show(&state, &reader, proof, None).await
}

/// `POST /sign-in/two-step/code/send`
pub async fn send(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let held = flow::at(&state, &reader, Step::SecondFactor).await?;
    let proof = at_sign_in(&reader, &held);
    send_by(&state, &reader, proof, &form).await
}

/// `POST /sign-in/two-step/code`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let held = flow::at(&state, &reader, Step::SecondFactor).await?;
    let proof = at_sign_in(&reader, &held);
    let Some((tx, method)) = check(&state, &reader, &proof, &form).await? else {
        let wrong = MessageCodeTexts::of(reader.language).wrong;
        return show(&state, &reader, proof, Some(wrong)).await;
    };
    let (mut flow, token) = (held.flow.clone(), held.token);
    flow.prove_second(method, state.clock.now());
    flow.is_browser_to_be_trusted = form.get("trust") == "yes";
    flow::advance(&state, &reader, tx, flow, Some(token)).await
}

/// `GET /sign-in/confirm/code`
pub async fn confirm_page(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    Query(asked): Query<Asked>,
) -> Answer {
    let account = confirm::account_of(&state, &person).await?;
    let to = ReturnPath::or_root(&asked.to);
    let proof = at_confirm(&state, &person, &account, to).await?;
    show(&state, &reader, proof, None).await
}

/// `POST /sign-in/confirm/code/send`
pub async fn confirm_send(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let account = confirm::account_of(&state, &person).await?;
    let to = ReturnPath::or_root(form.get("to"));
    let proof = at_confirm(&state, &person, &account, to).await?;
    send_by(&state, &reader, proof, &form).await
}

/// `POST /sign-in/confirm/code`
pub async fn confirm_submit(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let account = confirm::account_of(&state, &person).await?;
    let to = ReturnPath::or_root(form.get("to"));
    let proof = at_confirm(&state, &person, &account, to.clone()).await?;
    let proven = check(&state, &reader, &proof, &form).await?;
    if proven.is_none() {
        let wrong = MessageCodeTexts::of(reader.language).wrong;
        return show(&state, &reader, proof, Some(wrong)).await;
    }
    confirm::step_up(&state, &reader, &person, &account, to, proven).await
}

/// The way of the code that was sent, if it still is one.
async fn pending(state: &State, proof: &Proof<'_>) -> Result<Option<Channel>, Failure> {
    let channel = message_code::pending(state, &proof.whose).await?;
    Ok(channel.filter(|channel| proof.ways.contains(channel)))
}

/// What the code in the form proves, and the transaction in which it is used up; `None` if it is wrong.
async fn check(
    state: &State,
    reader: &Reader,
    proof: &Proof<'_>,
    form: &Form,
) -> Result<Option<(Tx, AuthenticationMethod)>, Failure> {
    let Some(channel) = pending(state, proof).await? else {
        return Ok(None);
    };
    let at = (channel, &proof.whose);
    message_code::check(state, reader, proof.account, at, form.get("code")).await
}

async fn send_by(state: &State, reader: &Reader, proof: Proof<'_>, form: &Form) -> Answer {
    let channel = Channel::from_name(form.get("channel"));
    let Some(channel) = channel.filter(|channel| proof.ways.contains(channel)) else {
        return Err(Failure::BadRequest);
    };
    let sent = message_code::send(state, reader, proof.account, channel, &proof.whose).await?;
    let t = MessageCodeTexts::of(reader.language);
    match sent {
        Ok(()) if proof.at == AT_CONFIRM => Ok(go_to(&confirm_path(proof.to.as_str()))),
        Ok(()) => Ok(go_to(proof.at)),
        Err(NotSent::TooSoon) => show(state, reader, proof, Some(t.too_soon)).await,
        Err(NotSent::TooMany) => show(state, reader, proof, Some(t.too_many)).await,
    }
}

async fn show(
    state: &State,
    reader: &Reader,
    proof: Proof<'_>,
    error: Option<&'static str>,
) -> Answer {
    let t = MessageCodeTexts::of(reader.language);
    let (language, account) = (reader.language, proof.account);
    let sent = pending(state, &proof).await?;
    let lead = match sent {
        Some(channel) => sent_text(language, &address(account, channel)),
        None if proof.ways.is_empty() => t.none.to_owned(),
        None => t.choose.to_owned(),
    };
    let ways = proof.ways.iter().map(|channel| Way {
        channel: channel.as_str(),
        text: way_text(language, *channel, &address(account, *channel)),
    });
    let page = MessageCodePage {
        frame: Frame::new(state, reader),
        t,
        at: proof.at,
        to: proof.to,
        lead,
        is_sent: sent.is_some(),
        ways: ways.collect(),
        trust: proof.trust,
        other: proof.other,
        leave: match proof.at {
            AT_CONFIRM => ("/account", t.cancel),
            _ => ("/sign-in", t.other_account),
        },
        error,
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    show_with(status, &page)
}

fn address(account: &Account, channel: Channel) -> String {
    masked(channel, account.address(channel).unwrap_or_default())
}

/// As much of an address as its owner knows it by: whoever reads it may know the password and no more.
fn masked(channel: Channel, address: &str) -> String {
    let first = |text: &str| text.chars().take(1).collect::<String>();
    match (channel, address.split_once('@')) {
        (Channel::Mail, Some((local, domain))) => format!("{}***@{}…", first(local), first(domain)),
        (Channel::Mail, None) => "***".to_owned(),
        (Channel::Sms, _) => {
            let digits: Vec<char> = address.chars().collect();
            let last = &digits[digits.len().saturating_sub(4)..];
            format!("***{}", last.iter().collect::<String>())
        }
    }
}

fn sent_text(language: Language, address: &str) -> String {
    match language {
        Language::En => format!("Enter the 6 digits that were sent to {address}."),
        Language::ZhCn => format!("请输入发送到 {address} 的 6 位验证码。"),
    }
}

fn way_text(language: Language, channel: Channel, address: &str) -> String {
    match (language, channel) {
        (Language::En, Channel::Sms) => format!("Send a code by SMS to {address}"),
        (Language::En, Channel::Mail) => format!("Send a code by mail to {address}"),
        (Language::ZhCn, Channel::Sms) => format!("发送短信验证码到 {address}"),
        (Language::ZhCn, Channel::Mail) => format!("发送邮件验证码到 {address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_as_far_as_its_owner_needs_it() {
        for (channel, whole, shown) in [
            (Channel::Mail, "zhang@example.com", "z***@e…"),
            (Channel::Mail, "张三@例子.中国", "张***@例…"),
            (Channel::Sms, "+8613800001234", "***1234"),
            (Channel::Sms, "12345", "***2345"),
        ] {
            assert_eq!(masked(channel, whole), shown);
        }
    }
}
