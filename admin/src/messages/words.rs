//! The words of each kind of message, in both languages.

use config::Language;

use super::content::{Notice, NoticeEvent};
use super::{Content, directory_trouble, guest_ends};
use crate::pages::times::exact;

/// The subject of a mail, and what it says line by line; the page and the code stand below.
#[must_use]
pub fn lines(content: &Content, language: Language) -> (String, Vec<String>) {
    let organisation = content.organisation().get(language);
    let (subject, lines) = match content {
        Content::Test { .. } => (
            of(language, "a test mail", "测试邮件"),
            vec![of(
                language,
                "This is a test. Mail from Gatehouse reaches you.",
                "这是一封测试邮件，邮件发送正常。",
            )],
        ),
        Content::OneTimeCode { name, hours, .. } => one_time_code(language, name, *hours),
        Content::Invitation {
            name,
            username,
            hours,
            ..
        } => invitation(language, (organisation, name, username), *hours),
        Content::PasswordReset { name, minutes, .. } => password_reset(language, name, *minutes),
        Content::SignInCode {
            minutes, is_alone, ..
        } => sign_in_code(language, *minutes, *is_alone),
        Content::Notice { name, notice, .. } => told(language, name, notice),
        Content::GuestEnds {
            name, day, sponsor, ..
        } => guest_ends::to_guest(language, (name, day), sponsor.as_deref()),
        Content::GuestsEnd { name, guests, .. } => guest_ends::to_sponsor(language, name, guests),
        Content::DirectoryTrouble {
            name,
            directory,
            trouble,
            ..
        } => directory_trouble::lines(language, (name, directory), trouble),
    };
    let colon = language.of((": ", "："));
    (format!("{organisation}{colon}{subject}"), lines)
}

type Words = (String, Vec<String>);

fn of(language: Language, en: &'static str, zh: &'static str) -> String {
    language.of((en, zh)).to_owned()
}

fn dear(language: Language, name: &str) -> String {
    match language {
        Language::En => format!("Dear {name},"),
        Language::ZhCn => format!("{name}，您好："),
    }
}

fn one_time_code(language: Language, name: &str, hours: u64) -> Words {
    let what = match language {
        Language::En => format!(
            "an administrator has made a code for you, with which you set your password. \
             Open the page below and enter it. It works once, within {hours} hours."
        ),
        Language::ZhCn => format!(
            "管理员为您生成了用于设置密码的验证码。请打开下面的页面并输入验证码，{hours} 小时内有效，仅可使用一次。"
        ),
    };
    let otherwise = of(
        language,
        "If you did not expect this, tell your administrator, and use it for nothing.",
        "如果您没有预期收到此邮件，请勿使用，并告知管理员。",
    );
    (
        of(language, "your code to set a password", "设置密码的验证码"),
        vec![dear(language, name), what, otherwise],
    )
}

fn invitation(
    language: Language,
    (organisation, name, username): (&str, &str, &str),
    hours: u64,
) -> Words {
    let what = match language {
        Language::En => format!(
            "{organisation} has made an account for you. Your username is {username}. Open the page \
             below, enter the code and choose a password. The code works once, within {hours} hours."
        ),
        Language::ZhCn => format!(
            "{organisation}已为您开通账号，用户名为 {username}。请打开下面的页面，输入验证码并设置密码。验证码 {hours} 小时内有效，仅可使用一次。"
        ),
    };
    let otherwise = of(
        language,
        "If you do not know who invites you, do nothing.",
        "如果您不认识邀请方，请忽略此邮件。",
    );
    (
        of(language, "your invitation", "账号邀请"),
        vec![dear(language, name), what, otherwise],
    )
}

fn password_reset(language: Language, name: &str, minutes: u64) -> Words {
    let what = match language {
        Language::En => format!(
            "somebody, probably you, asked for a new password for your account. Open the page below, \
             enter the code and choose a password. The code works once, within {minutes} minutes."
        ),
        Language::ZhCn => format!(
            "有人（可能是您本人）申请重设您账号的密码。请打开下面的页面，输入验证码并设置新密码。验证码 {minutes} 分钟内有效，仅可使用一次。"
        ),
    };
    let otherwise = of(
        language,
        "If it was not you, do nothing: your password stays as it is. Tell nobody the code.",
        "如果不是您本人操作，请忽略此邮件，您的密码不会改变。请勿将验证码告诉任何人。",
    );
    (
        of(language, "your code for a new password", "重设密码的验证码"),
        vec![dear(language, name), what, otherwise],
    )
}

fn sign_in_code(language: Language, minutes: u64, is_alone: bool) -> Words {
    let what = match language {
        Language::En => format!(
            "This is the code for the sign-in page that you have open. It works there only, once, within \
             {minutes} minutes."
        ),
        Language::ZhCn => {
            format!(
                "这是您正在登录的页面所需的验证码，仅在该页面有效，{minutes} 分钟内可使用一次。"
            )
        }
    };
    let otherwise = if is_alone {
        of(
            language,
            "Tell nobody the code. If you are not signing in just now, do nothing: without the code nobody comes \
             in.",
            "请勿将验证码告诉任何人。如果您并未在登录，请忽略此邮件：没有验证码，他人无法登录。",
        )
    } else {
        of(
            language,
            "Tell nobody the code. If you are not signing in just now, somebody knows your password: change it.",
            "请勿将验证码告诉任何人。如果您并未在登录，说明他人知道您的密码，请尽快修改。",
        )
    };
    (
        of(language, "your sign-in code", "登录验证码"),
        vec![what, otherwise],
    )
}

