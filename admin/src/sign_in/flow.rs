//! What has been proven in a sign-in under way. Kept in the store; the browser holds a token that
//! changes at each step and works for that step only.

use std::time::Duration;

use axum::response::Response;
use config::id::MemberId;
use config::session::AuthenticationMethod;
use config::{Timestamp, cookies};
use serde::{Deserialize, Serialize};

use super::{
    Circumstances, Step, by_directory, by_message, code_request, factors, finish, guest_network,
    next, refused, risk,
};
use crate::directories::sign_in::CameBy;
use crate::messages::Channel;
use crate::pages::cookies::{Keep, clear, set};
use crate::pages::{Answer, Failure, Reader, ReturnPath, go_to};
use crate::sign_in_policy::{self, RiskSignal, Rules, SecondFactor};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{
    Connection, StoreError, Tx, credentials, flows, known_devices, members, second_factor_demands,
};
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
    /// A code by message took the place of the password.
    #[serde(default)]
    pub is_by_code_alone: bool,
    /// The directory to which the person has proven who they are.
    #[serde(default)]
    pub came_by: Option<CameBy>,
    /// The person will set a second factor up later, as the policy still lets them.
    #[serde(default)]
    pub is_enrolment_put_off: bool,
    /// The sealed seed of an authenticator that is being set up, in base64.
    #[serde(default)]
    pub enrolment: Option<String>,
    /// At the end, the browser is to be asked for no second factor for a while.
    #[serde(default)]
    pub is_browser_to_be_trusted: bool,
    /// Wrong passwords that counted before the right one.
    #[serde(default)]
    pub failures: i64,
    /// What was unusual, as far as the policy looks at it.
    #[serde(default)]
    pub risk: Vec<RiskSignal>,
    /// Where the person wanted to go, checked again when it is used.
    to: String,
}

/// A flow with the token that the browser sent for it.
pub struct Held {
    pub flow: Flow,
    pub account: Account,
    /// What the sign-in policy says for the person.
    pub rules: Rules,
    /// By which ways a code can be sent to the person that the policy takes as a second factor.
    pub by_message: Vec<Channel>,
    pub token: TokenHash,
}

impl Held {
    /// Whether this factor of the person's is taken as a proof.
    #[must_use]
    pub fn takes(&self, factor: SecondFactor) -> bool {
        let policy = &self.rules.two_step;
        factors::is_taken(factor, &self.account, policy, &self.by_message)
    }
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
            is_by_code_alone: false,
            came_by: None,
            is_enrolment_put_off: false,
            enrolment: None,
            is_browser_to_be_trusted: false,
            failures: 0,
            risk: Vec::new(),
            to: to.to_owned(),
        }
    }

    /// As that, by a code that took the place of the password.
    #[must_use]
    pub fn begin_by_code(member: MemberId, channel: Channel, now: Timestamp, to: &str) -> Self {
        Self {
            is_by_code_alone: true,
            ..Self::begin(member, channel.method(), now, to)
        }
    }

    /// As that, to a directory.
    #[must_use]
    pub fn begin_by_directory(
        member: MemberId,
        (method, came_by): (AuthenticationMethod, CameBy),
        now: Timestamp,
        to: &str,
    ) -> Self {
        Self {
            came_by: Some(came_by),
            ..Self::begin(member, method, now, to)
        }
    }

    /// Of the ways by which a code can be sent as a second factor, those that are one here. Whoever has no
    /// password and came by a code proves nothing by another one the same way, and so sets up something else;
    /// whoever has one is not spared the password by that: see [`by_message::is_dead_end`].
    #[must_use]
    pub fn left_of(&self, mut ways: Vec<Channel>, account: &Account) -> Vec<Channel> {
        if self.is_by_code_alone && !account.has_password() {
            ways.retain(|way| self.methods.first() != Some(&way.method()));
        }
        ways
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
    if state.clock.now() >= expires {
        return Err(flow.start_again());
    }
    let (account, rules) = standing(&mut read, state, reader, &flow, step).await?;
    let by_message = by_message::factors(&mut read, &account, &rules.two_step).await?;
    let by_message = flow.left_of(by_message, &account);
    Ok(Held {
        flow,
        account,
        rules,
        by_message,
        token,
    })
}

/// The account as it is just now, if the flow stands at `step` with it, and what holds for its person.
///
/// # Errors
/// [`Failure::StartAgain`] if it does not.
pub async fn standing(
    connection: &mut Connection,
    state: &State,
    reader: &Reader,
    flow: &Flow,
    step: Step,
) -> Result<(Account, Rules), Failure> {
    let account = credentials::find(connection, &flow.member).await?;
    let account = account.filter(|account| account.is_active(state.clock.now()));
    let account = account.ok_or_else(|| flow.start_again())?;
    let rules = sign_in_policy::rules_of(connection, &flow.member).await?;
    if step_of(connection, state, reader, flow, &account, &rules).await? == step {
        Ok((account, rules))
    } else {
        Err(flow.start_again())
    }
}

async fn step_of(
    connection: &mut Connection,
    state: &State,
    reader: &Reader,
    flow: &Flow,
    account: &Account,
    rules: &Rules,
) -> Result<Step, StoreError> {
    let now = state.clock.now();
    let is_trusted_browser = match reader.token(cookies::DEVICE) {
        Some(device) if rules.two_step.remember_days > 0 => {
            known_devices::is_trusted(connection, &device.hash(), &flow.member, now).await?
        }
        _ => false,
    };
    let by_message = by_message::factors(connection, account, &rules.two_step).await?;
    let ways = code_request::ways(connection, account, rules).await?;
    let circumstances = Circumstances {
        rules,
        is_trusted_browser,
        by_message: &flow.left_of(by_message, account),
        comes_by_code: !ways.is_empty(),
        is_kept_out: guest_network::keeps_out(connection, state, reader, &flow.member).await?,
        must_come_by_directory: by_directory::is_demanded(connection, &flow.member, rules).await?,
        now,
    };
    Ok(next(flow, account, circumstances))
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
    mut flow: Flow,
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
        .filter(|account| account.is_active(state.clock.now()))
        .ok_or_else(|| flow.start_again())?;
    let rules = sign_in_policy::rules_of(&mut tx, &flow.member).await?;
    let now = state.clock.now();
    flow.risk = risk::signals(&mut tx, reader, &flow, &rules, now).await?;
    match step_of(&mut tx, state, reader, &flow, &account, &rules).await? {
        Step::Done => finish::finish(state, reader, tx, &flow, &account, &rules).await,
        step => {
            if step == Step::Enrol {
                second_factor_demands::note(&mut tx, &flow.member, now).await?;
            }
            if let Some(reason) = step.refusal() {
                refused::note(&mut tx, reader, (&flow, &account), reason, now).await?;
            }
            wait(tx, &flow, step, now).await
        }
    }
}

/// Keeps the flow until the person takes the step.
async fn wait(mut tx: Tx, flow: &Flow, step: Step, now: Timestamp) -> Answer {
    let token = Token::generate();
    let text = serde_json::to_string(flow).map_err(Failure::internal)?;
    let (hash, member) = (token.hash(), flow.member.as_str());
    flows::insert(&mut tx, &hash, member, &text, now, now.plus(LIFE)).await?;
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

/// The browser is in no flow any more.
pub fn forget(response: &mut Response) {
    clear(response, cookies::SIGN_IN);
}
