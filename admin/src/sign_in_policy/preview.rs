//! What a policy means for one person: which rules hold for them, whence each comes, and what happens at
//! their next sign-in.

use config::id::MemberId;
use config::session::AuthenticationMethod;
use config::{Settings, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    PolicyException, RiskSignal, Rules, SessionPolicy, SignInPolicy, belonging, check, check::Has,
};
use crate::members::{Member, find_by_any};
use crate::messages::Channel;
use crate::refused::Refused;
use crate::sign_in::by_directory;
use crate::sign_in::by_message;
use crate::sign_in::code_request;
use crate::sign_in::flow::Flow;
use crate::sign_in::password_age::ends_at;
use crate::sign_in::{Circumstances, Step, next};
use crate::store::credentials::Account;
use crate::store::sign_ins::LiveSignIn;
use crate::store::{Connection, StoreError, credentials, second_factor_demands, sign_ins};

/// What would hold for a person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PolicyPreview {
    pub username: String,
    pub display_name: String,
    pub rules: Rules,
    /// The exception that each part comes from; `null` where it is the rule for everybody.
    pub ways_from: Option<String>,
    pub two_step_from: Option<String>,
    pub password_from: Option<String>,
    pub sessions_from: Option<String>,
    pub attempts_from: Option<String>,
    pub risk_from: Option<String>,
    /// In their order, at the next sign-in with a password in a browser that is not marked.
    pub next_sign_in: Vec<NextStep>,
    /// As that, with a code in the place of the password, by the way that it would go to them; `null` where the
    /// person does not come in so.
    pub next_sign_in_by_code: Option<Vec<NextStep>>,
    /// The same where that sign-in is unusual in a way at which the policy looks; `null` where it looks at none.
    pub unusual_sign_in: Option<Vec<NextStep>>,
    /// When the present password becomes too old; `null` where it does not, or there is none.
    pub password_ends_at: Option<Timestamp>,
    /// How many of the person's open sign-ins would end at once.
    pub sign_ins_ended: usize,
}

/// What a person is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    SecondFactor,
    SetUpSecondFactor,
    /// As the last one, and it may be put off for now.
    SetUpSecondFactorOrLater,
    NewPassword,
    /// The person does not come in by that: a connected directory has to say who they are.
    ByDirectory,
    /// The person does not come in: there is nothing by which they could prove who they are.
    Refused,
}

/// By id, username or mail address.
///
/// # Errors
/// What is wrong with the policy; [`Refused::NotFound`] if there is no such person.
pub async fn of(
    connection: &mut Connection,
    settings: &Settings,
    policy: &SignInPolicy,
    member: &str,
    now: Timestamp,
) -> Result<PolicyPreview, Refused> {
    may_be_looked_at(connection, settings, policy).await?;
    let (member, account) = named(connection, member).await?;
    let person = belonging(connection, &member.id).await?;
    let rules = policy.of(&person);
    let from = |has: fn(&PolicyException) -> bool| {
        let fitting = policy.exceptions.iter().filter(|one| one.fits(&person));
        let first = { fitting }.find(|one| has(one));
        first.map(|one| one.name.clone())
    };
    let by_message = by_message::factors(connection, &account, &rules.two_step).await?;
    let by_code = code_request::ways(connection, &account, &rules).await?;
    let may_wait = may_wait(connection, &member.id, &rules, now).await?;
    let watched = rules.risk.watched();
    let live = sign_ins::live_of(connection, &member.id, now).await?;
    let by_directory = by_directory::is_demanded(connection, &member.id, &rules).await?;
    let circumstances = Circumstances {
        rules: &rules,
        is_trusted_browser: false,
        by_message: &by_message,
        comes_by_code: !by_code.is_empty(),
        is_kept_out: false,
        must_come_by_directory: by_directory,
        now,
    };
    let by_password = |risk: &[_]| by_password(risk, &account, circumstances, may_wait);
    Ok(PolicyPreview {
        ways_from: from(|one| one.ways.is_some()),
        two_step_from: from(|one| one.two_step.is_some()),
        password_from: from(|one| one.password.is_some()),
        sessions_from: from(|one| one.sessions.is_some()),
        attempts_from: from(|one| one.attempts.is_some()),
        risk_from: from(|one| one.risk.is_some()),
        next_sign_in: by_password(&[]),
        unusual_sign_in: (!watched.is_empty()).then(|| by_password(&watched)),
        next_sign_in_by_code: { by_code.first() }
            .map(|way| by_code_alone(&account, *way, circumstances, may_wait)),
        password_ends_at: ends_at(&account, &rules),
        sign_ins_ended: ended(&live, &rules.sessions, now),
        username: member.username,
        display_name: member.display_name,
        rules,
    })
}

