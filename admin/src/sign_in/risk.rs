//! What makes a sign-in unlike the person's earlier ones, as far as the policy looks at it.
//!
//! It is found out at each step, in the transaction that takes it, and what was found stays: neither a clearer
//! counter nor another address later in the same sign-in takes it back. Whoever has never signed in is compared
//! with nothing: were the first browser of a newcomer a new one, nobody could begin.

use std::net::IpAddr;

use config::id::MemberId;
use config::{Timestamp, cookies};

use super::flow::Flow;
use super::lockout::{Counters, DEVICE_LIFE, Guess};
use super::network::{NETWORK_LIFE, network};
use crate::pages::Reader;
use crate::sign_in_policy::{RiskSignal, Rules};
use crate::store::{Connection, StoreError, events, known_devices};

/// Nearer than this, a place is as likely to be wrong as somebody is to have moved.
const NEAR: f64 = 100.0;
/// Sign-ins from nowhere, as within the own network, are passed over as far as this.
const LOOKED_BACK: u32 = 20;

/// What is unusual, with what was so at earlier steps.
pub async fn signals(
    connection: &mut Connection,
    reader: &Reader,
    flow: &Flow,
    rules: &Rules,
    now: Timestamp,
) -> Result<Vec<RiskSignal>, StoreError> {
    let mut found = flow.risk.clone();
    let watched = rules.risk.watched();
    let mut open: Vec<_> = watched.into_iter().filter(|s| !found.contains(s)).collect();
    if open.is_empty() || !has_signed_in(connection, &flow.member, now).await? {
        return Ok(found);
    }
    let mut sight = Sight {
        connection,
        reader,
        flow,
        rules,
        now,
    };
    for signal in open.drain(..) {
        if sight.shows(signal).await? {
            found.push(signal);
        }
    }
    Ok(found)
}

async fn has_signed_in(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    // Browsers are forgotten with a password that was reset, entries of the log in time.
    let last = events::last_sign_in(connection, member).await?;
    Ok(
        last.is_some()
            || known_devices::has_any(connection, member, now.minus(DEVICE_LIFE)).await?,
    )
}

/// One step of a sign-in, and who takes it.
struct Sight<'a> {
    connection: &'a mut Connection,
    reader: &'a Reader,
    flow: &'a Flow,
    rules: &'a Rules,
    now: Timestamp,
}

impl Sight<'_> {
    async fn shows(&mut self, signal: RiskSignal) -> Result<bool, StoreError> {
        match signal {
            RiskSignal::NewDevice => self.is_new_device().await,
            RiskSignal::ManyFailures => self.are_many_failures().await,
            RiskSignal::UnknownNetwork => self.is_unknown_network().await,
            RiskSignal::ImpossibleTravel => self.is_impossible_travel().await,
        }
    }

    async fn is_new_device(&mut self) -> Result<bool, StoreError> {
        let Some(device) = self.reader.token(cookies::DEVICE) else {
            return Ok(true);
        };
        let (member, since) = (&self.flow.member, self.now.minus(DEVICE_LIFE));
        let is_known = known_devices::knows(self.connection, &device.hash(), member, since).await?;
        Ok(!is_known)
    }

    async fn are_many_failures(&mut self) -> Result<bool, StoreError> {
        let (member, policy) = (&self.flow.member, &self.rules.attempts);
        let counters =
            Counters::of_member(self.connection, self.reader, member, policy, self.now).await?;
        // What a right password has cleared was written down before.
        let counted = counters
            .at_account(self.connection, Guess::Password, self.now)
            .await?;
        Ok(counted.max(self.flow.failures) >= i64::from(self.rules.risk.failures))
    }

    async fn is_unknown_network(&mut self) -> Result<bool, StoreError> {
        let span = (self.now.minus(NETWORK_LIFE), self.now);
        let seen = events::addresses_of(self.connection, &self.flow.member, span, None).await?;
        let places = self.reader.places();
        let here = self.reader.visitor.client_address;
        let (block, provider) = (network(here), places.network(here));
        let is_same = |address: IpAddr| {
            network(address) == block || (provider.is_some() && places.network(address) == provider)
        };
        Ok(!seen.into_iter().any(is_same))
    }

    /// Compares with the last sign-in of which it is known where it was.
    async fn is_impossible_travel(&mut self) -> Result<bool, StoreError> {
        let places = self.reader.places();
        if !places.has_cities() {
            // As if it were not so: a file that is gone must not have everybody asked, or keep out all who have
            // no second factor.
            tracing::warn!("travel is not looked at: this node has no database of cities");
            return Ok(false);
        }
        let Some(here) = places.point(self.reader.visitor.client_address) else {
            return Ok(false);
        };
        let earlier = events::last_addresses(self.connection, &self.flow.member, LOOKED_BACK);
        let mut earlier = earlier.await?.into_iter();
        let last = earlier.find_map(|(at, address)| Some((at, places.point(address)?)));
        Ok(last.is_some_and(|(at, there)| {
            let hours = self.now.since(at).as_secs_f64() / 3600.0;
            is_impossible(
                there.kilometres_to(here),
                hours,
                self.rules.risk.km_per_hour,
            )
        }))
    }
}

fn is_impossible(kilometres: f64, hours: f64, most: u32) -> bool {
    kilometres >= NEAR && kilometres > f64::from(most) * hours
}

#[cfg(test)]
mod places_tests;
#[cfg(test)]
mod tests;
