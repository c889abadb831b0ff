//! What has been proven in a sign-in under way. Kept in the store; the browser holds a token that
//! changes at each step and works for that step only.

use std::time::Duration;

use axum::response::Response;
use config::id::MemberId;
use config::session::AuthenticationMethod;
use config::{Timestamp, cookies};
use serde::{Deserialize, Serialize};

use super::{Step, finish, next};
use crate::pages::cookies::{Keep, clear, set};
use crate::pages::{Answer, Failure, Reader, ReturnPath, go_to};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{Tx, credentials, flows, members};
use crate::tokens::{Token, TokenHash};

/// Long enough to fetch a telephone, short enough not to be found by somebody else.
const LIFE: Duration = Duration::from_mins(10);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flow {
    pub member: MemberId,
    /// In the order in which they were proven; never empty.
    pub methods: Vec<AuthenticationMethod>,
    pub first_factor_at: Timestamp,
    pub second_factor_at: Option<Timestamp>,
    /// Where the person wanted to go, checked again when it is used.
    to: String,
}

/// A flow with the token that the browser sent for it.
pub struct Held {
    pub flow: Flow,
    pub account: Account,
    pub token: TokenHash,
}

impl Flow {
    /// A first factor was proven.
    #[must_use]
    pub fn begin(member: MemberId, method: AuthenticationMethod, now: Timestamp, to: &str) -> Self {
        Self {
            member,
            methods: vec![method],
            first_factor_at: now,
            second_factor_at: None,
            to: to.to_owned(),
        }
    }

    #[must_use]
    pub fn to(&self) -> ReturnPath {
        ReturnPath::or_root(&self.to)
    }

    /// The way back to the sign-in page, and on from there to where the person wanted to go.
    #[must_use]
    pub fn start_again(&self) -> Failure {
        Failure::StartAgain(self.to())
    }

    /// A second factor was proven, too.
    pub fn prove_second(&mut self, method: AuthenticationMethod, now: Timestamp) {
        self.methods.push(method);
        self.second_factor_at = Some(now);
    }
}

/// The flow that this browser is in, if it stands at `step`.
///
/// # Errors
/// [`Failure::StartAgain`] if it does not, or not any more: with where the person wanted to go, as
/// far as that is still known.
pub async fn at(state: &State, reader: &Reader, step: Step) -> Result<Held, Failure> {
    let token = reader.token(cookies::SIGN_IN);
    let token = token.ok_or_else(start_again)?.hash();
    let mut read = state.store.read().await?;
    let found = flows::find(&mut read, &token).await?;
    let (text, expires) = found.ok_or_else(start_again)?;
    let flow: Flow = serde_json::from_str(&text).map_err(Failure::internal)?;
    let account = credentials::find(&mut read, &flow.member).await?;
    match account.filter(|account| account.is_active && state.clock.now() < expires) {
        Some(account) if next(&flow, &account) == step => Ok(Held {
            flow,
            account,
            token,
        }),
        _ => Err(flow.start_again()),
    }
}

/// Of a flow that is not known any more.
fn start_again() -> Failure {
    Failure::StartAgain(ReturnPath::root())
}

/// Takes the flow on to its next step in `tx`, under a new token, and commits. `before` is the token
/// under which it was held until now; used twice, it fails.
pub async fn advance(
    state: &State,
    reader: &Reader,
    mut tx: Tx,
    flow: Flow,
    before: Option<TokenHash>,
) -> Answer {
    // What becomes of the account meanwhile, such as a new password, waits for this step, and what
    // has become of it is seen here.
    members::hold(&mut tx, &flow.member).await?;
    if let Some(before) = before
        && !flows::take(&mut tx, &before).await?
    {
        return Err(flow.start_again());
    }
    let account = credentials::find(&mut tx, &flow.member).await?;
    let account = account
        .filter(|account| account.is_active)
        .ok_or_else(|| flow.start_again())?;
    match next(&flow, &account) {
        Step::Done => finish::finish(state, reader, tx, &flow, &account).await,
        step => {
            let token = Token::generate();
            let now = state.clock.now();
            let text = serde_json::to_string(&flow).map_err(Failure::internal)?;
            flows::insert(
                &mut tx,
                &token.hash(),
                flow.member.as_str(),
                &text,
                now,
                now.plus(LIFE),
            )
            .await?;
            tx.commit().await?;
            let mut response = go_to(step.path());
            set(
                &mut response,
                cookies::SIGN_IN,
                token.as_text(),
                Keep::ForNow,
            );
            Ok(response)
        }
    }
}

/// The browser is in no flow any more.
pub fn forget(response: &mut Response) {
    clear(response, cookies::SIGN_IN);
}