/// What happened, in English and in Chinese.
fn event(event: NoticeEvent) -> (&'static str, &'static str) {
    match event {
        NoticeEvent::NewSignIn => (
            "a sign-in from a new browser or place",
            "账号在新的浏览器或地点登录",
        ),
        NoticeEvent::PasswordChanged => ("your password was changed", "您的密码已修改"),
        NoticeEvent::FactorAdded => (
            "a way of two-step verification was added",
            "已添加两步验证方式",
        ),
        NoticeEvent::FactorRemoved => (
            "a way of two-step verification was removed",
            "已移除两步验证方式",
        ),
        NoticeEvent::FactorsReset => (
            "an administrator reset your two-step verification",
            "管理员已重置您的两步验证",
        ),
        NoticeEvent::AddressChanged => (
            "an administrator changed your mail address or mobile number",
            "管理员已修改您的邮箱或手机号码",
        ),
        NoticeEvent::Locked => (
            "your account is locked after too many wrong attempts",
            "您的账号因多次尝试失败已被锁定",
        ),
    }
}

fn told(language: Language, name: &str, notice: &Notice) -> Words {
    let what = language.of(event(notice.event));
    let at = exact(notice.at);
    let place = notice.place.as_ref().map(|place| place.read(language));
    let place = place.unwrap_or_default();
    let from = [
        notice.device.as_str(),
        notice.address.as_str(),
        place.as_str(),
    ];
    let from: Vec<&str> = from.into_iter().filter(|part| !part.is_empty()).collect();
    let from = from.join(language.of((", ", "，")));
    let (happened, otherwise) = match language {
        Language::En => (
            format!("this happened to your account: {what}."),
            "If this was you, there is nothing to do. If it was not, change your password and tell your \
             administrator.",
        ),
        Language::ZhCn => (
            format!("您的账号有新的动态：{what}。"),
            "如果是您本人操作，无需处理；如果不是，请修改密码并告知管理员。",
        ),
    };
    let when = match (language, from.is_empty()) {
        (Language::En, true) => format!("When: {at}"),
        (Language::En, false) => format!("When: {at}. From: {from}"),
        (Language::ZhCn, true) => format!("时间：{at}"),
        (Language::ZhCn, false) => format!("时间：{at}；来源：{from}"),
    };
    (
        what.to_owned(),
        vec![dear(language, name), happened, when, otherwise.to_owned()],
    )
}

impl Content {
    /// As a short message, for services that send any text.
    #[must_use]
    pub fn short_text(&self, language: Language) -> String {
        let organisation = self.organisation().get(language);
        let said = match language {
            Language::En => short_en(self),
            Language::ZhCn => short_zh(self),
        };
        match language {
            Language::En => format!("{organisation}: {said}"),
            Language::ZhCn => format!("【{organisation}】{said}"),
        }
    }
}

fn short_en(content: &Content) -> String {
    match content {
        Content::Test { .. } => "this is a test message. SMS works.".to_owned(),
        Content::OneTimeCode {
            url, code, hours, ..
        } => format!(
            "{code} is your code to set a password at {url}. It works once, within {hours} hours."
        ),
        Content::Invitation {
            username,
            url,
            code,
            hours,
            ..
        } => format!(
            "an account was made for you, {username}. {code} is your code to set a password at {url}. \
             It works once, within {hours} hours."
        ),
        Content::PasswordReset {
            url, code, minutes, ..
        } => format!(
            "{code} is your code for a new password at {url}. It works once, within {minutes} minutes. \
             If you did not ask for it, do nothing."
        ),
        Content::SignInCode { code, minutes, .. } => format!(
            "{code} is your sign-in code, for {minutes} minutes. Tell it to nobody, whoever asks."
        ),
        Content::Notice { notice, .. } => {
            let (what, at) = (event(notice.event).0, exact(notice.at));
            format!("{what} ({at}). If it was not you, tell your administrator.")
        }
        Content::GuestEnds { day, .. } => guest_ends::short_to_guest(Language::En, day),
        Content::GuestsEnd { guests, .. } => guest_ends::short_to_sponsor(Language::En, guests),
        Content::DirectoryTrouble {
            directory, trouble, ..
        } => directory_trouble::short(Language::En, directory, trouble),
    }
}

fn short_zh(content: &Content) -> String {
    match content {
        Content::Test { .. } => "这是一条测试短信，短信发送正常。".to_owned(),
        Content::OneTimeCode {
            url, code, hours, ..
        } => format!("设置密码的验证码：{code}，请在 {hours} 小时内打开 {url} 使用，仅一次有效。"),
        Content::Invitation {
            username,
            url,
            code,
            hours,
            ..
        } => format!(
            "已为您开通账号 {username}。设置密码的验证码：{code}，请在 {hours} 小时内打开 {url} 使用，仅一次有效。"
        ),
        Content::PasswordReset {
            url, code, minutes, ..
        } => format!(
            "重设密码的验证码：{code}，请在 {minutes} 分钟内打开 {url} 使用，仅一次有效。如非本人操作，请忽略。"
        ),
        Content::SignInCode { code, minutes, .. } => {
            format!("登录验证码：{code}，{minutes} 分钟内有效，请勿告诉任何人。")
        }
        Content::Notice { notice, .. } => {
            let (what, at) = (event(notice.event).1, exact(notice.at));
            format!("{what}（{at}）。如非本人操作，请联系管理员。")
        }
        Content::GuestEnds { day, .. } => guest_ends::short_to_guest(Language::ZhCn, day),
        Content::GuestsEnd { guests, .. } => guest_ends::short_to_sponsor(Language::ZhCn, guests),
        Content::DirectoryTrouble {
            directory, trouble, ..
        } => directory_trouble::short(Language::ZhCn, directory, trouble),
    }
}
