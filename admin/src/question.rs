//! A question to an authenticator, or to whoever may be a program, between the page that asks it and the form
//! that brings the answer.
//!
//! The browser holds what was asked, sealed: looking at a page writes nothing to the store, and each tab has
//! a question of its own. It opens only on the occasion on which it was asked, for a while, and takes one
//! answer: that is noted in the transaction in which the answer counts.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pages::Failure;
use crate::sealed::{Place, Sealer};
use crate::store::{StoreError, Tx, answered_questions};

/// Why an answer is not taken.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    #[error("the question is over, was asked elsewhere, or was answered before")]
    Over,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// For what it is asked, and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub step: &'static str,
    /// What only this sign-in, or this browser, has.
    pub whose: &'a str,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Question<T> {
    id: String,
    until: Timestamp,
    pub asked: T,
}

impl Occasion<'_> {
    fn place(&self) -> Place<'_> {
        Place {
            table: "questions",
            column: self.step,
            row: self.whose,
        }
    }
}

/// Whether what the form brought was asked on this occasion, and only too long ago: then it is no guess, and a
/// fresh page asks anew.
#[must_use]
pub fn is_expired(sealer: &Sealer, occasion: Occasion<'_>, field: &str, now: Timestamp) -> bool {
    let question = Question::<Value>::unsealed(sealer, occasion, field);
    question.is_some_and(|question| now >= question.until)
}

impl<T: Serialize + DeserializeOwned> Question<T> {
    #[must_use]
    pub fn new(asked: T, now: Timestamp, life: Duration) -> Self {
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            until: now.plus(life),
            asked,
        }
    }

    /// For a hidden field of the form.
    pub fn seal(&self, sealer: &Sealer, occasion: Occasion<'_>) -> Result<String, Failure> {
        let text = serde_json::to_vec(self).map_err(Failure::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(sealer.seal(occasion.place(), &text)))
    }

    /// What the form brought back.
    ///
    /// # Errors
    /// [`QuestionError::Over`] if it was asked on another occasion, or too long ago.
    pub fn open(
        sealer: &Sealer,
        occasion: Occasion<'_>,
        field: &str,
        now: Timestamp,
    ) -> Result<Self, QuestionError> {
        let question = Self::unsealed(sealer, occasion, field);
        question
            .filter(|question| now < question.until)
            .ok_or(QuestionError::Over)
    }

    fn unsealed(sealer: &Sealer, occasion: Occasion<'_>, field: &str) -> Option<Self> {
        let kept = URL_SAFE_NO_PAD.decode(field).ok()?;
        let text = sealer.open(occasion.place(), &kept).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Takes the one answer in `tx`.
    ///
    /// # Errors
    /// [`QuestionError::Over`] if another answer was taken.
    pub async fn take_answer(&self, tx: &mut Tx) -> Result<(), QuestionError> {
        if answered_questions::note(tx, &self.id, self.until).await? {
            Ok(())
        } else {
            Err(QuestionError::Over)
        }
    }
}