async fn named(connection: &mut Connection, member: &str) -> Result<(Member, Account), Refused> {
    let member = find_by_any(connection, member).await?;
    let account = credentials::find(connection, &member.id).await?;
    Ok((member, account.ok_or(Refused::NotFound("member"))?))
}

/// # Errors
/// What is wrong in it.
async fn may_be_looked_at(
    connection: &mut Connection,
    settings: &Settings,
    policy: &SignInPolicy,
) -> Result<(), Refused> {
    let present = super::get(connection).await?.body;
    // What this node lacks is told when the policy is saved.
    check::check(connection, settings, policy, &present, Has::ALL).await
}

/// How many of those that are in use would end.
fn ended(live: &[LiveSignIn], sessions: &SessionPolicy, now: Timestamp) -> usize {
    let lasts = |one: &&LiveSignIn| {
        let idle = now.since(one.last_seen_at);
        now.since(one.started_at) < sessions.absolute()
            && sessions.idle().is_none_or(|limit| idle < limit)
    };
    let lasting = live.iter().filter(lasts).count();
    let stay = match sessions.most {
        0 => lasting,
        most => lasting.min(most.into()),
    };
    live.len() - stay
}

/// Whether setting a second factor up could be put off.
async fn may_wait(
    connection: &mut Connection,
    member: &MemberId,
    rules: &Rules,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let asked_since = second_factor_demands::find(connection, member).await?;
    // Whoever was never asked is asked at the next sign-in first.
    let since = asked_since.unwrap_or(now);
    Ok(now < since.plus(rules.two_step.grace()))
}

/// In a sign-in that is unusual in these ways.
fn by_password(
    risk: &[RiskSignal],
    account: &Account,
    circumstances: Circumstances<'_>,
    may_wait: bool,
) -> Vec<NextStep> {
    let (member, method) = (account.member.clone(), AuthenticationMethod::Password);
    let mut flow = Flow::begin(member, method, circumstances.now, "/");
    flow.risk = risk.to_vec();
    steps(flow, account, circumstances, may_wait)
}

fn by_code_alone(
    account: &Account,
    way: Channel,
    circumstances: Circumstances<'_>,
    may_wait: bool,
) -> Vec<NextStep> {
    let flow = Flow::begin_by_code(account.member.clone(), way, circumstances.now, "/");
    let left = flow.left_of(circumstances.by_message.to_vec(), account);
    let circumstances = Circumstances {
        by_message: &left,
        ..circumstances
    };
    steps(flow, account, circumstances, may_wait)
}

/// What [`next`] asks for one after the other, of somebody who does each.
fn steps(
    mut flow: Flow,
    account: &Account,
    circumstances: Circumstances<'_>,
    may_wait: bool,
) -> Vec<NextStep> {
    let (mut account, now) = (account.clone(), circumstances.now);
    let mut steps = Vec::new();
    loop {
        steps.push(match next(&flow, &account, circumstances) {
            // From where they will come is not known.
            Step::Done | Step::WrongNetwork => return steps,
            Step::ByDirectory => {
                steps.push(NextStep::ByDirectory);
                return steps;
            }
            Step::Refused => {
                steps.push(NextStep::Refused);
                return steps;
            }
            Step::SecondFactor => {
                flow.second_factor_at = Some(now);
                NextStep::SecondFactor
            }
            Step::Enrol => {
                flow.is_enrolment_put_off = true;
                if may_wait {
                    NextStep::SetUpSecondFactorOrLater
                } else {
                    NextStep::SetUpSecondFactor
                }
            }
            Step::NewPassword => {
                account.must_change_password = false;
                account.password_hash.get_or_insert_default();
                account.password_changed_at = Some(now);
                NextStep::NewPassword
            }
        });
    }
}
