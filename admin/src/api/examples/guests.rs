//! What guests look like.

use serde_json::{Value, json};

use super::{ID, LATER, OTHER, THEN};

fn draft() -> Value {
    json!({
        "username": "li.na", "display_name": "李娜", "email": "li.na@partner.example",
        "mobile": "+8613900000000", "guest_group": null
    })
}

fn guest() -> Value {
    json!({
        "id": ID, "kind": "guest", "state": "active", "suspended_because": null,
        "username": "li.na", "display_name": "李娜", "email": "li.na@partner.example",
        "email_verified": false, "mobile": "+8613900000000",
        "guest_group": {"id": OTHER, "name": "Auditors of 2026"},
        "sponsor": {
            "id": OTHER, "username": "zhang.san", "display_name": "张三", "is_active": true
        },
        "created_at": THEN, "created_by": "zhang.san", "expires_at": LATER, "version": 3
    })
}

pub(super) fn of(name: &str) -> Option<Value> {
    Some(match name {
        "Guest" => guest(),
        "GuestDraft" => draft(),
        "GuestBatch" => {
            let mut second = draft();
            second["username"] = json!("wang.wei");
            second["email"] = json!("wang.wei@partner.example");
            json!({"guests": [draft(), second]})
        }
        "InvitedGuests" => json!({"guests": [guest()]}),
        "GuestPage" => json!({
            "items": [guest()], "next": format!("{LATER}_{ID}"),
            "quota": {"members": 240, "allowed": 30, "taken": 12},
            "groups": [{"id": OTHER, "name": "Auditors of 2026"}], "default_days": 90
        }),
        "GuestSettings" => json!({
            "per_hundred": 10, "extra": 0, "default_days": 90, "notice_days": 7,
            "notice_language": "zh-CN", "when_sponsor_leaves": "suspend"
        }),
        _ => return None,
    })
}
