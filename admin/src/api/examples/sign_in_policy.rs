//! What the sign-in policy looks like.

use serde_json::{Value, json};

use super::{ID, of_schema};

pub(super) fn of(name: &str) -> Option<Value> {
    Some(match name {
        "SignInPolicy" => policy(),
        "BreachedPasswordList" => json!({"entries": 1_011_000_000}),
        "PolicyDraft" => json!({"policy": of_schema("SignInPolicy")?, "member": ID}),
        "PolicyPreview" => {
            let policy = of_schema("SignInPolicy")?;
            json!({
                "username": "zhang.wei", "display_name": "张伟",
                "rules": {
                    "ways": policy["ways"],
                    "two_step": policy["two_step"], "password": policy["password"],
                    "sessions": policy["sessions"], "attempts": policy["attempts"],
                    "risk": policy["risk"]
                },
                "ways_from": null, "two_step_from": null, "password_from": "Contractors", "sessions_from": null,
                "attempts_from": null, "risk_from": null,
                "next_sign_in": ["set_up_second_factor_or_later"],
                "next_sign_in_by_code": null,
                "unusual_sign_in": ["refused"],
                "password_ends_at": null, "sign_ins_ended": 0
            })
        }
        _ => return None,
    })
}

fn policy() -> Value {
    json!({
        "ways": {"directories_only": false},
        "two_step": {
            "demand": "required", "methods": ["authenticator", "passkey"], "passkey_alone": true,
            "code_alone": false,
            "grace_days": 7, "remember_days": 30, "remember_most": 5
        },
        "password": {
            "min_length": 10, "max_length": 256, "classes": "letters_digits",
            "refuse_guessable": true, "refuse_breached": false, "history": 5,
            "max_age_days": 0, "warn_days": 14, "reset": true
        },
        "sessions": {
            "idle_minutes": 120, "absolute_hours": 12, "keep_after_closing": false, "most": 5
        },
        "attempts": {
            "wrong_passwords": 10, "within_minutes": 15, "locked_minutes": 15,
            "captcha": {"kind": "after", "failures": 5}
        },
        "risk": {
            "new_device": "ask", "many_failures": "ask", "failures": 5,
            "unknown_network": "off", "impossible_travel": "off", "km_per_hour": 1000
        },
        "notices": {
            "new_sign_in": true, "password_changed": true, "factor_changed": true, "locked": false
        },
        "exceptions": []
    })
}
