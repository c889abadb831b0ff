//! Stands before every handler of the API: who is calling, and may they?

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State as Extract};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use config::link::Visitor;
use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa_axum::router::UtoipaMethodRouter;

use super::problem::{Code, Problem};
use super::{characters, idempotency};
use crate::authn::{self, Authentication, Operator, Origin};
use crate::authz::{Action, Forbidden, Permit, Reach, Resource, permit, table};
use crate::edit;
use crate::state::State;

/// The key of an operation in the OpenAPI document that names what it takes: `members:read`.
pub const PERMISSION: &str = "x-gatehouse-permission";

#[derive(Clone)]
struct Needs {
    state: State,
    resource: Resource,
    action: Action,
    /// Whether the handlers look to it that a caller who is confined to departments stays there.
    keeps_within: bool,
}

/// Lets nobody to these routes who may not do `action` to `resource`, and says so in their
/// description.
///
/// Callers whose role is confined to departments come to those alone that keep them there.
pub fn guarded(
    state: &State,
    (resource, action): (Resource, Action),
    keeps_within: bool,
    (schemas, mut paths, routes): UtoipaMethodRouter<State>,
) -> UtoipaMethodRouter<State> {
    let permission = table::permission(resource, action);
    for item in paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            let extensions = ExtensionsBuilder::new()
                .add(PERMISSION, permission.as_str())
                .build();
            operation.extensions = Some(extensions);
        }
    }
    if action == Action::Create {
        let makers = paths
            .paths
            .values_mut()
            .filter_map(|item| item.post.as_mut());
        for maker in makers {
            let parameters = maker.parameters.get_or_insert_default();
            parameters.push(RefOr::T(idempotency::parameter()));
        }
    }
    let needs = Arc::new(Needs {
        state: state.clone(),
        resource,
        action,
        keeps_within,
    });
    let routes = routes.route_layer(from_fn_with_state(needs, guard));
    (schemas, paths, routes)
}

/// Lets only callers with some role to these routes.
pub fn for_callers(state: &State, routes: Router<State>) -> Router<State> {
    let needs = Arc::new(Needs {
        state: state.clone(),
        resource: Resource::Caller,
        action: Action::Read,
        keeps_within: false,
    });
    routes.route_layer(from_fn_with_state(needs, guard))
}

async fn guard(Extract(needs): Extract<Arc<Needs>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match ask(&needs, &parts).await {
        Ok(permit) => {
            if let Err(problem) = characters::check_address(&mut parts).await {
                return problem.into_response();
            }
            let answer = run(&needs, &permit, parts, body, next).await;
            let problem = answer.extensions().get::<Problem>();
            match problem.and_then(Problem::forbidden) {
                Some(why) => match note_refusal(&needs, &permit, &why).await {
                    Ok(()) => answer,
                    Err(problem) => problem.into_response(),
                },
                None => answer,
            }
        }
        Err(problem) => problem.into_response(),
    }
}

/// Lets the request through; one that makes something and has a name, once.
async fn run(needs: &Needs, permit: &Permit, mut parts: Parts, body: Body, next: Next) -> Response {
    if needs.action == Action::Create
        && parts.method == Method::POST
        && idempotency::is_named(&parts)
    {
        let answer = idempotency::run(&needs.state, permit, parts, body, next).await;
        return answer.unwrap_or_else(IntoResponse::into_response);
    }
    parts.extensions.insert(permit.clone());
    next.run(Request::from_parts(parts, body)).await
}

/// The table lets some in whom the thing itself refuses, such as an account above theirs: that stands
/// in the audit log, too.
async fn note_refusal(needs: &Needs, permit: &Permit, why: &str) -> Result<(), Problem> {
    let (actor, origin) = (permit.actor(), permit.origin());
    let (action, resource) = (needs.action.as_str(), needs.resource.as_str());
    Ok(edit::record_refusal(&needs.state, actor, origin, action, resource, why).await?)
}

async fn ask(needs: &Needs, request: &Parts) -> Result<Permit, Problem> {
    let operator = request.extensions.get::<Operator>();
    let origin = origin(request);
    // The gateway always says who visits; the control socket, which knows no host, brings no cookie.
    let visitor = request.extensions.get::<Visitor>();
    let access = needs.state.settings.access.host();
    let host = visitor.map_or(access, |visitor| &visitor.host);
    let (method, headers) = (&request.method, &request.headers);
    let whence = (host, origin.address);
    let found = authn::authenticate(&needs.state, method, headers, operator, whence).await?;
    let (rates, now) = (&needs.state.api_rates, needs.state.clock.now());
    let is_one_too_many = match &found {
        Authentication::Authenticated(actor) => !rates.take(actor, now),
        _ => !rates.take_stranger(origin.address, now),
    };
    if is_one_too_many {
        return Err(Problem::new(Code::TooManyRequests));
    }
    let actor = match found {
        Authentication::Authenticated(actor) => actor,
        Authentication::NotRequested => return Err(Problem::new(Code::NotAuthenticated)),
        Authentication::Failed(failure) => return Err(failure.into()),
    };
    let permitted = permit(actor.clone(), origin.clone(), needs.resource, needs.action);
    match permitted.and_then(|permit| kept(needs, permit)) {
        Ok(permit) => Ok(permit),
        Err(forbidden) => {
            // Somebody with no role at all is no part of the administration: their tries are in the
            // access log. Those with one are told of here.
            if !actor.authority().is_empty() {
                let (action, resource) = (needs.action.as_str(), needs.resource.as_str());
                let why = forbidden.to_string();
                edit::record_refusal(&needs.state, &actor, &origin, action, resource, &why).await?;
            }
            Err(forbidden.into())
        }
    }
}

fn kept(needs: &Needs, permit: Permit) -> Result<Permit, Forbidden> {
    match permit.reach() {
        Reach::Within(_) if !needs.keeps_within => Err(Forbidden::Confined),
        _ => Ok(permit),
    }
}

fn origin(request: &Parts) -> Origin {
    match request.extensions.get::<Visitor>() {
        Some(visitor) => Origin {
            address: Some(visitor.client_address),
            request_id: Some(visitor.request_id.clone()),
            once: None,
        },
        None => Origin::default(),
    }
}

/// Handlers take the permit that the guard was given. A route without a guard has none, and fails.
impl<S: Send + Sync> FromRequestParts<S> for Permit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::new(Code::Internal))
    }
}
