//! Every URL of the API, with what it takes to call it, in one list.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn;
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::guard::guarded;
use super::{
    appearance, applications, caller, certificates, configuration, credentials, departments,
    directories, directory_tokens, document, events, explanations, groups, guests, ip_lists,
    ip_rules, managers, member_batch, member_export, member_imports, members, node, overview,
    pictures, problem, roles, senders, sign_in_policy, sign_ins, sync_export, sync_runs, tokens,
    upstreams,
};
use crate::authz::Action::{Change, Create, Read, Remove};
use crate::authz::Resource as R;
use crate::state::State;

/// No JSON body is larger, nor a text that is only looked at, in bytes.
pub(super) const MAX_BODY: usize = 1 << 20;
/// An uploaded list of addresses.
pub(super) const MAX_UPLOAD: usize = config::link::LARGEST_API_BODY;
/// All files of a configuration.
const MAX_FILES: usize = 8 << 20;

/// The routes below `/api/v1`, and their description.
fn routes(state: &State) -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(document::frame())
        .merge(of_people(state))
        .merge(of_guests(state))
        .merge(of_directories(state))
        .merge(of_the_gate(state))
}

/// Who there is, and what they may do here.
#[rustfmt::skip]
fn of_people(state: &State) -> OpenApiRouter<State> {
    let may = |resource, action, routes| guarded(state, (resource, action), false, routes);
    // Their handlers keep a caller within the departments to which a role is confined.
    let within = |resource, action, routes| guarded(state, (resource, action), true, routes);
    OpenApiRouter::new()
        .routes(may(R::Caller,       Read,   routes!(caller::me)))
        .routes(within(R::Members,      Read,   routes!(members::list)))
        .routes(within(R::Members,      Read,   routes!(members::count)))
        .routes(within(R::Members,      Create, routes!(members::create)))
        .routes(within(R::Members,      Read,   routes!(members::read)))
        .routes(within(R::Members,      Change, routes!(members::update)))
        .routes(within(R::Members,      Remove, routes!(members::remove)))
        .routes(within(R::Members,      Change, routes!(members::disable)))
        .routes(within(R::Members,      Change, routes!(members::enable)))
        .routes(within(R::Members,      Change, routes!(members::leave)))
        .routes(within(R::Members,      Change, routes!(member_batch::run)))
        .routes(within(R::Members,      Read,   routes!(member_export::take)))
        .routes(may(R::Members,      Create, routes!(member_imports::template)))
        .routes(large(may(R::Members,      Create, routes!(member_imports::upload))))
        .routes(may(R::Members,      Create, routes!(member_imports::read)))
        .routes(may(R::Members,      Create, routes!(member_imports::rows)))
        .routes(may(R::Members,      Create, routes!(member_imports::apply)))
        .routes(may(R::Members,      Create, routes!(member_imports::discard)))
        .routes(may(R::RoleAssignments, Change, routes!(members::set_roles)))
        .routes(within(R::Credentials,  Create, routes!(credentials::one_time_link)))
        .routes(within(R::Credentials,  Create, routes!(credentials::send_one_time_link)))
        .routes(may(R::SetUp,        Create, routes!(credentials::set_up_link)))
        .routes(within(R::Credentials,  Remove, routes!(credentials::reset_second_factor)))
        .routes(within(R::Credentials,  Change, routes!(credentials::unlock)))
        .routes(within(R::Sessions,     Read,   routes!(sign_ins::list)))
        .routes(within(R::Sessions,     Remove, routes!(sign_ins::end_all)))
        .routes(within(R::Sessions,     Remove, routes!(sign_ins::end)))
        .routes(may(R::Roles,        Read,   routes!(roles::list)))
        .routes(may(R::Roles,        Create, routes!(roles::create)))
        .routes(may(R::Roles,        Read,   routes!(roles::read)))
        .routes(may(R::Roles,        Change, routes!(roles::update)))
        .routes(may(R::Roles,        Remove, routes!(roles::remove)))
        .routes(within(R::Departments,  Read,   routes!(departments::list)))
        .routes(within(R::Departments,  Create, routes!(departments::create)))
        .routes(within(R::Departments,  Read,   routes!(departments::read)))
        .routes(within(R::Departments,  Change, routes!(departments::update)))
        .routes(within(R::Departments,  Change, routes!(departments::put)))
        .routes(within(R::Departments,  Remove, routes!(departments::remove)))
        .routes(within(R::Departments,  Change, routes!(departments::add_member)))
        .routes(within(R::Departments,  Change, routes!(departments::remove_member)))
        .routes(within(R::Departments,  Read,   routes!(managers::of_department)))
        .routes(within(R::Departments,  Change, routes!(managers::set_of_department)))
        .routes(within(R::Members,      Read,   routes!(managers::of_member)))
        .routes(within(R::Members,      Change, routes!(managers::set_of_member)))
        .routes(may(R::Groups,       Read,   routes!(groups::list)))
        .routes(may(R::Groups,       Create, routes!(groups::create)))
        .routes(may(R::Groups,       Read,   routes!(groups::count_rule)))
        .routes(may(R::Groups,       Read,   routes!(groups::read)))
        .routes(may(R::Groups,       Change, routes!(groups::update)))
        .routes(may(R::Groups,       Remove, routes!(groups::remove)))
        .routes(may(R::Groups,       Change, routes!(groups::add_member)))
        .routes(may(R::Groups,       Change, routes!(groups::remove_member)))
}

