//! What is told of ourselves (RFC 7643 §5 to §7).

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer;
use super::error::ScimError;
use super::gate::Caller;
use super::query::{MOST, list};
use super::schema::{Attribute, ENTERPRISE, GROUPS, Schema, USERS, described};

type Directory = Extension<Arc<Caller>>;
type Named = Path<(String, String)>;

const TYPES: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

pub async fn config(Extension(caller): Directory) -> Response {
    let off = json!({"supported": false});
    let told = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": MOST},
        "changePassword": off, "sort": off,
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Bearer token",
            "description": "A token of this directory, sent as Authorization: Bearer",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750", "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", caller.base),
        },
    });
    answer::json(StatusCode::OK, &told)
}

pub async fn resource_types(Extension(caller): Directory) -> Response {
    let all = [&USERS, &GROUPS].map(|schema| of_type(schema, &caller.base));
    answer::json(StatusCode::OK, &list(all.len(), 0, &all))
}

pub async fn resource_type(
    Extension(caller): Directory,
    Path((_, id)): Named,
) -> Result<Response, ScimError> {
    let found = [&USERS, &GROUPS].into_iter().find(|one| one.name == id);
    let found = found.ok_or_else(ScimError::not_found)?;
    Ok(answer::json(StatusCode::OK, &of_type(found, &caller.base)))
}

fn of_type(schema: &Schema, base: &str) -> Value {
    let extensions = schema.extension.iter();
    let extensions = extensions.map(|(urn, _)| json!({"schema": urn, "required": false}));
    json!({
        "schemas": [TYPES],
        "id": schema.name, "name": schema.name,
        "endpoint": format!("/{}", schema.endpoint),
        "description": schema.name, "schema": schema.urn,
        "schemaExtensions": extensions.collect::<Vec<_>>(),
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{base}/ResourceTypes/{}", schema.name),
        },
    })
}

pub async fn schemas(Extension(caller): Directory) -> Response {
    let all = all_schemas().map(|one| of_schema(one, &caller.base));
    answer::json(StatusCode::OK, &list(all.len(), 0, &all))
}

pub async fn schema(
    Extension(caller): Directory,
    Path((_, id)): Named,
) -> Result<Response, ScimError> {
    let found = all_schemas().into_iter().find(|(urn, _, _)| *urn == id);
    let found = found.ok_or_else(ScimError::not_found)?;
    Ok(answer::json(
        StatusCode::OK,
        &of_schema(found, &caller.base),
    ))
}

type Listed = (&'static str, &'static str, &'static [Attribute]);

fn all_schemas() -> [Listed; 3] {
    let enterprise = USERS
        .extension
        .map_or(&[][..], |(_, attributes)| attributes);
    [
        (USERS.urn, USERS.name, USERS.attributes),
        (GROUPS.urn, GROUPS.name, GROUPS.attributes),
        (ENTERPRISE, "EnterpriseUser", enterprise),
    ]
}

fn of_schema((urn, name, attributes): Listed, base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": urn, "name": name, "description": name,
        "attributes": attributes.iter().map(described).collect::<Vec<_>>(),
        "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{urn}")},
    })
}
