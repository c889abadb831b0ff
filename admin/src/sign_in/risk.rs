//! What makes a sign-in unlike the person's earlier ones, as far as the policy looks at it.
//!
//! It is found out at each step, in the transaction that takes it, and what was found stays: neither a clearer
//! counter nor another address later in the same sign-in takes it back. Whoever has never signed in is compared
//! with nothing: were the first browser of a newcomer a new one, nobody could begin.

use config::id::MemberId;
use config::{Timestamp, cookies};

use super::flow::Flow;
use super::lockout::{Counters, DEVICE_LIFE, Guess};
use super::network::{NETWORK_LIFE, network};
use crate::pages::Reader;
use crate::sign_in_policy::{RiskSignal, Rules};
use crate::store::{Connection, StoreError, events, known_devices};

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
        let here = network(self.reader.visitor.client_address);
        Ok(!seen.into_iter().any(|address| network(address) == here))
    }
}

#[cfg(test)]
mod tests;
