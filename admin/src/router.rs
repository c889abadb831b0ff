//! Every URL of the admin plane, in one list.

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use config::Settings;
use config::link::{OwnPages, PageBody, Visitor};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use tower::util::BoxCloneSyncService;

use crate::api::routes::api;
use crate::directories::suite::door;
use crate::pages::{Failure, assets, jwks, language, middleware, onward};
use crate::sign_in::{
    by_directory, code_alone, confirm, directory, directory_confirm, directory_logout,
    directory_sign_out, enrol, enrol_passkey, forgot_password, guest_network, home_realm,
    message_factor, new_password, oidc_logout, passkey, passkey_alone, password, refused, saml,
    saml_logout, second_factor, sign_out, welcome,
};
use crate::state::State;
use crate::{account, console, handover, pictures, portal, scim, set_up};

/// No form of ours is larger, in bytes.
const MAX_FORM: usize = 64 * 1024;

/// The service that the gateway calls for `/.gatehouse/…` on every host and for all of our own hosts.
#[must_use]
pub fn own_pages(state: &State) -> OwnPages {
    let router = router(state);
    BoxCloneSyncService::new(tower::service_fn(
        move |request: http::Request<PageBody>| {
            let answer = router.clone().oneshot(request.map(Body::new));
            async move {
                let response: Response = answer.await?;
                Ok(response.map(|body| PageBody::new(body.map_err(Into::into))))
            }
        },
    ))
}

/// All URLs, with what happens around each: pages for people, the API for programs.
pub fn router(state: &State) -> Router {
    let people = pages()
        .fallback(async || Failure::NotFound)
        .method_not_allowed_fallback(async || Failure::NotFound)
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn_with_state(state.clone(), right_host))
        .layer(from_fn_with_state(state.clone(), middleware::around))
        .with_state(state.clone());
    // Its own URLs, with what each takes, are listed in `api::routes`.
    let programs = Router::new()
        .nest("/api/v1", api(state))
        // So are those at which directories push, in `scim`.
        .nest(scim::PATH, scim::routes(state))
        // And the callbacks of suites, where they only tell.
        .merge(door::routes(state))
        .layer(from_fn_with_state(state.clone(), right_host));
    people.merge(programs)
}

/// The pages of people.
fn pages() -> Router<State> {
    everywhere()
        .merge(sign_in_pages())
        .merge(account_pages())
        .merge(console_pages())
}

/// On application hosts and on our own.
fn everywhere() -> Router<State> {
    Router::new()
        .route(assets::ROUTE, get(assets::serve))
        .route(pictures::ROUTE, get(pictures::serve))
        .route("/.gatehouse/language", get(language::choose))
        .route("/.gatehouse/jwks.json", get(jwks::serve))
        .route("/.gatehouse/start", get(handover::start))
        .route("/.gatehouse/callback", get(handover::callback))
        .route(
            "/.gatehouse/sign-out",
            get(sign_out::page).post(sign_out::submit_at_application),
        )
}

