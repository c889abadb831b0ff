//! What providers send, and what becomes of a resource by it.

use serde_json::{Map, Value, json};

use super::apply;
use crate::scim::error::ScimError;
use crate::scim::schema::{ENTERPRISE, GROUPS, Schema, USERS};

fn patched(schema: &Schema, before: &Value, operations: &Value) -> Result<Value, ScimError> {
    let before: Map<String, Value> = before.as_object().unwrap().clone();
    let request = json!({"Operations": operations});
    Ok(Value::Object(apply(schema, &before, &request)?))
}

fn user(before: &Value, operations: &Value) -> Value {
    patched(&USERS, before, operations).unwrap()
}

#[test]
fn okta_replaces_without_a_path() {
    let found = user(
        &json!({"userName": "ada", "active": true}),
        &json!([{"op": "replace", "value": {"active": false}}]),
    );
    assert_eq!(found, json!({"userName": "ada", "active": false}));
    let group = patched(
        &GROUPS,
        &json!({"displayName": "old"}),
        &json!([{"op": "replace", "value": {"id": "g1", "displayName": "new"}}]),
    );
    assert_eq!(group.unwrap(), json!({"displayName": "new"}));
}

#[test]
fn entra_writes_flags_as_texts_and_operations_in_capitals() {
    let found = user(
        &json!({"userName": "ada", "active": true}),
        &json!([{"op": "Replace", "path": "active", "value": "False"}]),
    );
    assert_eq!(found["active"], false);
}

#[test]
fn entra_writes_paths_as_keys() {
    let department = format!("{ENTERPRISE}:department");
    let found = user(
        &json!({"userName": "ada", "name": {"givenName": "A", "familyName": "L"}}),
        &json!([{"op": "Add", "value": {
            "name.givenName": "Ada", department: "Engines", "emails[type eq \"work\"].value": "a@b.example",
            "addresses[type eq \"work\"].formatted": "London",
        }}]),
    );
    let expected = json!({
        "userName": "ada", "name": {"givenName": "Ada", "familyName": "L"},
        "emails": [{"type": "work", "value": "a@b.example"}], ENTERPRISE: {"department": "Engines"},
    });
    assert_eq!(found, expected);
}

#[test]
fn one_of_several_values_is_set_by_a_filter() {
    let before = json!({"userName": "ada", "emails": [
        {"type": "work", "value": "old@b.example"}, {"type": "home", "value": "h@b.example"},
    ]});
    let path = "emails[type eq \"work\"].value";
    let found = user(
        &before,
        &json!([{"op": "Replace", "path": path, "value": "new@b.example"}]),
    );
    assert_eq!(found["emails"][0]["value"], "new@b.example");
    assert_eq!(found["emails"][1]["value"], "h@b.example");
    let found = user(
        &before,
        &json!([{"op": "remove", "path": "emails[type eq \"work\"]"}]),
    );
    let home = json!([{"type": "home", "value": "h@b.example"}]);
    assert_eq!(found["emails"], home);
    let more = json!([{"value": "p@b.example", "primary": true}]);
    let found = user(
        &before,
        &json!([{"op": "add", "path": "emails", "value": more}]),
    );
    assert_eq!(found["emails"].as_array().unwrap().len(), 3);
}

