//! `/openapi.json`: the API, described by itself (OpenAPI 3.1).

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder,
    SecurityRequirement, Server,
};
use utoipa::{PartialSchema, ToSchema};

use super::guard::PERMISSION;
use super::problem::{Code, FieldProblem, ProblemBody};

/// The document before the operations are in it.
#[must_use]
pub fn frame() -> OpenApi {
    let mut info = Info::new("Gatehouse", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Everything that the console can do. Times are milliseconds since 1970. What can be changed \
         carries an ETag, which a change names in If-Match. A request with the session cookie that \
         changes something carries the header X-Gatehouse-CSRF."
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
    let problem = RefOr::T(
        ResponseBuilder::new()
            .description("What is wrong and what would be right (RFC 9457)")
            .content(
                "application/problem+json",
                ContentBuilder::new()
                    .schema(Some(Ref::from_schema_name("Problem")))
                    .build(),
            )
            .build(),
    );
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            responses.insert("default".to_owned(), problem.clone());
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