/// On our own hosts: coming in and going out.
fn sign_in_pages() -> Router<State> {
    Router::new()
        .route("/", get(portal::page))
        .route("/set-up", get(set_up::page).post(set_up::submit))
        .route("/welcome", get(welcome::page).post(welcome::submit))
        .route("/sign-in", get(password::page).post(password::submit))
        .route(
            "/sign-in/forgot",
            get(forgot_password::page).post(forgot_password::submit),
        )
        .route(
            "/sign-in/code",
            get(code_alone::page).post(code_alone::submit),
        )
        .route(
            "/sign-in/code/enter",
            get(code_alone::entry_page).post(code_alone::enter),
        )
        .route(
            "/sign-in/two-step",
            get(second_factor::page).post(second_factor::submit),
        )
        .route("/sign-in/directories", post(home_realm::submit))
        .route("/sign-in/directories/{id}", get(directory::start))
        .route(
            "/sign-in/directories/{id}/callback",
            get(directory::callback).post(directory_logout::by_post),
        )
        .route(
            "/sign-in/directories/{id}/backchannel-logout",
            post(oidc_logout::told),
        )
        .route(
            "/sign-in/directories/{id}/signed-out",
            get(directory_sign_out::signed_out),
        )
        .route(
            "/sign-in/directories/{id}/sign-out",
            get(directory_sign_out::leave),
        )
        .merge(saml_pages())
        .route("/sign-in/passkey", post(passkey_alone::submit))
        .route("/sign-in/two-step/passkey", post(passkey::submit))
        .route(
            "/sign-in/two-step/code",
            get(message_factor::page).post(message_factor::submit),
        )
        .route("/sign-in/two-step/code/send", post(message_factor::send))
        .route(
            "/sign-in/recovery-code",
            get(second_factor::recovery_page).post(second_factor::submit_recovery),
        )
        .route(
            "/sign-in/set-up-two-step",
            get(enrol::page).post(enrol::submit),
        )
        .route(
            "/sign-in/set-up-two-step/passkey",
            post(enrol_passkey::submit),
        )
        .route("/sign-in/refused", get(refused::page))
        .route("/sign-in/not-from-here", get(guest_network::page))
        .route("/sign-in/by-directory", get(by_directory::page))
        .route("/sign-in/set-up-two-step/later", post(enrol::put_off))
        .route(
            "/sign-in/new-password",
            get(new_password::page).post(new_password::submit),
        )
        .route("/sign-in/confirm", get(confirm::page).post(confirm::submit))
        .route(
            "/sign-in/confirm/code",
            get(message_factor::confirm_page).post(message_factor::confirm_submit),
        )
        .route(
            "/sign-in/confirm/code/send",
            post(message_factor::confirm_send),
        )
        .route("/sign-in/confirm/passkey", post(confirm::submit_passkey))
        .route(
            "/sign-in/confirm/directories/{id}",
            get(directory_confirm::start),
        )
        .route("/sign-in/continue", get(handover::go_on))
        .route("/sign-in/onward", get(onward::page))
        .route("/sign-out", get(sign_out::page).post(sign_out::submit))
}

/// Where identity providers of SAML send browsers, and find us.
fn saml_pages() -> Router<State> {
    let below = |what: &str| format!("/sign-in/directories/{{id}}/{what}");
    Router::new()
        .route(&below("metadata"), get(saml::metadata))
        .route(&below("acs"), post(saml::assertions))
        .route(&below("arrive"), post(saml::arrive))
        .route(&below("confirm"), post(saml::confirm))
        .route(
            &below("logout"),
            get(saml_logout::by_redirect).post(saml_logout::by_form),
        )
        .layer(DefaultBodyLimit::max(saml::MAX_FORM))
}

/// On our own hosts: what a person changes of their own.
fn account_pages() -> Router<State> {
    Router::new()
        .route("/account", get(account::page))
        .route(
            "/account/password",
            get(account::password::page).post(account::password::submit),
        )
        .route(
            "/account/authenticator",
            get(account::authenticator::page).post(account::authenticator::submit),
        )
        .route(
            "/account/authenticator/remove",
            post(account::authenticator::remove),
        )
        .route(
            "/account/passkeys",
            get(account::passkeys::page).post(account::passkeys::submit),
        )
        .route("/account/passkeys/rename", post(account::passkeys::rename))
        .route("/account/passkeys/remove", post(account::passkeys::remove))
        .route(
            "/account/recovery-codes",
            post(account::recovery_codes::submit),
        )
        .route("/account/browsers/forget", post(account::browsers::forget))
        .route("/account/sessions/end", post(account::sessions::end))
        .route(
            "/account/sessions/end-others",
            post(account::sessions::end_others),
        )
}

/// On our own hosts where operators administer.
fn console_pages() -> Router<State> {
    Router::new()
        .route("/console", get(console::enter))
        .route(console::PATH, get(console::index))
        .route("/console/{*path}", get(console::serve))
}

/// An application's host has only what lies under `/.gatehouse/`; the rest is the application's. Of what
/// our own hosts have, one or the other lacks a part where operators have a host of their own.
async fn right_host(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let has = |visitor: &Visitor| has(&state.settings, &visitor.host, request.uri().path());
    if visitor.is_some_and(has) {
        next.run(request).await
    } else {
        Failure::NotFound.into_response()
    }
}

/// Whether there may be anything at this path of the host.
fn has(settings: &Settings, host: &str, path: &str) -> bool {
    let is_below = |prefix: &str| {
        let rest = path.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // Directories push to the access host alone.
    if is_below("/.gatehouse/scim") || is_below(door::PATH) {
        return host == settings.access.host();
    }
    if !settings.is_own_host(host) {
        return is_below("/.gatehouse");
    }
    if is_below("/console") || is_below("/api") || is_below("/set-up") {
        return settings.administers_at(host);
    }
    // Sessions of applications come from the access host alone.
    !(settings.is_admin_host(host) && is_below("/sign-in/continue"))
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
