//! Examples of how mail and SMS go out, and of what has gone out.

use serde_json::{Value, json};

use super::{ID, LATER, OTHER, THEN};

fn mail() -> Value {
    json!({
        "host": "smtp.example.com", "port": 465, "security": "tls", "username": "gatehouse@example.com",
        "from": "gatehouse@example.com", "from_name": {"en": "Example", "zh-CN": "示例公司"},
        "ceilings": {"per_recipient": 10, "per_day": 2000}
    })
}

fn sms() -> Value {
    json!({
        "service": {
            "provider": "aliyun", "access_key_id": "LTAI-example", "sign_name": "示例公司",
            "templates": [{"kind": "one_time_code", "language": "zh-CN", "code": "SMS_123456789"}]
        },
        "country_code": "86", "ceilings": {"per_recipient": 10, "per_day": 2000}
    })
}

/// What is sent and told of senders and messages.
pub(super) fn of_messages(name: &str) -> Option<Value> {
    Some(match name {
        "Setting_MailSender" => json!({"sender": mail(), "has_secret": true}),
        "Setting_SmsSender" => json!({"sender": sms(), "has_secret": true}),
        "Draft_MailSender" => json!({"sender": mail(), "secret": "the password there"}),
        "Draft_SmsSender" => json!({"sender": sms(), "secret": "the access key's secret"}),
        "MailTest" => json!({"to": "zhang.san@example.com"}),
        "SmsTest" => json!({"to": "+8613800000000"}),
        "SenderTestResult" => json!({
            "taken": true, "finding": "the mail server took it: 2.0.0 Ok: queued", "reference": null
        }),
        "SentMessage" => json!({
            "id": ID, "created_at": THEN, "channel": "mail", "recipient": "zhang.san@example.com",
            "member": OTHER, "guest": false, "kind": "one_time_code", "state": "sent", "attempts": 1, "next_at": null,
            "done_at": THEN, "reference": null, "finding": "the mail server took it: 2.0.0 Ok: queued"
        }),
        "OneTimeMessage" => json!({"channel": "mail", "language": "zh-CN"}),
        "SentOneTimeMessage" => json!({
            "message": ID, "recipient": "zhang.san@example.com", "expires_at": LATER
        }),
        _ => return None,
    })
}
