//! CAS 2 and 3: people sign in on the page of a CAS server, and it says who they were to whoever shows the ticket
//! that they brought. It lists nobody.
//!
//! The address to which they come back is another for each sign-in, as it holds the sealed state, and the server
//! gives a ticket for just that address: one that was given for another sign-in, or for another service, is
//! refused by the server itself. Tickets of proxies are never asked for and never taken.

mod answer;
mod logout;
mod provider;
mod settings;

use config::settings::Outbound;

use super::provider::Unusable;

pub use logout::ended;
pub use provider::CasProvider;
pub use settings::{CasAttributes, CasSecondFactor, CasSettings, CasVersion};

/// Whether there is such a server, and whether it serves the address to which people would come back.
///
/// # Errors
/// If it cannot be asked, or is none.
pub async fn try_out(
    outbound: &Outbound,
    settings: &CasSettings,
    callback: Option<&str>,
) -> Result<(), Unusable> {
    provider::try_out(outbound, settings, callback).await
}

#[cfg(test)]
pub(crate) mod testing;
