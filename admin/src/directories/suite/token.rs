//! The tokens of our application, one for all nodes: clouds give few, and some end the one before when they give
//! another. Sealed in the store, with a copy in hand; whoever finds it nearly used up takes a lease and asks for the
//! next, while the others wait for what comes of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::Timestamp;
use config::id::DirectoryId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::cloud::Cloud;
use super::error::CallError;
use crate::sealed::Place;
use crate::store::{StoreError, directory_app_tokens as rows, leases};

/// What is left of its life when the next one is asked for.
const MARGIN: Duration = Duration::from_mins(5);
/// Longer than asking takes.
const LEASE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// So often it is looked whether another node has it by now.
const LOOKS: u32 = 250;

/// As it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct InHand {
    token: Zeroized,
    /// For whom it was given: another application, or another secret, has none of it.
    of: String,
    expires_at: Timestamp,
}

/// Serialised only to be sealed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Zeroized(String);

impl Drop for Zeroized {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl Cloud {
    /// The token of this name; another one than `stale`, which the cloud refuses.
    ///
    /// # Errors
    /// If the cloud gives none.
    pub(super) async fn token(
        &self,
        name: &'static str,
        stale: Option<&str>,
    ) -> Result<Zeroizing<String>, CallError> {
        let of = fingerprint(&self.protocol.identity());
        let Some(directory) = self.directory.clone() else {
            return Ok(Zeroizing::new(self.fetch(name, of).await?.token.0.clone()));
        };
        let key = (directory, name);
        let in_hand = || {
            let found = self.suites.0.tokens.lock().get(&key).cloned();
            found.filter(|one| self.serves(one, &of, stale))
        };
        if let Some(found) = in_hand() {
            return Ok(Zeroizing::new(found.token.0.clone()));
        }
        let turn = self.suites.turn_to_ask(&key);
        let _turn = turn.lock().await;
        if let Some(found) = in_hand() {
            return Ok(Zeroizing::new(found.token.0.clone()));
        }
        let found = self.shared(&key, &of, stale).await?;
        let token = Zeroizing::new(found.token.0.clone());
        self.suites.0.tokens.lock().insert(key, found);
        Ok(token)
    }

    fn serves(&self, one: &InHand, of: &str, stale: Option<&str>) -> bool {
        one.of == of
            && self.clock.now().plus(MARGIN) < one.expires_at
            && stale.is_none_or(|stale| stale != one.token.0)
    }

    /// What all nodes share, renewed by whichever has the lease.
    async fn shared(
        &self,
        (directory, name): &(DirectoryId, &'static str),
        of: &str,
        stale: Option<&str>,
    ) -> Result<InHand, CallError> {
        for _ in 0..LOOKS {
            let kept = rows::find(&mut *self.store.read().await?, directory, name).await?;
            let kept = kept.and_then(|(sealed, _)| self.opened((directory, name), &sealed));
            if let Some(kept) = kept.filter(|one| self.serves(one, of, stale)) {
                return Ok(kept);
            }
            if self.take_lease(directory, name).await? {
                let fresh = self.fetch(name, of.to_owned()).await?;
                self.keep((directory, name), &fresh).await?;
                return Ok(fresh);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err(CallError::away((
            "another node asks for a token, and does not come to an end",
            "另一节点正在获取访问令牌，但迟迟未完成",
        )))
    }

    async fn take_lease(&self, directory: &DirectoryId, name: &str) -> Result<bool, StoreError> {
        let lease = format!("app-token:{directory}:{name}");
        let mut tx = self.store.begin().await?;
        let holder = &self.suites.0.holder;
        let ours = leases::take(&mut tx, &lease, holder, self.clock.now(), LEASE).await?;
        tx.commit().await?;
        Ok(ours)
    }

    async fn fetch(&self, name: &'static str, of: String) -> Result<InHand, CallError> {
        let asked = self.protocol.token_request(name)?;
        let answer = self.ask_unsigned(&asked).await?;
        let Some(fresh) = self.protocol.token_of(name, &answer) else {
            return Err(CallError::away((
                "the platform gave no token",
                "平台没有返回访问令牌",
            )));
        };
        Ok(InHand {
            token: Zeroized(fresh.token),
            of,
            expires_at: self.clock.now().plus(fresh.life),
        })
    }

    async fn keep(
        &self,
        (directory, name): (&DirectoryId, &str),
        fresh: &InHand,
    ) -> Result<(), StoreError> {
        let row = format!("{directory}:{name}");
        let plain = Zeroizing::new(serde_json::to_vec(fresh)?);
        let sealed = self.sealer.seal(place(&row), &plain);
        let mut tx = self.store.begin().await?;
        rows::keep(&mut tx, directory, name, (&sealed, fresh.expires_at)).await?;
        tx.commit().await
    }

    /// What cannot be opened is as if it were not there.
    fn opened(&self, (directory, name): (&DirectoryId, &str), sealed: &[u8]) -> Option<InHand> {
        let row = format!("{directory}:{name}");
        let plain = self.sealer.open(place(&row), sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

fn place(row: &str) -> Place<'_> {
    Place {
        table: "directory_app_tokens",
        column: "sealed",
        row,
    }
}

fn fingerprint(identity: &str) -> String {
    STANDARD.encode(Sha256::digest(identity))
}
