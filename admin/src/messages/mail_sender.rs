//! The mail server of the organisation, as an administrator sets it.

use config::language::LocalText;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Channel;
use super::ceilings::Ceilings;
use super::senders::Sender;
use crate::members::names;
use crate::refused::Invalid;

/// A mail server that takes what we send (SMTP, RFC 5321). Its password is the secret beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailSender {
    /// Its name or address.
    #[schema(max_length = 253)]
    pub host: String,
    #[schema(minimum = 1, maximum = 65535)]
    pub port: u16,
    pub security: MailSecurity,
    /// With which we sign in there; without, nobody signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub username: Option<String>,
    /// The address from which our mails come.
    #[schema(max_length = 254)]
    pub from: String,
    /// The name beside it; the organisation's where it is empty.
    #[serde(default)]
    pub from_name: LocalText,
    /// Certificates, as PEM, of an authority of your own that signed the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 65536)]
    pub authority: Option<String>,
    #[serde(default)]
    pub ceilings: Ceilings,
}

/// How the way to the mail server is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS from the first byte (RFC 8314), usually at port 465.
    Tls,
    /// TLS after STARTTLS (RFC 3207), usually at port 587. A server that does not offer it gets no mail.
    StartTls,
    /// Nothing: for a server on the same machine or network that asks for no password.
    None,
}

impl Sender for MailSender {
    const CHANNEL: Channel = Channel::Mail;
    const DOCUMENT: &'static str = "mail_sender";

    fn problems(&self) -> Vec<Invalid> {
        let mut wrong = self.ceilings.problems();
        wrong.extend(self.server_problems());
        wrong.extend(self.sign_in_problems());
        wrong.extend(self.wrong_sender());
        wrong.extend(super::smtp::authority_problem(self.authority.as_deref()));
        wrong
    }

    fn needs_secret(&self) -> bool {
        self.username.is_some()
    }

    fn confidant(&self) -> Value {
        json!([
            self.host,
            self.port,
            self.security,
            self.username,
            self.authority
        ])
    }

    fn ceilings(&self) -> Ceilings {
        self.ceilings
    }
}

impl MailSender {
    fn server_problems(&self) -> Option<Invalid> {
        if !is_host(&self.host) {
            return Some(Invalid::new(
                "sender.host",
                ("this is not the name of a server", "这不是有效的服务器名称"),
                (
                    "a host name such as smtp.example.com, or an IP address",
                    "主机名，例如 smtp.example.com，或 IP 地址",
                ),
            ));
        }
        (self.port == 0).then(|| {
            Invalid::new(
                "sender.port",
                ("0 is no port", "0 不是有效端口"),
                (
                    "1 to 65535; usually 465 or 587",
                    "1 到 65535，常用 465 或 587",
                ),
            )
        })
    }

    fn sign_in_problems(&self) -> Option<Invalid> {
        let username = self.username.as_deref()?;
        if !is_line(username) {
            return Some(Invalid::new(
                "sender.username",
                ("this is not a user name", "这不是有效的用户名"),
                ("1 to 200 characters", "1 到 200 个字符"),
            ));
        }
        (self.security == MailSecurity::None).then(|| {
            Invalid::new(
                "sender.security",
                (
                    "a password is never sent without TLS",
                    "不使用 TLS 时绝不发送密码",
                ),
                (
                    "`tls` or `start_tls`, or no user name",
                    "选择 tls 或 start_tls，或不填写用户名",
                ),
            )
        })
    }

    fn wrong_sender(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        if let Err(no_address) = names::email(&self.from) {
            wrong.push(Invalid {
                field: "sender.from".to_owned(),
                ..no_address
            });
        }
        for (language, text) in [("zh-CN", &self.from_name.zh_cn), ("en", &self.from_name.en)] {
            let field = format!("sender.from_name.{language}");
            if !text.is_empty()
                && let Err(no_name) = names::display_name(&field, text)
            {
                wrong.push(no_name);
            }
        }
        wrong
    }
}

/// One line of text that may stand in a protocol.
pub(super) fn is_line(text: &str) -> bool {
    (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn is_host(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<std::net::IpAddr>().is_ok()
        || (text.len() <= 253
            && text.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            }))
}
