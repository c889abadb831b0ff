//! What Okta and Entra ID send, as they send it.

use serde_json::json;

use super::Provider;
use crate::members::Status;
use crate::store::testing::on_both_engines;
use crate::sync::testing::unlimited;

#[tokio::test]
async fn okta_makes_deactivates_and_reactivates_somebody() {
    on_both_engines(async |store| {
        let okta = Provider::new(store, unlimited()).await;
        let found = okta
            .get("/Users?filter=userName%20eq%20%22ada%40example.com%22&startIndex=1&count=100")
            .await
            .is(200);
        assert_eq!(found.body["totalResults"], 0);
        let made = okta
            .send(
                "POST",
                "/Users",
                Some(json!({
                    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                    "userName": "ada@example.com",
                    "name": {"givenName": "Ada", "familyName": "Lovelace"},
                    "emails": [{"primary": true, "value": "ada@example.com", "type": "work"}],
                    "displayName": "Ada Lovelace", "locale": "en-US", "externalId": "00u1",
                    "groups": [], "password": "1mz050nq", "active": true,
                })),
            )
            .await
            .is(201);
        assert!(!made.body.to_string().contains("1mz050nq"));
        assert_eq!(made.headers["content-type"], "application/scim+json");
        let ada = okta.member("ada").await.unwrap();
        assert_eq!(
            (ada.display_name.as_str(), ada.status),
            ("Ada Lovelace", Status::Active)
        );
        assert_eq!(ada.source.as_deref(), Some("Okta"));

        let off = json!([{"op": "replace", "value": {"active": false}}]);
        let path = format!("/Users/{}", made.id());
        let off = okta.patch(&path, off).await.is(200);
        assert_eq!(off.body["active"], false);
        assert_eq!(okta.member("ada").await.unwrap().status, Status::Disabled);

        let mut whole = made.body.clone();
        whole["active"] = true.into();
        whole["displayName"] = "Ada King".into();
        okta.send("PUT", &path, Some(whole)).await.is(200);
        let back = okta.member("ada").await.unwrap();
        assert_eq!((back.id, back.status), (ada.id, Status::Active));
        assert_eq!(back.display_name, "Ada King");
    })
    .await;
}

#[tokio::test]
async fn entra_makes_changes_and_removes_somebody() {
    on_both_engines(async |store| {
        let entra = Provider::new(store, unlimited()).await;
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let made = entra
            .send("POST", "/Users?aadOptscim062020", Some(json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", enterprise],
                "externalId": "0a21f0f2", "userName": "grace@example.com", "active": true,
                "displayName": "Grace", "emails": [{"primary": true, "type": "work", "value": "g@example.com"}],
                "meta": {"resourceType": "User"}, "name": {"formatted": "Grace Hopper"},
                enterprise: {"department": "Navy", "employeeNumber": "1906"},
            })))
            .await
            .is(201);
        let grace = entra.member("grace").await.unwrap();
        assert_eq!(grace.departments[0].name, "Navy");
        assert_eq!(grace.employee_number.as_deref(), Some("1906"));

        let path = format!("/Users/{}", made.id());
        let changed = json!([
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "hopper@example.com"},
            {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+8613800000000"},
            {"op": "Replace", "path": "displayName", "value": "Grace Hopper"},
            {"op": "Add", "value": {format!("{enterprise}:department"): "Computing", "title": "Admiral"}},
        ]);
        entra.patch(&path, changed).await.is(200);
        let grace = entra.member("grace").await.unwrap();
        assert_eq!(grace.display_name, "Grace Hopper");
        assert_eq!(grace.email.as_deref(), Some("hopper@example.com"));
        assert_eq!(grace.mobile.as_deref(), Some("+8613800000000"));
        assert_eq!(grace.departments[0].name, "Computing");

        let off = json!([{"op": "Replace", "path": "active", "value": "False"}]);
        entra.patch(&path, off).await.is(200);
        assert_eq!(entra.member("grace").await.unwrap().status, Status::Disabled);
        entra.send("DELETE", &path, None).await.is(204);
        entra.get(&path).await.is(404);
        assert_eq!(
            entra.member("grace").await.unwrap().status,
            Status::Disabled,
            "disabled, not deleted"
        );
    })
    .await;
}

#[tokio::test]
async fn groups_and_who_is_in_them_are_taken_over() {
    on_both_engines(async |store| {
        let entra = Provider::new(store, unlimited()).await;
        let ada = entra.user("ada").await.is(201).id().to_owned();
        let bob = entra.user("bob").await.is(201).id().to_owned();
        let group = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "externalId": "8aa1",
            "displayName": "Engineers", "members": [],
        });
        let group = entra
            .send("POST", "/Groups", Some(group))
            .await
            .is(201)
            .id()
            .to_owned();
        let path = format!("/Groups/{group}");
        let add =
            json!([{"op": "Add", "path": "members", "value": [{"value": ada}, {"value": bob}]}]);
        entra.patch(&path, add).await.is(204);
        let groups = async |name: &str| -> Vec<String> {
            let member = entra.member(name).await.unwrap();
            member.groups.into_iter().map(|one| one.name).collect()
        };
        assert_eq!(groups("ada").await, ["Engineers"]);
        assert_eq!(
            entra.get(&format!("/Users/{bob}")).await.body["groups"][0]["display"],
            "Engineers"
        );
        let gone = json!([{"op": "Remove", "path": "members", "value": [{"value": ada}]}]);
        entra.patch(&path, gone).await.is(204);
        assert!(groups("ada").await.is_empty());
        let query =
            format!("/Groups?filter=id%20eq%20%22{group}%22%20and%20members%20eq%20%22{bob}%22");
        assert_eq!(entra.get(&query).await.is(200).body["totalResults"], 1);
        let listed = entra
            .get("/Groups?excludedAttributes=members")
            .await
            .is(200);
        assert_eq!(listed.body["Resources"][0].get("members"), None);
        let name = json!([{"op": "replace", "value": {"id": group, "displayName": "Builders"}}]);
        entra.patch(&path, name).await.is(204);
        assert_eq!(groups("bob").await, ["Builders"]);
        let stranger = json!([{"op": "add", "path": "members", "value": [{"value": "nobody"}]}]);
        let refused = entra.patch(&path, stranger).await.is(400);
        assert_eq!(refused.body["scimType"], "invalidValue");
        entra.send("DELETE", &path, None).await.is(204);
        assert!(groups("bob").await.is_empty());
        // A group that is pushed again under its name is the same.
        let again = json!({"displayName": "Builders", "members": [{"value": bob}]});
        entra.send("POST", "/Groups", Some(again)).await.is(201);
        assert_eq!(groups("bob").await, ["Builders"]);
    })
    .await;
}