#[test]
fn members_come_and_go_in_all_the_ways_that_are_used() {
    let group = |before: &[&str], operation: Value| {
        let members: Vec<Value> = before.iter().map(|id| json!({"value": id})).collect();
        let before = json!({"displayName": "g", "members": members});
        let found = patched(&GROUPS, &before, &json!([operation])).unwrap();
        let members = found.get("members").and_then(Value::as_array).cloned();
        let members = members.unwrap_or_default().into_iter();
        members
            .map(|one| one["value"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let add = json!({"op": "Add", "path": "members", "value": [{"value": "b"}, {"value": "a"}]});
    assert_eq!(group(&["a"], add), ["a", "b"]);
    let by_list = json!({"op": "Remove", "path": "members", "value": [{"value": "a"}]});
    assert_eq!(group(&["a", "b"], by_list), ["b"]);
    let by_filter = json!({"op": "remove", "path": "members[value eq \"a\"]"});
    assert_eq!(group(&["a", "b"], by_filter), ["b"]);
    let by_no_list = json!({"op": "remove", "path": "members", "value": []});
    assert_eq!(group(&["a", "b"], by_no_list), ["a", "b"]);
    let by_another_filter = json!({"op": "remove", "path": "members[value sw \"a\"]"});
    assert_eq!(group(&["aa", "ab", "b"], by_another_filter), ["b"]);
    let added = json!({"op": "add", "path": "members[value eq \"b\"]"});
    assert_eq!(group(&["a"], added), ["a", "b"]);
    let all = json!({"op": "remove", "path": "members"});
    assert!(group(&["a", "b"], all).is_empty());
    let others = json!({"op": "replace", "path": "members", "value": [{"value": "c"}]});
    assert_eq!(group(&["a", "b"], others), ["c"]);
}

#[test]
fn the_extension_is_set_as_a_whole_and_in_part() {
    let manager = format!("{ENTERPRISE}:manager");
    let found = user(
        &json!({"userName": "ada", ENTERPRISE: {"division": "x"}}),
        &json!([
            {"op": "add", "path": ENTERPRISE, "value": {"department": "Engines"}},
            {"op": "Replace", "path": manager, "value": "m1"},
        ]),
    );
    let expected = json!({"division": "x", "department": "Engines", "manager": {"value": "m1"}});
    assert_eq!(found[ENTERPRISE], expected);
    let found = user(&found, &json!([{"op": "remove", "path": ENTERPRISE}]));
    assert_eq!(found, json!({"userName": "ada"}));
}

#[test]
fn what_cannot_be_done_is_told() {
    let refused = |operations: Value| {
        let before = json!({"userName": "ada"});
        patched(&USERS, &before, &operations)
            .unwrap_err()
            .scim_type
            .unwrap()
    };
    assert_eq!(refused(json!([])), "invalidSyntax");
    assert_eq!(
        refused(json!([{"op": "move", "path": "a"}])),
        "invalidSyntax"
    );
    assert_eq!(refused(json!([{"op": "remove"}])), "noTarget");
    let id = json!([{"op": "replace", "path": "id", "value": "x"}]);
    assert_eq!(refused(id), "mutability");
    let path = json!([{"op": "replace", "path": "emails[", "value": "x"}]);
    assert_eq!(refused(path), "invalidPath");
    for path in [
        "groups[value eq \"g\"]",
        "groups[value eq \"g\"].value",
        "groups.value",
        "urn:ietf:params:scim:schemas:core:2.0:User:groups",
    ] {
        let operation = json!([{"op": "replace", "path": path, "value": "x"}]);
        assert_eq!(refused(operation), "mutability", "{path}");
    }
    let one = json!({"op": "replace", "path": "title", "value": "x"});
    assert_eq!(refused(vec![one; 1001].into()), "tooMany");
}

#[test]
fn attack_18_a_path_of_another_schema_reaches_nothing_of_a_user() {
    let before = json!({"userName": "ada", "active": true});
    for path in [
        "urn:example:other:2.0:User:active",
        "urn:ietf:params:scim:schemas:core:2.0:Group:active",
    ] {
        let by_path = json!([{"op": "replace", "path": path, "value": false}]);
        assert_eq!(user(&before, &by_path), before);
        let by_key = json!([{"op": "replace", "value": {path: false}}]);
        assert_eq!(user(&before, &by_key), before);
    }
    let own = "urn:ietf:params:scim:schemas:core:2.0:User:active";
    let found = user(
        &before,
        &json!([{"op": "replace", "path": own, "value": false}]),
    );
    assert_eq!(found["active"], false);
}

#[test]
fn attack_18_what_can_be_several_does_not_grow_without_end() {
    let emails = |from: usize| -> Value {
        (from..from + 60)
            .map(|at| json!({"value": format!("{at}@b.example")}))
            .collect()
    };
    let before = json!({"userName": "ada", "emails": emails(0)});
    let added = json!([{"op": "add", "path": "emails", "value": emails(100)}]);
    assert!(patched(&USERS, &before, &added).is_err());
    let one_by_one: Vec<Value> = (0..60)
        .map(|at| json!({"op": "add", "path": format!("emails[value eq \"x{at}\"].type"), "value": "work"}))
        .collect();
    assert!(patched(&USERS, &before, &one_by_one.into()).is_err());
}

#[test]
fn attack_18_filters_that_look_at_all_of_a_large_group_are_bounded() {
    let members: Vec<Value> = (0..5_000)
        .map(|at| json!({"value": format!("u{at}")}))
        .collect();
    let before = json!({"displayName": "g", "members": members});
    let by_filter = json!({"op": "remove", "path": "members[value sw \"x\"]"});
    let refused = patched(&GROUPS, &before, &vec![by_filter; 1000].into());
    assert_eq!(refused.unwrap_err().scim_type, Some("tooMany"));
    let by_id: Vec<Value> = (0..1000)
        .map(|at| json!({"op": "remove", "path": format!("members[value eq \"u{at}\"]")}))
        .collect();
    let left = patched(&GROUPS, &before, &by_id.into()).unwrap();
    assert_eq!(left["members"].as_array().unwrap().len(), 4_000);
}
