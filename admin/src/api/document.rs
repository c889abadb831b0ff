//! `/openapi.json`: the API, described by itself (OpenAPI 3.1).

use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, SecurityRequirement, Server,
};
use utoipa::{PartialSchema, ToSchema};

use super::examples;
use super::guard::PERMISSION;
use super::problem::{Code, FieldProblem, ProblemBody};

/// The document before the operations are in it.
#[must_use]
pub fn frame() -> OpenApi {
    let mut info = Info::new("Gatehouse", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Everything that the console can do. Times are milliseconds since 1970. What can be changed \
         carries an ETag, which a change names in If-Match. Excepted, for whatever is there, are the \
         name of a token, pictures, a state such as disabled, who is in a group or department, and the \
         removal of a member, a token, a certificate or a sender. A request with the session cookie \
         that changes something carries the header X-Gatehouse-CSRF. What makes a thing takes an \
         Idempotency-Key, so that sending it again makes nothing more."
            .to_owned(),
    );
    let mut components = Components::new();
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
    );
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(config::cookies::SESSION))),
    );
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    schemas.push((Code::name().into_owned(), Code::schema()));
    schemas.push((FieldProblem::name().into_owned(), FieldProblem::schema()));
    components.schemas.extend(schemas);
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/api/v1")]))
        .components(Some(components))
        .security(Some([
            SecurityRequirement::new::<_, [&str; 0], &str>("token", []),
            SecurityRequirement::new::<_, [&str; 0], &str>("session", []),
        ]))
        .build()
}

/// What is the same for each operation: how it says no, and an id to call it by.
pub fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            describe(operation, path);
            let tag = operation.tags.as_ref().and_then(|tags| tags.first());
            if let (Some(tag), Some(id)) = (tag, operation.operation_id.as_ref()) {
                operation.operation_id = Some(format!("{}_{id}", tag.replace('-', "_")));
            }
            debug_assert!(
                operation
                    .extensions
                    .as_ref()
                    .is_some_and(|e| e.contains_key(PERMISSION)),
                "an operation without a guard"
            );
        }
    }
}

fn describe(operation: &mut Operation, path: &str) {
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let conditional = parameters
        .iter()
        .any(|parameter| matches!(parameter, RefOr::T(p) if p.name == "If-Match"));
    let has_body = operation.request_body.is_some();
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            done(status).clone_into(&mut response.description);
        }
    }
    let refusals = [
        ("401", "No credential, or one that is not valid", true),
        ("403", "None of the caller's roles may do this", true),
        ("404", "There is no such thing", path.contains('{')),
        (
            "409",
            "It cannot be done as things stand",
            has_body || conditional,
        ),
        ("412", "It has changed since it was read", conditional),
        ("413", "The body is too large", has_body),
        ("415", "The body is of another kind", has_body),
        ("422", "What was sent is not valid", true),
        ("428", "If-Match is missing", conditional),
        ("429", "Too many requests from this caller", true),
        ("503", "The store is away", true),
        ("default", "Anything else that went wrong", true),
    ];
    let responses = &mut operation.responses.responses;
    for (status, description, _) in refusals.into_iter().filter(|(.., holds)| *holds) {
        responses.insert(status.to_owned(), problem(description));
    }
}

fn done(status: &str) -> &'static str {
    match status {
        "201" => "Made",
        "204" => "Done; there is nothing more to tell",
        _ => "What was asked for",
    }
}

fn problem(description: &str) -> RefOr<Response> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    RefOr::T(
        ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content)
            .build(),
    )
}

/// The document as it is served, with an example for whatever is sent, asked or answered.
#[must_use]
pub fn written(document: &OpenApi) -> Value {
    let mut written = serde_json::to_value(document).unwrap_or_default();
    let paths = written.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(|paths| paths.values_mut());
    let operations = items.filter_map(Value::as_object_mut);
    for operation in operations.flat_map(|item| item.values_mut()) {
        exemplify(operation);
    }
    open_what_is_extended(&mut written);
    written
}

/// A schema that takes no further properties would refuse those of the `allOf` in which it stands (JSON
/// Schema 2020-12, section 10.3.2.3): the tag of a variant.
fn open_what_is_extended(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas");
    let Some(schemas) = schemas.and_then(Value::as_object_mut) else {
        return;
    };
    let variants = schemas
        .values()
        .filter_map(|schema| schema.get("oneOf").and_then(Value::as_array))
        .flatten();
    let parts = variants.filter_map(|variant| variant.get("allOf").and_then(Value::as_array));
    let names: Vec<String> = parts
        .flatten()
        .filter_map(|part| part.get("$ref")?.as_str()?.rsplit('/').next())
        .map(str::to_owned)
        .collect();
    for name in names {
        if let Some(schema) = schemas.get_mut(&name).and_then(Value::as_object_mut) {
            schema.remove("additionalProperties");
        }
    }
}

fn exemplify(operation: &mut Value) {
    if let Some(parameters) = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
    {
        for parameter in parameters {
            let name = parameter.get("name").and_then(Value::as_str);
            if let Some(example) = name.and_then(examples::of_parameter) {
                parameter["example"] = one_of(parameter, example);
            }
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        exemplify_content(body);
    }
    let responses = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut);
    for response in responses.into_iter().flat_map(|r| r.values_mut()) {
        exemplify_content(response);
    }
}

/// The example, or the first of the values that this parameter may have where it is none of them:
/// several parameters have the same name.
fn one_of(parameter: &Value, example: Value) -> Value {
    match parameter.pointer("/schema/enum").and_then(Value::as_array) {
        Some(values) if !values.contains(&example) => values.first().cloned().unwrap_or(example),
        _ => example,
    }
}

fn exemplify_content(of: &mut Value) {
    let content = of.get_mut("content").and_then(Value::as_object_mut);
    for (kind, content) in content.into_iter().flatten() {
        let name = content.pointer("/schema/$ref").and_then(Value::as_str);
        let name = name.and_then(|name| name.rsplit('/').next());
        let example = match name {
            Some(name) => examples::of_schema(name),
            None => examples::of_text(kind),
        };
        if let Some(example) = example {
            content["example"] = example;
        }
    }
}
