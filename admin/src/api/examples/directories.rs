//! What directories, and runs that take them over, look like.

use serde_json::{Value, json};

use super::{ID, OTHER, THEN};

fn source() -> Value {
    json!({
        "kind": "ldap", "servers": ["ldaps://ldap.example.com"], "security": "tls", "ca": "",
        "bind_dn": "cn=gatehouse,ou=services,dc=example,dc=com", "base": "dc=example,dc=com",
        "people": {
            "base": "ou=people,dc=example,dc=com", "filter": "(objectClass=inetOrgPerson)",
            "key": "entryUUID", "username": "uid", "display_name": ["displayName", "cn"],
            "email": "mail", "mobile": "mobile", "employee_number": "employeeNumber",
            "manager": "manager", "disabled": "pwdAccountLockedTime", "disabled_values": ["*"],
            "mappings": [{
                "to": "username", "from": ["uid"], "join": "", "steps": [{"do": "lower"}], "default": ""
            }]
        },
        "units": {
            "enabled": true, "base": "ou=people,dc=example,dc=com",
            "filter": "(objectClass=organizationalUnit)", "key": "entryUUID", "name": ["ou"],
            "position": "", "managers": ""
        },
        "groups": {
            "enabled": false, "base": "", "filter": "(objectClass=groupOfNames)",
            "key": "entryUUID", "name": "cn", "people": "member"
        }
    })
}

fn organisation() -> Value {
    json!({
        "match_by": "employee_number", "others": "keep", "trusts_mail": true,
        "every_minutes": 60, "follows": true, "threshold": {"people": 20, "percent": 5}
    })
}

fn sign_in() -> Value {
    json!({
        "match_by": "nothing", "creates": false, "domains": [], "trusts_mail": false,
        "trusts_second_factor": false
    })
}

fn directory() -> Value {
    json!({
        "id": ID, "name": "OpenLDAP", "used_for": "both", "enabled": true, "source": source(),
        "organisation": organisation(), "sign_in": sign_in(), "has_secret": true, "secrets": [], "synced_at": THEN,
        "next_run_at": THEN, "people": 240, "conflicts": 1, "version": 3
    })
}

const BASE_URL: &str = "https://access.example.com/.gatehouse/scim/v2/directories/0199f5a0-7c1e-7b3a-9d52-3f0a6c1b8e21";

fn token() -> Value {
    json!({
        "id": OTHER, "created_at": THEN, "last_used_at": THEN, "last_used_from": "203.0.113.9",
        "last_request": "PATCH Users"
    })
}

fn callback() -> Value {
    json!({
        "url": format!("https://access.example.com/events/directories/{ID}"), "is_set_up": true,
        "verified_at": THEN, "event_at": THEN, "event_kind": "contact.user.updated_v3",
        "refusals": [{
            "reason": "wrong_signature",
            "what": {"en": "its signature is wrong", "zh-CN": "签名错误"},
            "address": "203.0.113.9", "times": 3, "first_at": THEN, "last_at": THEN
        }]
    })
}

fn person() -> Value {
    json!({
        "key": "8f0c…", "username": "zhang.san", "display_name": "张三",
        "email": "zhang.san@example.com", "is_enabled": true, "departments": ["1d9a…"]
    })
}

fn run() -> Value {
    json!({
        "id": ID, "directory": OTHER, "directory_name": "OpenLDAP", "mode": "full", "trial": false,
        "phase": "done", "started_by": "zhang.san", "started_at": THEN, "finished_at": THEN,
        "listed": 240, "known": 238, "planned": 3, "done": 3, "failed": 0,
        "tally": [{"object": "person", "kind": "create", "outcome": "done", "count": 2}]
    })
}

fn change() -> Value {
    json!({
        "seq": 4, "object": "person", "kind": "update", "key": "8f0c…", "object_id": OTHER,
        "name": "张三", "before": {"mobile": null}, "after": {"mobile": "+8613800000000"},
        "outcome": "done"
    })
}

pub(super) fn of(name: &str) -> Option<Value> {
    Some(match name {
        "Directory" => directory(),
        "DirectoryList" => json!({"items": [directory()]}),
        "DirectoryDraft" => json!({
            "name": "OpenLDAP", "used_for": "both", "enabled": true, "source": source(),
            "organisation": organisation(), "sign_in": sign_in(), "secret": "correct horse battery staple"
        }),
        "DirectoryProbe" => json!({"source": source(), "secret": "correct horse battery staple"}),
        "DirectoryFinding" => json!({
            "department_count": 12,
            "departments": [{"key": "1d9a…", "parent": null, "name": "研发", "position": 0}],
            "people": [person()],
            "permissions": [],
        }),
        "DirectoryCallback" => callback(),
        "ConflictPage" => json!({"items": [{
            "key": "8f0c…", "name": "张三", "entry": person(),
            "reason": {
                "en": "the username “zhang.san” belongs to another account",
                "zh-CN": "用户名“zhang.san”已被另一账号使用"
            },
            "candidate": {"id": OTHER, "username": "zhang.san", "display_name": "张三", "source": "HR"},
            "found_at": THEN, "ignored": false
        }]}),
        "DecidedConflict" => json!({"key": "8f0c…", "decision": {"kind": "link", "member": OTHER}}),
        "DirectoryTokens" => json!({"base_url": BASE_URL, "items": [token()]}),
        "NewDirectoryToken" => {
            let mut made = token();
            made["secret"] = json!("gh_scim_4Xk0pXo9m0c1dVQm3u7zq3m8vYkq2mS0b7d1Yl4Qm3E");
            made
        }
        "SyncOrder" => json!({"directory": ID, "trial": true}),
        "SyncRun" => run(),
        "SyncRunPage" => json!({"items": [run()], "next": format!("{THEN}_{ID}")}),
        "SyncChangePage" => json!({"items": [change()], "next": "4"}),
        _ => return None,
    })
}
