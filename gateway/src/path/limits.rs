//! How much and how often: part of stage 5, but for the rate of an address, which is counted before
//! anyone asks who is calling, so that a flood of made-up cookies does not reach the store.

use config::Timestamp;
use http::header::CONTENT_LENGTH;
use pingora::http::RequestHeader;

use crate::path::denial::Denial;
use crate::path::session::Identity;
use crate::path::visit::Visit;
use crate::rulebook::{Route, RoutedApplication};

/// Counts the request against the address that it comes from.
pub fn check_address(visit: &Visit) -> Result<(), Denial> {
    let (Some(Route::Application(application)), Some(address)) =
        (&visit.route, visit.client_address)
    else {
        return Ok(());
    };
    if application.rate_limits.take_for_address(address, visit.at) {
        Ok(())
    } else {
        Err(Denial::RateLimited)
    }
}

/// Counts the request against the person who sends it.
pub(crate) fn check_principal(
    application: &RoutedApplication,
    identity: &Identity,
    now: Timestamp,
) -> Result<(), Denial> {
    let Identity::Authenticated(entry) = identity else {
        return Ok(());
    };
    let member = &entry.session.principal.id;
    if application.rate_limits.take_for_principal(member, now) {
        Ok(())
    } else {
        Err(Denial::RateLimited)
    }
}

/// Compares what the request says of its own length. A body that says nothing is counted as it
/// passes.
pub(crate) fn check_body(
    application: &RoutedApplication,
    request: &RequestHeader,
) -> Result<(), Denial> {
    let Some(limit) = application.application.limits.max_request_body else {
        return Ok(());
    };
    for length in request.headers.get_all(CONTENT_LENGTH) {
        let length = length.to_str().ok().and_then(|l| l.parse::<u64>().ok());
        match length {
            Some(length) if length <= limit => {}
            Some(_) => return Err(Denial::BodyTooLarge { limit }),
            None => return Err(Denial::Ambiguous("its length is not a number")),
        }
    }
    Ok(())
}
