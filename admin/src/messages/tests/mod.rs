//! Messages go to a real mail server, and to stand-ins of the SMS clouds that check each signature.

mod cloud;
mod invitations;
mod mail;
mod mail_server;
mod outbox;
mod senders;
mod sms;

use config::Language;

use super::{Channel, Content, Message};

fn code() -> Content {
    Content::OneTimeCode {
        organisation: ("Example", "示例公司").into(),
        name: "张三".to_owned(),
        url: "https://access.example.com/welcome".to_owned(),
        code: "7K2M-0000-1111-2222".to_owned(),
        hours: 24,
    }
}

fn message(channel: Channel, recipient: &str, language: Language) -> Message {
    Message {
        channel,
        recipient: recipient.to_owned(),
        member: None,
        language,
        content: code(),
    }
}

/// The one provider of cryptography, which `main` installs in the program.
fn install_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
