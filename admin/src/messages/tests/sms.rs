//! Short messages, handed to stand-ins of the clouds.

use config::settings::Outbound;
use config::{Language, Timestamp};
use serde_json::{Value, json};

use super::cloud::{Cloud, SECRET, is_signed_acs3, is_signed_tc3};
use super::{code, install_provider};
use crate::messages::deliver::Sms;
use crate::messages::sms_sender::{Aliyun, SmsTemplate, Tencent, Twilio, Webhook};
use crate::messages::{Content, MessageKind, NotTaken, aliyun, tencent, twilio, webhook};

fn open() -> Outbound {
    install_provider();
    Outbound {
        allow: vec!["127.0.0.1".parse().unwrap()],
    }
}

fn sms<'a>(content: &'a Content, to: &'a str) -> Sms<'a> {
    Sms {
        id: "m1",
        to,
        language: Language::ZhCn,
        content,
        now: Timestamp(1_767_225_600_000),
    }
}

fn templates(code: &str) -> Vec<SmsTemplate> {
    vec![SmsTemplate {
        kind: MessageKind::OneTimeCode,
        language: Language::ZhCn,
        code: code.to_owned(),
    }]
}

#[tokio::test]
async fn aliyun_takes_a_signed_message_and_its_codes_are_told() {
    let cloud = Cloud::start(&[
        (
            200,
            json!({"Code": "OK", "Message": "OK", "BizId": "9006^0"}),
        ),
        (
            200,
            json!({"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "号码不合法"}),
        ),
        (
            200,
            json!({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控"}),
        ),
        (
            404,
            json!({"Code": "InvalidAccessKeyId.NotFound", "Message": "no such key"}),
        ),
    ])
    .await;
    let sender = Aliyun {
        access_key_id: "LTAI".to_owned(),
        sign_name: "示例公司".to_owned(),
        templates: templates("SMS_1"),
        endpoint: Some(cloud.address.clone()),
    };
    let content = code();
    let send =
        async || aliyun::send(&open(), &sender, SECRET, &sms(&content, "+8613800000000")).await;
    assert_eq!(send().await.unwrap().reference.as_deref(), Some("9006^0"));
    let seen = cloud.last();
    assert!(is_signed_acs3(&seen), "{seen:?}");
    assert_eq!(seen.field("x-acs-action"), "SendSms");
    assert_eq!(seen.query("PhoneNumbers"), "13800000000");
    assert_eq!(seen.query("SignName"), "示例公司");
    assert_eq!(seen.query("TemplateCode"), "SMS_1");
    let variables: Value = serde_json::from_str(&seen.query("TemplateParam")).unwrap();
    assert_eq!(
        variables,
        json!({"code": "7K2M-0000-1111-2222", "hours": "24"})
    );
    let illegal = send().await.unwrap_err();
    assert!(
        illegal.is_final && illegal.why.zh_cn.contains("号码不合法"),
        "{illegal:?}"
    );
    let limited = send().await.unwrap_err();
    assert!(
        !limited.is_final && limited.why.en.contains("BUSINESS_LIMIT"),
        "a limit passes: {limited:?}"
    );
    let no_key = send().await.unwrap_err();
    assert!(
        !no_key.is_final && no_key.why.en.contains("no such key"),
        "{no_key:?}"
    );
}

#[tokio::test]
async fn tencent_takes_a_signed_message_and_its_codes_are_told() {
    let status = |code: &str| json!({"Response": {"SendStatusSet": [{"Code": code, "Message": "m", "SerialNo": "5000:1"}]}});
    let cloud = Cloud::start(&[
        (200, status("Ok")),
        (200, status("InvalidParameterValue.IncorrectPhoneNumber")),
        (200, status("LimitExceeded.PhoneNumberDailyLimit")),
        (200, json!({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "bad"}}})),
    ])
    .await;
    let sender = Tencent {
        secret_id: "AKID".to_owned(),
        app_id: "1400006666".to_owned(),
        sign_name: "示例公司".to_owned(),
        region: "ap-guangzhou".to_owned(),
        templates: templates("1110"),
        endpoint: Some(cloud.address.clone()),
    };
    let content = code();
    let send =
        async || tencent::send(&open(), &sender, SECRET, &sms(&content, "+8613800000000")).await;
    assert_eq!(send().await.unwrap().reference.as_deref(), Some("5000:1"));
    let seen = cloud.last();
    assert!(is_signed_tc3(&seen), "{seen:?}");
    assert_eq!(seen.json()["PhoneNumberSet"], json!(["+8613800000000"]));
    assert_eq!(
        seen.json()["TemplateParamSet"],
        json!(["7K2M-0000-1111-2222", "24"])
    );
    assert!(send().await.unwrap_err().is_final);
    assert!(!send().await.unwrap_err().is_final, "a limit passes");
    let refused = send().await.unwrap_err();
    assert!(
        !refused.is_final && refused.why.en.contains("SignatureFailure"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn twilio_takes_a_message_from_a_number_or_a_service() {
    let cloud = Cloud::start(&[
        (201, json!({"sid": "SM1"})),
        (
            400,
            json!({"code": 21211, "message": "Invalid 'To' Phone Number"}),
        ),
        (429, json!({"code": 20429, "message": "Too Many Requests"})),
    ])
    .await;
    let sender = Twilio {
        account_sid: "AC1".to_owned(),
        from: "MG9".to_owned(),
        endpoint: Some(cloud.address.clone()),
    };
    let content = code();
    let send =
        async || twilio::send(&open(), &sender, SECRET, &sms(&content, "+14155550100")).await;
    assert_eq!(send().await.unwrap().reference.as_deref(), Some("SM1"));
    let seen = cloud.last();
    assert_eq!(seen.uri.path(), "/2010-04-01/Accounts/AC1/Messages.json");
    assert_eq!(
        seen.field("authorization"),
        "Basic QUMxOnRoZSBzZWNyZXQgb2YgdGhlIGtleQ=="
    );
    let form: Vec<(String, String)> = serde_urlencoded::from_str(&seen.body).unwrap();
    assert!(form.contains(&("MessagingServiceSid".to_owned(), "MG9".to_owned())));
    assert!(form.contains(&("To".to_owned(), "+14155550100".to_owned())));
    assert!(seen.body.contains("7K2M-0000-1111-2222"));
    assert!(send().await.unwrap_err().is_final);
    assert!(!send().await.unwrap_err().is_final);
}

#[tokio::test]
async fn a_webhook_is_signed_and_its_redirect_is_not_followed() {
    let cloud = Cloud::start(&[
        (200, json!({"id": "w1"})),
        (302, json!({})),
        (422, json!({"message": "no such number"})),
    ])
    .await;
    let sender = Webhook {
        url: format!("{}/sms", cloud.address),
        authority: None,
    };
    let content = code();
    let send =
        async || webhook::send(&open(), &sender, SECRET, &sms(&content, "+8613800000000")).await;
    assert_eq!(send().await.unwrap().reference.as_deref(), Some("w1"));
    let seen = cloud.last();
    assert_eq!(seen.json()["to"], "+8613800000000");
    assert_eq!(seen.json()["variables"]["code"], "7K2M-0000-1111-2222");
    assert!(seen.field("webhook-signature").starts_with("v1,"));
    let redirected = send().await.unwrap_err();
    assert!(
        !redirected.is_final && redirected.why.en.contains("302"),
        "{redirected:?}"
    );
    assert_eq!(
        cloud.seen().len(),
        2,
        "attack 27: nothing was asked beyond it"
    );
    let refused = send().await.unwrap_err();
    assert!(
        refused.is_final && refused.why.en.contains("no such number"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn attack_27_a_webhook_to_this_machine_is_reached_only_where_the_operator_says_so() {
    install_provider();
    let cloud = Cloud::start(&[(200, json!({}))]).await;
    let port = cloud.address.rsplit_once(':').unwrap().1;
    let content = code();
    for url in [
        cloud.address.clone(),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://2130706433:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    ] {
        let sender = Webhook {
            url: url.clone(),
            authority: None,
        };
        let sms = sms(&content, "+8613800000000");
        let refused = webhook::send(&Outbound::default(), &sender, SECRET, &sms).await;
        let NotTaken { why, .. } = refused.unwrap_err();
        assert!(why.en.contains("outbound.allow"), "{url}: {why:?}");
    }
    assert!(cloud.seen().is_empty());
}