/// Where the organisation keeps who is who.
#[rustfmt::skip]
fn of_directories(state: &State) -> OpenApiRouter<State> {
    let may = |resource, action, routes| guarded(state, (resource, action), false, routes);
    OpenApiRouter::new()
        .routes(may(R::Directories,  Read,   routes!(directories::list)))
        .routes(may(R::Directories,  Create, routes!(directories::create)))
        .routes(may(R::Directories,  Change, routes!(directories::probe)))
        .routes(may(R::Directories,  Read,   routes!(directories::read)))
        .routes(may(R::Directories,  Change, routes!(directories::update)))
        .routes(may(R::Directories,  Remove, routes!(directories::remove)))
        .routes(may(R::Directories,  Read,   routes!(directories::callback)))
        .routes(may(R::Directories,  Read,   routes!(directory_tokens::list)))
        .routes(may(R::Directories,  Change, routes!(directory_tokens::create)))
        .routes(may(R::Directories,  Change, routes!(directory_tokens::remove)))
        .routes(may(R::SyncRuns,     Read,   routes!(directories::conflicts)))
        .routes(may(R::SyncRuns,     Change, routes!(directories::decide)))
        .routes(may(R::SyncRuns,     Create, routes!(sync_runs::begin)))
        .routes(may(R::SyncRuns,     Read,   routes!(sync_runs::list)))
        .routes(may(R::SyncRuns,     Read,   routes!(sync_runs::read)))
        .routes(may(R::SyncRuns,     Read,   routes!(sync_runs::changes)))
        .routes(may(R::SyncRuns,     Read,   routes!(sync_export::take)))
        .routes(may(R::SyncRuns,     Change, routes!(sync_runs::go_on)))
        .routes(may(R::SyncRuns,     Change, routes!(sync_runs::drop_run)))
        .routes(may(R::SyncRuns,     Change, routes!(sync_runs::undo)))
}

/// People from outside. Whoever may add them comes to their own.
#[rustfmt::skip]
fn of_guests(state: &State) -> OpenApiRouter<State> {
    let may = |resource, action, routes| guarded(state, (resource, action), false, routes);
    let within = |resource, action, routes| guarded(state, (resource, action), true, routes);
    OpenApiRouter::new()
        .routes(within(R::Guests,       Read,   routes!(guests::list)))
        .routes(within(R::Guests,       Create, routes!(guests::list_sponsored)))
        .routes(within(R::Guests,       Create, routes!(guests::create)))
        .routes(within(R::Guests,       Create, routes!(guests::create_several)))
        .routes(within(R::Guests,       Read,   routes!(guests::read)))
        .routes(within(R::Guests,       Create, routes!(guests::update)))
        .routes(within(R::Guests,       Create, routes!(guests::suspend)))
        .routes(within(R::Guests,       Create, routes!(guests::resume)))
        .routes(within(R::Guests,       Create, routes!(guests::remove)))
        .routes(within(R::Guests,       Create, routes!(guests::one_time_link)))
        .routes(within(R::Guests,       Create, routes!(guests::send_one_time_link)))
        .routes(may(R::Guests,          Read,   routes!(guests::read_settings)))
        .routes(may(R::Guests,          Change, routes!(guests::write_settings)))
}

