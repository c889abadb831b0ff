//! What must come back to a sign-in from the page of a directory: sealed, good in the browser in which it began
//! alone, for a while, and once. The page brings it back as it is, or, where it would not, a cookie does.

use std::time::Duration;

use axum::response::Response;
use config::cookies;
use config::id::DirectoryId;
use serde::{Deserialize, Serialize};

use super::directory_confirm::Confirming;
use crate::directories::provider::Secrets;
use crate::directories::{Kind, Whole};
use crate::hex::hex;
use crate::pages::cookies::{Keep, set};
use crate::pages::{Failure, Reader, ReturnPath};
use crate::question::{Occasion, Question};
use crate::state::State;

/// Long enough to sign in elsewhere, with a second factor there.
const LIFE: Duration = Duration::from_mins(15);
/// No cookie of ours is longer, in bytes: browsers drop those of more than 4096.
pub const MOST_CARRIED: usize = 3500;

/// What comes back sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    pub directory: DirectoryId,
    pub secrets: Secrets,
    pub to: String,
    /// Whoever is signed in already is to confirm that it is them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirms: Option<Confirming>,
}

impl Kept {
    pub fn to(&self) -> ReturnPath {
        ReturnPath::or_root(&self.to)
    }
}

/// The browser in which the sign-in began.
fn occasion(whose: &str) -> Occasion<'_> {
    Occasion {
        step: "directory",
        whose,
    }
}

/// What was sealed for this browser, if it is still good.
pub fn open(state: &State, reader: &Reader, sealed: &str) -> Option<Question<Kept>> {
    let whose = hex(&reader.csrf.hash());
    Question::open(&state.sealer, occasion(&whose), sealed, state.clock.now()).ok()
}

/// What the page there is to send along, and brings back.
pub fn brought_back<'a>(kind: Kind, sealed: &'a str, word: &'a str) -> &'a str {
    if kind.brings_back_little() {
        word
    } else {
        sealed
    }
}

/// What tells the sign-ins of a browser apart where no more can come back.
pub fn short_word(secrets: &Secrets) -> String {
    hex(secrets.verifier.as_bytes())
}

pub fn seal(state: &State, reader: &Reader, kept: &Kept) -> Result<String, Failure> {
    let question = Question::new(kept.clone(), state.clock.now(), LIFE);
    let whose = hex(&reader.csrf.hash());
    question.seal(&state.sealer, occasion(&whose))
}

/// Has the browser hold what must come back, where the directory would not carry it: that of the latest sign-ins,
/// as far as a cookie holds them.
pub fn carry(response: &mut Response, reader: &Reader, sealed: &str) {
    let before = reader.cookies.get(cookies::DIRECTORY).unwrap_or_default();
    let mut all = sealed.to_owned();
    for one in before.split('.').filter(|one| !one.is_empty()) {
        if all.len() + one.len() >= MOST_CARRIED {
            break;
        }
        all.push('.');
        all.push_str(one);
    }
    let keep = Keep::Seconds(u32::try_from(LIFE.as_secs()).unwrap_or(u32::MAX));
    set(response, cookies::DIRECTORY, &all, keep);
}

/// Which of the sign-ins that the browser holds it is that came back.
pub fn carried(
    state: &State,
    reader: &Reader,
    directory: &Whole,
    is_it: impl Fn(&Secrets) -> bool,
) -> Option<Question<Kept>> {
    let all = reader.cookies.get(cookies::DIRECTORY).unwrap_or_default();
    let opened = |sealed: &str| open(state, reader, sealed);
    all.split('.').filter_map(opened).find(|question| {
        let asked = &question.asked;
        asked.directory == directory.row.id && is_it(&asked.secrets)
    })
}
