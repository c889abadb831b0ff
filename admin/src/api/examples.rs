//! An example for each thing that the API takes or gives, for its description. Tests send those that
//! it takes, and hold the others against their schemas.

mod access;
mod certificates;
mod directories;
mod guests;
mod messages;
mod sign_in_policy;

use serde_json::{Value, json};

const ID: &str = "0199f5a0-7c1e-7b3a-9d52-3f0a6c1b8e21";
const OTHER: &str = "0199f5a0-7c1e-7b3a-9d52-3f0a6c1b8e22";
/// 2026-01-01, 2026-04-01.
const THEN: i64 = 1_767_225_600_000;
const LATER: i64 = 1_775_001_600_000;

/// Entries of an IP list as they are uploaded.
pub const ENTRIES: &str = "192.0.2.0/24 # the office\n2001:db8::/32\n203.0.113.10-203.0.113.20\n";

/// A text of this kind.
#[must_use]
pub fn of_text(kind: &str) -> Option<Value> {
    Some(match kind {
        "text/plain" => json!(ENTRIES),
        "application/octet-stream" => json!("Username,Display name\r\nzhang.san,张三\r\n"),
        "text/csv" => json!("Time,Username\r\n2026-01-01T08:00:00.000+08:00,zhang.san\r\n"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => {
            json!("PK… (a workbook)")
        }
        "application/x-ndjson" => json!("{\"Username\":\"zhang.san\"}\n"),
        "application/vnd.sqlite3" => json!("SQLite format 3… (a database)"),
        _ => return None,
    })
}

/// A value that a parameter of this name may have.
#[must_use]
pub fn of_parameter(name: &str) -> Option<Value> {
    Some(match name {
        "id" | "member" | "sign_in" | "group" | "department" | "application" | "actor"
        | "target" | "sponsor" | "directory" => json!(ID),
        "If-Match" => json!("\"3\""),
        "Idempotency-Key" => json!("0199f5a0-7c1e-7b3a-9d52-3f0a6c1b8e2a"),
        "token" | "parent" | "move_members_to" | "move_children_to" | "request_id" => json!(OTHER),
        "totals" | "below" | "everywhere" | "create_departments" | "ignored" => json!(true),
        "range" => json!("192.0.2.0/24"),
        "sort" => json!("display_name"),
        "file_name" => json!("people.csv"),
        "verdict" => json!("error"),
        "keep_password" | "on_trial" | "latest" => json!(false),
        "limit" => json!(50),
        "after" => json!(format!("{THEN}_{ID}")),
        "since" => json!(THEN),
        "until" | "expires_before" => json!(LATER),
        "search" | "as" | "username" | "actor_name" | "target_name" => json!("zhang.san"),
        "channel" => json!("mail"),
        "state" => json!("sent"),
        "status" => json!("active"),
        "role" => json!("auditor"),
        "outcome" => json!("denied"),
        "object" => json!("person"),
        "change" => json!("create"),
        "kind" => json!("failed"),
        "target_kind" => json!("application"),
        "action" => json!("update"),
        "client_address" | "from" | "address" => json!("192.0.2.7"),
        "method" => json!("GET"),
        "hours" => json!(24),
        "host" => json!("wiki.example.com"),
        "path" => json!("/edit"),
        "reason" => json!("no_rule_allows"),
        "result" | "came_of_it" => json!("done"),
        "device" => json!("Firefox"),
        "risk" => json!("new_device"),
        "order" => json!("newest"),
        "format" => json!("csv"),
        "time_zone" => json!("Asia/Shanghai"),
        "url" => json!("https://wiki.example.com/edit"),
        _ => return None,
    })
}

/// An instance of the schema, or a page of what it lists.
#[must_use]
pub fn of_schema(name: &str) -> Option<Value> {
    if let Some(listed) = name.strip_prefix("Listing_") {
        return Some(json!({"items": [of_schema(listed)?]}));
    }
    if let Some(listed) = name.strip_prefix("LogPage_") {
        let next = format!("{THEN}_{ID}");
        return Some(json!({"items": [of_schema(listed)?], "next": next, "searched_to": THEN}));
    }
    sent(name)
        .or_else(|| kept(name))
        .or_else(|| told(name))
        .or_else(|| told_of_people(name))
        .or_else(|| of_looks(name))
        .or_else(|| told_of_events(name))
        .or_else(|| access::of_roles(name))
        .or_else(|| access::of_addresses(name))
        .or_else(|| access::of_tries(name))
        .or_else(|| messages::of_messages(name))
        .or_else(|| certificates::of_certificates(name))
        .or_else(|| sign_in_policy::of(name))
        .or_else(|| guests::of(name))
        .or_else(|| directories::of(name))
}

/// What is sent to change something.
fn sent(name: &str) -> Option<Value> {
    Some(match name {
        "Profile" => json!({
            "username": "zhang.san", "display_name": "张三", "email": "zhang.san@example.com",
            "mobile": "+8613800000000", "employee_number": "E10086", "departments": [], "groups": []
        }),
        "Roles" => json!({"roles": [{"role": "help_desk", "within": [OTHER]}]}),
        "DepartmentDraft" => json!({"name": "研发", "parent": null, "position": 1}),
        "Batch" => json!({"action": {"kind": "add_group", "group": ID}, "members": [OTHER]}),
        "Apply" => json!({"leave_out_errors": true}),
        "Place" => json!({"parent": null, "before": OTHER}),
        "ManagersDraft" => json!({"managers": [OTHER]}),
        "GroupDraft" => json!({
            "name": "Wiki editors", "description": "May change pages",
            "rule": {"kind": "member", "email_domains": ["example.com"]}
        }),
        "GroupRule" => json!({"kind": "member", "email_domains": ["example.com"]}),
        "Files" => json!({
            "files": [{"name": "groups.yaml", "text": "kind: group\nname: On call\n"}],
            "prune": false
        }),
        "IpListDraft" => json!({"name": "office", "effect": "allow", "everywhere": false}),
        "TokenDraft" => json!({"name": "nightly export", "roles": ["auditor"], "days": 90}),
        "Definition" => json!({
            "name": {"en": "Wiki", "zh-CN": "维基"},
            "hosts": ["wiki.example.com"],
            "pool": {"upstreams": [{"address": "10.0.0.5:8080", "weight": 1}]},
            "access": {"kind": "rules", "rules": [{
                "name": "office hours", "effect": "allow", "who": [{"kind": "members"}],
                "when": [{
                    "days": [1, 2, 3, 4, 5], "from": 480, "to": 1200, "time_zone": "Asia/Shanghai"
                }]
            }]},
            "watermark": true
        }),
        _ => return None,
    })
}

/// What is sent and told of how our pages look.
fn of_looks(name: &str) -> Option<Value> {
    Some(match name {
        "ApplicationIcon" => json!({
            "application": ID,
            "path": format!("/.gatehouse/pictures/{}.png", "0f".repeat(32))
        }),
        "Picture" => json!({
            "kind": "logo", "width": 640, "height": 120,
            "path": format!("/.gatehouse/pictures/{}.png", "0f".repeat(32))
        }),
        "Brand" => json!({
            "organisation": {"en": "Example Ltd", "zh-CN": "示例公司"}, "colour": "#1f5eff",
            "contact": {"en": "help@example.com", "zh-CN": "help@example.com"},
            "help_link": "https://help.example.com/",
            "sign_in_title": {"en": "Welcome", "zh-CN": "欢迎"},
            "welcome": {"en": "Use your staff account", "zh-CN": "请使用员工账号"},
            "copyright": {"shown": true, "text": {"en": "", "zh-CN": ""}},
            "sign_in_methods": ["password", "one_time_code"]
        }),
        "BrandDraft" => json!({"brand": of_schema("Brand")?, "language": "en"}),
        "BrandPreview" => json!({"page": "<!doctype html>…"}),
        "Watermark" => json!({
            "enabled": true, "parts": [{"kind": "name"}, {"kind": "mobile_tail"}],
            "opacity_permille": 120, "font_size": 16, "angle": -22, "gap": 160, "colour": "#808080"
        }),
        _ => return None,
    })
}

/// What is kept of it.
fn kept(name: &str) -> Option<Value> {
    let with = |draft: &str, more: Value| {
        let mut whole = sent(draft).or_else(|| access::of_roles(draft))?;
        let more = more.as_object()?.clone();
        whole.as_object_mut()?.extend(more);
        Some(whole)
    };
    match name {
        "Member" => with(
            "Profile",
            json!({
                "id": ID, "kind": "member", "status": "active", "email_verified": true,
                "roles": [{"role": "help_desk", "within": null}],
                "departments": [{"id": OTHER, "name": "研发"}],
                "source": null,
                "created_at": THEN, "updated_at": THEN, "version": 3
            }),
        ),
        "Department" => with(
            "DepartmentDraft",
            json!({
                "id": ID, "parent": OTHER, "path": [{"id": OTHER, "name": "总部"}], "children": 2,
                "members": 12, "members_below": 40, "source": "HR", "version": 3
            }),
        ),
        "Group" => with(
            "GroupDraft",
            json!({"id": ID, "for_guests": false, "ip_lists": [], "members": 12, "version": 3}),
        ),
        "Application" => with("Definition", json!({"id": ID, "version": 3})),
        "IpList" => with("IpListDraft", json!({"id": ID, "entries": 3, "version": 3})),
        "IpEntry" => Some(json!({"range": "192.0.2.0/24", "note": "the office"})),
        "RoleDetail" => with(
            "RoleDraft",
            json!({"id": ID, "built_in": false, "holders": 2, "version": 3}),
        ),
        "ApiToken" => Some(json!({
            "id": ID, "name": "nightly export", "maker": OTHER, "roles": ["auditor"],
            "permissions": [],
            "created_at": THEN, "expires_at": LATER, "last_used_at": null, "revoked_at": null
        })),
        "NewApiToken" => {
            let mut token = kept("ApiToken")?;
            token["secret"] = json!("gh_… (shown this once)");
            Some(token)
        }
        _ => None,
    }
}

/// What is told of people.
fn told_of_people(name: &str) -> Option<Value> {
    Some(match name {
        "MemberDetail" => {
            let mut member = kept("Member")?;
            let more = json!({
                "last_sign_in_at": THEN, "has_password": true, "has_second_factor": true,
                "is_locked": false, "sign_ins": 2
            });
            member.as_object_mut()?.extend(more.as_object()?.clone());
            member
        }
        "BatchResults" => json!({
            "done": 0, "failed": 1, "results": [{"id": ID, "problem": told("Problem")?}]
        }),
        "Managers" => json!({
            "managers": [{
                "id": OTHER, "username": "li.si", "display_name": "李四", "status": "active"
            }],
            "said_by": null
        }),
        "MemberImport" => json!({
            "id": ID, "file_name": "people.csv", "create_departments": true,
            "ignored_columns": ["Salary"], "created_at": THEN, "expires_at": LATER,
            "state": "previewed", "create": 12, "update": 3, "nothing": 1, "errors": 1, "done": 0,
            "failed": 0
        }),
        "ImportedRow" => json!({
            "line": 7, "verdict": "error", "outcome": null,
            "values": {"username": "li.si", "email": "li.si"},
            "problems": [{
                "field": "email", "detail": "\"li.si\" is not a mail address",
                "allowed": "one address such as zhang.san@example.com"
            }]
        }),
        "Count" => json!({"count": 10000, "more": true}),
        _ => return None,
    })
}

/// What is only told.
fn told(name: &str) -> Option<Value> {
    Some(match name {
        "Caller" => json!({
            "name": "zhang.san",
            "roles": [{"role": "help_desk", "within": [{"id": OTHER, "name": "研发"}]}],
            "permissions": ["members:read", "credentials:change"],
            "permissions_everywhere": [],
            "access_url": "https://access.example.com/"
        }),
        "Link" => json!({
            "url": "https://access.example.com/welcome", "code": "ABCD-EFGH-JKLM-NPQR",
            "expires_at": LATER
        }),
        "SignIn" => json!({
            "id": ID, "started_at": THEN, "last_seen_at": THEN, "address": "192.0.2.7",
            "device": "Firefox on Linux"
        }),
        "Overview" => overview(),
        "NodeSettings" => node_settings(),
        "Explanation" => json!({
            "steps": [{"stage": "policy", "finding": "no rule lets this person in"}],
            "granted": false, "denial": "no_rule_allows", "rule": null
        }),
        "Export" | "Plan" | "Managed" => return configuration(name),
        "Problem" => json!({
            "type": "about:blank", "title": "What was sent is not valid", "status": 422,
            "code": "invalid", "field": "name", "detail": "it has no name",
            "allowed": "a name in English, in Chinese (zh-CN), or both"
        }),
        _ => return None,
    })
}

/// What is told of what happened.
fn told_of_events(name: &str) -> Option<Value> {
    Some(match name {
        "AccessEvent" => json!({
            "id": ID, "at": THEN, "request_id": OTHER, "client_address": "192.0.2.7",
            "peer": "192.0.2.7", "method": "GET", "host": "wiki.example.com", "path": "/edit",
            "protocol": "HTTP/2", "username": "zhang.san", "guest": false, "rule": "office hours",
            "outcome": {"kind": "denied", "reason": "no_rule_allows"}, "status": 403,
            "request_bytes": 0, "response_bytes": 1810, "duration_us": 412, "snapshot": 7,
            "watermarked": false
        }),
        "SignInEvent" => json!({
            "id": ID, "at": THEN, "kind": "failed", "username": "zhang.san", "guest": false,
            "method": "password",
            "reason": "wrong_password", "client_address": "192.0.2.7",
            "user_agent": "Mozilla/5.0", "device": "Firefox on Linux", "place": null, "risk": [],
            "request_id": OTHER
        }),
        "AuditEvent" => json!({
            "id": ID, "at": THEN, "actor_kind": "member", "actor": OTHER,
            "actor_name": "zhang.san", "actor_guest": false, "client_address": "192.0.2.7", "request_id": OTHER,
            "action": "update", "target_kind": "group", "target": ID, "target_name": "Wiki editors",
            "target_guest": false, "result": "done", "before": {"name": "Wiki"}, "after": {"name": "Wiki editors"}
        }),
        _ => return None,
    })
}

fn configuration(name: &str) -> Option<Value> {
    Some(match name {
        "Export" => json!({
            "files": [{"name": "groups.yaml", "text": "---\nkind: group\nname: On call\n"}],
            "left_out": []
        }),
        "Plan" => json!({
            "items": [{
                "action": "change", "kind": "group", "name": "Wiki editors", "id": ID,
                "place": "groups.yaml:2", "drifted": false,
                "changes": [{"field": "description", "before": "", "after": "May change pages"}]
            }],
            "unchanged": 3, "marked": 0
        }),
        "Managed" => json!({
            "kind": "application", "name": "wiki", "id": ID, "applied_at": THEN, "drifted": false
        }),
        _ => return None,
    })
}

fn overview() -> Value {
    let day = |n: i64| vec![n; 24];
    json!({
        "at": LATER, "hours": 24,
        "sign_ins": {
            "from": THEN, "counted_since": THEN, "succeeded": day(40), "failed": day(1),
            "failures": [{"name": "wrong_password", "count": 24}]
        },
        "requests": {
            "from": THEN, "counted_since": THEN, "granted": day(9000), "refused": day(3),
            "refusals": [{"name": "no_rule_allows", "count": 72}]
        },
        "busiest": [{
            "id": ID, "name": {"en": "Wiki", "zh-CN": "维基"}, "requests": 9003, "refused": 72
        }],
        "most_refusing": [],
        "refused_addresses": [{"name": "192.0.2.7", "count": 72}],
        "signed_in": {
            "sign_ins": 320, "people": 280, "active_sign_ins": 120, "active_people": 110
        },
        "organisation": {
            "people": [{"kind": "member", "status": "active", "count": 800}],
            "departments": 40, "groups": 12, "applications": 9, "ip_lists": 2
        },
        "store": {"engine": "PostgreSQL", "bytes": 734_003_200},
        "spools": [{"id": OTHER, "at": LATER, "waiting": 0, "behind_ms": 40}],
        "node": {
            "snapshot": 7,
            "upstreams": [{
                "application": ID, "address": "10.0.0.5:8080", "health": "well"
            }],
            "certificates": [certificates::seen()]
        }
    })
}

fn node_settings() -> Value {
    json!({
        "file": "/etc/gatehouse/gatehouse.toml", "data": "/var/lib/gatehouse",
        "written": [{
            "key": "access.url", "value": "https://access.example.com",
            "source": "gatehouse.toml:4"
        }]
    })
}
