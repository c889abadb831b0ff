//! A request that its caller gave a name, so that it makes a thing once however often it is sent: the
//! name and what was made become lasting in one transaction.

use std::sync::atomic::{AtomicBool, Ordering};

use config::Timestamp;

use crate::refused::Refused;
use crate::store::{Connection, StoreError, idempotent_answers};

#[derive(Debug)]
pub struct Once {
    /// Names of different callers are different names.
    pub caller: String,
    pub name: String,
    /// SHA-256 of what is asked.
    pub fingerprint: [u8; 32],
    is_claimed: AtomicBool,
}

impl Once {
    #[must_use]
    pub fn new(caller: String, name: String, fingerprint: [u8; 32]) -> Self {
        Self {
            caller,
            name,
            fingerprint,
            is_claimed: AtomicBool::new(false),
        }
    }

    /// Takes the name for this request, with the transaction in which the thing is made. A request
    /// that makes several takes it with the first.
    ///
    /// # Errors
    /// If another request has it.
    pub async fn claim(&self, tx: &mut Connection, now: Timestamp) -> Result<(), Refused> {
        if self.is_claimed.load(Ordering::Relaxed) {
            return Ok(());
        }
        if !idempotent_answers::claim(tx, self, now).await? {
            let field = "idempotency-key".to_owned();
            return Err(StoreError::Conflict { field }.into());
        }
        self.is_claimed.store(true, Ordering::Relaxed);
        Ok(())
    }
}
