//! Mail by SMTP (RFC 5321), with TLS from the start or after STARTTLS.

use std::time::Duration;

use config::language::LocalText;
use config::settings::Outbound;
use config::{Language, Timestamp};
use lettre::address::AddressError;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{self as lettre_smtp};
use tokio::time::timeout;

use super::letter::Letter;
use super::mail_sender::{MailSecurity, MailSender};
use super::{NotTaken, Taken};
use crate::outbound::resolve;
use crate::refused::Invalid;

/// No answer of the server is waited for longer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Nor the whole.
const WHOLE: Duration = Duration::from_secs(40);

/// A letter to one address.
pub struct Outgoing<'a> {
    pub id: &'a str,
    pub to: &'a str,
    pub letter: Letter,
    pub language: Language,
    /// Where the sender has no name of its own.
    pub organisation: &'a LocalText,
    pub now: Timestamp,
}

/// Hands it to the server.
///
/// # Errors
/// If the server did not take it, with what it said.
pub async fn send(
    outbound: &Outbound,
    sender: &MailSender,
    password: &str,
    outgoing: Outgoing<'_>,
) -> Result<Taken, NotTaken> {
    let message = build(sender, outgoing)?;
    timeout(WHOLE, hand_over(outbound, sender, password, &message))
        .await
        .unwrap_or_else(|_| {
            Err(NotTaken::for_now((
                "the mail server did not finish in time",
                "邮件服务器未在规定时间内完成",
            )))
        })
}

async fn hand_over(
    outbound: &Outbound,
    sender: &MailSender,
    password: &str,
    message: &lettre::Message,
) -> Result<Taken, NotTaken> {
    let addresses = resolve(outbound, &sender.host, sender.port).await?;
    let hello = ClientId::Domain(domain(&sender.from).to_owned());
    let tls = (sender.security != MailSecurity::None)
        .then(|| tls(sender))
        .transpose()?;
    let immediate = tls.clone().filter(|_| sender.security == MailSecurity::Tls);
    let mut connection = AsyncSmtpConnection::connect_tokio1(
        &addresses[..],
        Some(PATIENCE),
        &hello,
        immediate,
        None,
    )
    .await
    .map_err(|error| explain(&error, Step::Connect))?;
    if let Some(tls) = tls.filter(|_| sender.security == MailSecurity::StartTls) {
        // One that fails leaves a connection that nothing more can be said on.
        let begun = connection.starttls(tls, &hello).await;
        begun.map_err(|error| explain(&error, Step::StartTls))?;
    }
    let done = async {
        if let Some(username) = &sender.username {
            let credentials = Credentials::new(username.clone(), password.to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let signed_in = connection.auth(&mechanisms, &credentials).await;
            signed_in.map_err(|error| explain(&error, Step::SignIn))?;
        }
        let answer = connection
            .send(message.envelope(), &message.formatted())
            .await;
        answer.map_err(|error| explain(&error, Step::Send))
    }
    .await;
    connection.abort().await;
    let said = done?.message().collect::<Vec<_>>().join(" ");
    Ok(Taken {
        reference: None,
        finding: (
            format!("the mail server took it: {}", short(&said)).as_str(),
            format!("邮件服务器已接收：{}", short(&said)).as_str(),
        )
            .into(),
    })
}

fn build(sender: &MailSender, outgoing: Outgoing<'_>) -> Result<lettre::Message, NotTaken> {
    let unwritable = |why: &dyn std::fmt::Display| {
        NotTaken::for_good((
            &format!("the mail cannot be written: {why}"),
            &format!("无法生成邮件：{why}"),
        ))
    };
    let own = sender.from_name.get(outgoing.language);
    let name = if own.is_empty() {
        outgoing.organisation.get(outgoing.language)
    } else {
        own
    };
    let from = sender
        .from
        .parse()
        .map_err(|e: AddressError| unwritable(&e))?;
    let to = outgoing
        .to
        .parse()
        .map_err(|e: AddressError| unwritable(&e))?;
    let millis = u64::try_from(outgoing.now.as_millis()).unwrap_or_default();
    let id = format!("<{}@{}>", outgoing.id, domain(&sender.from));
    lettre::Message::builder()
        .from(Mailbox::new(Some(name.to_owned()), from))
        .to(Mailbox::new(None, to))
        .subject(outgoing.letter.subject)
        .message_id(Some(id))
        .date(std::time::UNIX_EPOCH + Duration::from_millis(millis))
        .multipart(MultiPart::alternative_plain_html(
            outgoing.letter.text,
            outgoing.letter.html,
        ))
        .map_err(|e| unwritable(&e))
}

fn domain(address: &str) -> &str {
    address
        .rsplit_once('@')
        .map_or(address, |(_, domain)| domain)
}

fn tls(sender: &MailSender) -> Result<TlsParameters, NotTaken> {
    let unusable = |error: &lettre_smtp::Error| explain(error, Step::Connect);
    let host = sender.host.trim_start_matches('[').trim_end_matches(']');
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = &sender.authority {
        let authority = Certificate::from_pem(pem.as_bytes()).map_err(|e| unusable(&e))?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build().map_err(|e| unusable(&e))
}

/// What is wrong with certificates of an authority.
#[must_use]
pub fn authority_problem(pem: Option<&str>) -> Option<Invalid> {
    let wrong = super::http::authority_problem(pem)?;
    Some(Invalid {
        field: "sender.authority".to_owned(),
        ..wrong
    })
}

/// How far one came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Connect,
    StartTls,
    SignIn,
    Send,
}

/// What went wrong, in words, with what the server said. Only what the server refuses for good is final.
fn explain(error: &lettre_smtp::Error, step: Step) -> NotTaken {
    let said = short(&error.to_string());
    let is_reply = error.is_permanent() || error.is_transient();
    let (en, zh) = match step {
        _ if is_untrusted(error) => (
            "the certificate of the mail server is not trusted",
            "邮件服务器的证书不受信任",
        ),
        Step::Connect => ("the mail server cannot be reached", "无法连接邮件服务器"),
        Step::StartTls => (
            "the mail server does not offer STARTTLS, or it failed",
            "邮件服务器不支持 STARTTLS 或握手失败",
        ),
        Step::SignIn | Step::Send if !is_reply => (
            "what was said with the mail server came to no end",
            "与邮件服务器的通信未能完成",
        ),
        Step::SignIn => (
            "the mail server refuses the user name or password",
            "邮件服务器拒绝了用户名或密码",
        ),
        Step::Send => ("the mail server refuses the mail", "邮件服务器拒绝了该邮件"),
    };
    NotTaken {
        is_final: step == Step::Send && error.is_permanent(),
        why: (
            format!("{en}: {said}").as_str(),
            format!("{zh}：{said}").as_str(),
        )
            .into(),
    }
}

/// Whether the certificate is why. The error of TLS lies in one of input and output, in one of the
/// connection.
fn is_untrusted(error: &lettre_smtp::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        next = match error.downcast_ref::<std::io::Error>() {
            // The source of such an error is that of what it holds.
            Some(io) => io.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    false
}

/// What a server said, made safe to show.
fn short(said: &str) -> String {
    said.chars().filter(|c| !c.is_control()).take(300).collect()
}