/// What gateways obey, what they saw, and how all of it runs.
#[rustfmt::skip]
fn of_the_gate(state: &State) -> OpenApiRouter<State> {
    let may = |resource, action, routes| guarded(state, (resource, action), false, routes);
    OpenApiRouter::new()
        .routes(may(R::Applications, Read,   routes!(applications::list)))
        .routes(may(R::Applications, Create, routes!(applications::create)))
        .routes(may(R::Applications, Read,   routes!(applications::read)))
        .routes(may(R::Applications, Change, routes!(applications::foretell)))
        .routes(may(R::Applications, Change, routes!(applications::update)))
        .routes(may(R::Applications, Remove, routes!(applications::remove)))
        .routes(may(R::Applications, Change, routes!(upstreams::run)))
        .routes(may(R::Applications, Read,   routes!(pictures::icons)))
        .routes(picture(may(R::Applications, Change, routes!(pictures::put_icon))))
        .routes(may(R::Applications, Change, routes!(pictures::remove_icon)))
        .routes(may(R::Applications, Read,   routes!(upstreams::seen)))
        .routes(may(R::IpLists,      Read,   routes!(ip_lists::list)))
        .routes(may(R::IpLists,      Create, routes!(ip_lists::create)))
        .routes(may(R::IpLists,      Read,   routes!(ip_lists::read)))
        .routes(may(R::IpLists,      Change, routes!(ip_lists::update)))
        .routes(may(R::IpLists,      Remove, routes!(ip_lists::remove)))
        .routes(may(R::IpLists,      Read,   routes!(ip_lists::entries)))
        .routes(large(may(R::IpLists,      Change, routes!(ip_lists::replace_entries))))
        .routes(large(may(R::IpLists,      Change, routes!(ip_lists::append_entries))))
        .routes(may(R::IpLists,      Change, routes!(ip_lists::remove_entry)))
        .routes(may(R::IpLists,      Read,   routes!(ip_lists::preview)))
        .routes(may(R::IpLists,      Read,   routes!(ip_lists::look_up)))
        .routes(may(R::IpLists,      Read,   routes!(ip_rules::read)))
        .routes(may(R::IpLists,      Change, routes!(ip_rules::off)))
        .routes(may(R::IpLists,      Change, routes!(ip_rules::on)))
        .routes(may(R::IpLists,      Change, routes!(ip_rules::confirm)))
        .routes(may(R::IpLists,      Change, routes!(ip_rules::put_back)))
        .routes(may(R::SignInPolicy, Read,   routes!(sign_in_policy::read)))
        .routes(may(R::SignInPolicy, Change, routes!(sign_in_policy::write)))
        .routes(may(R::SignInPolicy, Read,   routes!(sign_in_policy::breached)))
        .routes(may(R::SignInPolicy, Read,   routes!(sign_in_policy::preview)))
        .routes(may(R::Appearance,   Read,   routes!(appearance::read_brand)))
        .routes(may(R::Appearance,   Change, routes!(appearance::write_brand)))
        .routes(may(R::Appearance,   Read,   routes!(appearance::preview_brand)))
        .routes(may(R::Appearance,   Read,   routes!(pictures::list)))
        .routes(picture(may(R::Appearance,   Change, routes!(pictures::put))))
        .routes(may(R::Appearance,   Change, routes!(pictures::remove)))
        .routes(may(R::Appearance,   Read,   routes!(appearance::read_watermark)))
        .routes(may(R::Appearance,   Change, routes!(appearance::write_watermark)))
        .routes(may(R::Configuration, Read,  routes!(configuration::export)))
        .routes(files(may(R::Configuration, Read,  routes!(configuration::diff))))
        .routes(files(may(R::Configuration, Change, routes!(configuration::apply))))
        .routes(may(R::Configuration, Read,  routes!(configuration::managed)))
        .routes(may(R::Tokens,       Read,   routes!(tokens::list)))
        .routes(may(R::Tokens,       Create, routes!(tokens::create)))
        .routes(may(R::Tokens,       Change, routes!(tokens::rename)))
        .routes(may(R::Tokens,       Remove, routes!(tokens::revoke)))
        .routes(may(R::Senders,      Read,   routes!(senders::read_mail)))
        .routes(may(R::Senders,      Change, routes!(senders::write_mail)))
        .routes(may(R::Senders,      Change, routes!(senders::remove_mail)))
        .routes(may(R::Senders,      Change, routes!(senders::try_mail)))
        .routes(may(R::Senders,      Read,   routes!(senders::read_sms)))
        .routes(may(R::Senders,      Change, routes!(senders::write_sms)))
        .routes(may(R::Senders,      Change, routes!(senders::remove_sms)))
        .routes(may(R::Senders,      Change, routes!(senders::try_sms)))
        .routes(may(R::Senders,      Read,   routes!(senders::list)))
        .routes(may(R::Node,         Read,   routes!(node::settings)))
        .routes(may(R::Node,         Read,   routes!(node::certificates)))
        .routes(may(R::Certificates, Read,   routes!(certificates::list)))
        .routes(may(R::Certificates, Create, routes!(certificates::create)))
        .routes(may(R::Certificates, Change, routes!(certificates::reload)))
        .routes(may(R::Certificates, Read,   routes!(certificates::read)))
        .routes(may(R::Certificates, Remove, routes!(certificates::remove)))
        .routes(may(R::Backup,       Read,   routes!(node::back_up)))
        .routes(may(R::Overview,     Read,   routes!(overview::look)))
        .routes(may(R::AccessLog,    Read,   routes!(events::access::access)))
        .routes(may(R::AccessLog,    Read,   routes!(events::access::export_access)))
        .routes(may(R::SignInLog,    Read,   routes!(events::sign_ins::sign_ins)))
        .routes(may(R::SignInLog,    Read,   routes!(events::sign_ins::export_sign_ins)))
        .routes(may(R::AuditLog,     Read,   routes!(events::audit::audit)))
        .routes(may(R::AuditLog,     Read,   routes!(events::audit::export_audit)))
        .routes(may(R::Explanations, Read,   routes!(explanations::explain)))
}

