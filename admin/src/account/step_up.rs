//! What becomes of a person's sign-ins when a factor of theirs comes or goes.

use config::Timestamp;
use config::session::{AuthenticationMethod, Revocation};

use crate::logs::SignInKind;
use crate::pages::{Failure, Reader};
use crate::sign_in::person::Renewed;
use crate::sign_in::record::{Happening, record};
use crate::sign_in::{Person, second_factor};
use crate::sign_in_policy::{self, SecondFactor};
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::credentials::Account;
use crate::store::{StoreError, Tx, credentials, members, recovery_codes, sign_ins};

/// The new factor has just proven who the person is; what is open elsewhere is decided again.
pub async fn step_up(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    person: &Person,
    method: AuthenticationMethod,
) -> Result<Renewed, Failure> {
    let now = state.clock.now();
    let happening = Happening {
        kind: SignInKind::SteppedUp,
        member: Some(&person.0.principal.id),
        username: &person.0.principal.username,
        method: Some(method),
        reason: None,
        risk: &[],
        sign_in: Some(&person.0.sign_in),
    };
    record(tx, reader, now, happening).await?;
    let token = person.strengthen(state, reader, tx, method).await?;
    announce(tx, everything_of(person), now).await?;
    Ok(token)
}

/// A factor was taken away: what was proven by it counts no longer, here either.
pub async fn step_down(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    person: &Person,
    rest: &Account,
) -> Result<Renewed, Failure> {
    second_factor::disprove(tx, &rest.member).await?;
    if !rest.has_second_factor() {
        recovery_codes::forget(tx, &rest.member).await?;
    }
    let token = person.renew(state, reader, tx).await?;
    announce(tx, everything_of(person), state.clock.now()).await?;
    Ok(token)
}

/// A passkey was taken away: what one alone has opened elsewhere is over, since nothing tells which it was.
pub async fn end_opened_by_passkey(
    tx: &mut Tx,
    person: &Person,
    now: Timestamp,
) -> Result<(), StoreError> {
    let member = &person.0.principal.id;
    for other in sign_ins::open_by_passkey(tx, member, now).await? {
        if other != person.0.sign_in
            && sign_ins::end(tx, &other, member, "passkey_removed", now).await?
        {
            announce(tx, Change::Revoked(Revocation::SignIn(other)), now).await?;
        }
    }
    Ok(())
}

/// What the account has once the factor is taken away; `None` where the policy requires a second factor,
/// and this is the last that counts. Held until `tx` ends: of two that are taken away at once, the second
/// sees what the first has left.
pub async fn without(
    tx: &mut Tx,
    person: &Person,
    factor: SecondFactor,
) -> Result<Option<Account>, Failure> {
    let member = &person.0.principal.id;
    members::hold(tx, member).await?;
    let account = credentials::find(tx, member).await?;
    let account = account.ok_or(Failure::Expired)?;
    let policy = sign_in_policy::rules_of(tx, member).await?.two_step;
    Ok(account.without(factor, &policy))
}

fn everything_of(person: &Person) -> Change {
    Change::Revoked(Revocation::Member(person.0.principal.id.clone()))
}
