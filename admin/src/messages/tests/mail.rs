//! Mail, handed to a real server.

use config::settings::Outbound;
use config::{Language, Timestamp};

use super::mail_server::MailServer;
use super::{code, install_provider};
use crate::messages::ceilings::Ceilings;
use crate::messages::mail_sender::{MailSecurity, MailSender};
use crate::messages::smtp::{self, Outgoing};
use crate::messages::{NotTaken, Taken};

fn sender(server: &MailServer, security: MailSecurity, username: Option<&str>) -> MailSender {
    MailSender {
        host: "localhost".to_owned(),
        port: server.port,
        security,
        username: username.map(str::to_owned),
        from: "gate@example.com".to_owned(),
        from_name: ("The gate", "门房").into(),
        authority: Some(server.authority.clone()),
        ceilings: Ceilings::default(),
    }
}

async fn send(sender: &MailSender, password: &str, to: &str) -> Result<Taken, NotTaken> {
    let outbound = Outbound {
        allow: vec!["127.0.0.1".parse().unwrap()],
    };
    send_within(&outbound, sender, password, to).await
}

async fn send_within(
    outbound: &Outbound,
    sender: &MailSender,
    password: &str,
    to: &str,
) -> Result<Taken, NotTaken> {
    install_provider();
    let outgoing = Outgoing {
        id: "m1",
        to,
        letter: code().letter(Language::ZhCn).unwrap(),
        language: Language::ZhCn,
        organisation: &("Example", "示例公司").into(),
        now: Timestamp(1_767_225_600_000),
    };
    smtp::send(outbound, sender, password, outgoing).await
}

#[tokio::test]
async fn a_mail_arrives_whichever_way_its_server_is_guarded() {
    for (name, security, account) in [
        ("none", MailSecurity::None, None),
        ("start_tls", MailSecurity::StartTls, Some("gate")),
        ("tls", MailSecurity::Tls, None),
    ] {
        let account = account.map(|user| (user, "secret"));
        let mut server = MailServer::start(name, account).await;
        let sender = sender(&server, security, account.map(|(user, _)| user));
        let taken = send(&sender, "secret", "zhang.san@example.com")
            .await
            .unwrap();
        assert!(
            taken.finding.en.contains("7F3A"),
            "{name}: {}",
            taken.finding.en
        );
        let mail = server.mail().await;
        assert_eq!(mail["from"], "gate@example.com");
        assert_eq!(mail["to"][0], "zhang.san@example.com");
        assert_eq!(mail["tls"], name != "none", "{name}");
        assert_eq!(mail["user"].as_str(), account.map(|(user, _)| user));
        let content = mail["content"].as_str().unwrap();
        for part in ["text", "html"] {
            let part = mail[part].as_str().unwrap();
            assert!(
                part.contains("7K2M-0000-1111-2222") && part.contains("张三"),
                "{part}"
            );
        }
        assert_eq!(mail["subject"], "示例公司：设置密码的验证码");
        assert_eq!(mail["sender"], "门房 <gate@example.com>");
        assert!(
            content.contains("Message-ID: <m1@example.com>"),
            "{content}"
        );
        assert!(content.contains("multipart/alternative"), "{content}");
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_told_and_only_a_refusal_for_good_is_final() {
    let server = MailServer::start("none", None).await;
    let sender = sender(&server, MailSecurity::None, None);
    let nobody = send(&sender, "", "nobody@example.com").await.unwrap_err();
    assert!(
        nobody.is_final && nobody.why.en.contains("no such mailbox"),
        "{nobody:?}"
    );
    let later = send(&sender, "", "later@example.com").await.unwrap_err();
    assert!(
        !later.is_final && later.why.zh_cn.contains("try again later"),
        "{later:?}"
    );
}

#[tokio::test]
async fn a_wrong_password_a_foreign_certificate_and_a_closed_port_are_told_apart() {
    let server = MailServer::start("start_tls", Some(("gate", "secret"))).await;
    let good = sender(&server, MailSecurity::StartTls, Some("gate"));
    let wrong = send(&good, "guess", "a@example.com").await.unwrap_err();
    assert!(wrong.why.en.contains("user name or password"), "{wrong:?}");
    assert!(!wrong.is_final, "it can be mended");
    let untrusting = MailSender {
        authority: None,
        ..good.clone()
    };
    let foreign = send(&untrusting, "secret", "a@example.com")
        .await
        .unwrap_err();
    assert!(foreign.why.en.contains("not trusted"), "{foreign:?}");
    let from_the_start = MailServer::start("tls", None).await;
    let untrusting = MailSender {
        authority: None,
        ..sender(&from_the_start, MailSecurity::Tls, None)
    };
    let foreign = send(&untrusting, "", "a@example.com").await.unwrap_err();
    assert!(foreign.why.en.contains("not trusted"), "{foreign:?}");
    let nowhere = MailSender { port: 1, ..good };
    let closed = send(&nowhere, "secret", "a@example.com").await.unwrap_err();
    assert!(closed.why.en.contains("cannot be reached"), "{closed:?}");
}

#[tokio::test]
async fn a_server_that_does_not_offer_starttls_gets_neither_password_nor_mail() {
    let server = MailServer::start("none", None).await;
    let sender = sender(&server, MailSecurity::StartTls, Some("gate"));
    let refused = send(&sender, "secret", "a@example.com").await.unwrap_err();
    assert!(refused.why.en.contains("STARTTLS"), "{refused:?}");
}

#[tokio::test]
async fn attack_27_a_mail_server_on_this_machine_is_reached_only_where_the_operator_says_so() {
    let server = MailServer::start("none", None).await;
    let sender = sender(&server, MailSecurity::None, None);
    let closed = send_within(&Outbound::default(), &sender, "", "a@example.com").await;
    assert!(closed.unwrap_err().why.en.contains("outbound.allow"));
}