// Each bound lies around the guard, which reads the body of a request that has a name.

type Routes = utoipa_axum::router::UtoipaMethodRouter<State>;

fn large((schemas, paths, routes): Routes) -> Routes {
    let routes = routes.route_layer(DefaultBodyLimit::max(MAX_UPLOAD));
    (schemas, paths, routes)
}

fn picture((schemas, paths, routes): Routes) -> Routes {
    let routes = routes.route_layer(DefaultBodyLimit::max(crate::pictures::MAX_BYTES + 1));
    (schemas, paths, routes)
}

fn files((schemas, paths, routes): Routes) -> Routes {
    let routes = routes.route_layer(DefaultBodyLimit::max(MAX_FILES));
    (schemas, paths, routes)
}

/// The routes, and what they are.
fn parts(state: &State) -> (Router<State>, OpenApi) {
    let (router, mut document) = routes(state).split_for_parts();
    document::complete(&mut document);
    (router, document)
}

/// The whole API, to be nested at `/api/v1`, with what happens around each request: from the inside
/// out, the limit of the body, headers of the answer, problems in the caller's language.
pub fn api(state: &State) -> Router {
    let (router, document) = parts(state);
    let text: Arc<str> = document::written(&document).to_string().into();
    let description = Router::new().route(
        "/openapi.json",
        get(move || async move {
            let json = HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, json)], text.to_string())
        }),
    );
    let description = super::guard::for_callers(state, description);
    let always =
        |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    router
        .merge(description)
        .fallback(async || problem::Problem::new(problem::Code::NotFound))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(always(header::CACHE_CONTROL, "no-store"))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "no-referrer"))
        .layer(always(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .layer(from_fn(problem::render))
        .with_state(state.clone())
}

#[cfg(test)]
pub(super) fn described(state: &State) -> OpenApi {
    parts(state).1
}
