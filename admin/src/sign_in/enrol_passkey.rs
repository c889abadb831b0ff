//! A passkey as the second factor that a sign-in asks its person to set up.

use axum::extract::State as Shared;
use config::session::AuthenticationMethod;

use super::flow::{self, Held};
use super::passkey::Ask;
use super::{Step, enrol};
use crate::hex::hex;
use crate::pages::{Answer, Failure, Form, Reader};
use crate::passkeys::{Occasion, RelyingParty, register};
use crate::sign_in_policy::SecondFactor;
use crate::state::State;
use crate::store::{flows, members, second_factor_demands};

const STEP: &str = "enrol";

/// The button, where the policy takes passkeys and they work at this host.
pub async fn ask(state: &State, reader: &Reader, held: &Held) -> Result<Option<Ask>, Failure> {
    let Some(party) = party(state, reader, held) else {
        return Ok(None);
    };
    let whose = hex(&held.token);
    let occasion = Occasion {
        step: STEP,
        whose: &whose,
    };
    let mut read = state.store.read().await?;
    let asked = register::ask(&mut read, state, &party, &held.account, occasion).await?;
    let to = "/sign-in/set-up-two-step/passkey";
    Ok(Some(Ask {
        is_main: !held.rules.two_step.takes(SecondFactor::Authenticator),
        ..Ask::adding(reader.language, to, asked)
    }))
}

fn party(state: &State, reader: &Reader, held: &Held) -> Option<RelyingParty> {
    let is_taken = held.rules.two_step.takes(SecondFactor::Passkey);
    RelyingParty::at(state, reader).filter(|_| is_taken)
}

/// `POST /sign-in/set-up-two-step/passkey`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    let now = state.clock.now();
    let held = flow::at(&state, &reader, Step::Enrol).await?;
    let whose = hex(&held.token);
    let occasion = Occasion {
        step: STEP,
        whose: &whose,
    };
    let party = party(&state, &reader, &held);
    let registered = party.map(|party| register::check(&state, &party, &form, occasion));
    let Some(Ok(registered)) = registered else {
        return enrol::show_wrong_passkey(&state, &reader, held).await;
    };
    let member = &held.account.member;
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, member).await?;
    // Of several that confirm at once, one succeeds; somebody who has a factor meanwhile begins anew.
    let (account, _) = flow::standing(&mut tx, &state, &reader, &held.flow, Step::Enrol).await?;
    if !flows::take(&mut tx, &held.token).await? {
        return Err(held.flow.start_again());
    }
    let whose = (&account, "");
    let added = register::add(&state, &reader, &mut tx, whose, &registered).await?;
    let Some(register::Added { codes }) = added else {
        drop(tx);
        return enrol::show_wrong_passkey(&state, &reader, held).await;
    };
    second_factor_demands::forget(&mut tx, member).await?;
    let mut flow = held.flow;
    flow.enrolment = None;
    flow.prove_second(AuthenticationMethod::Passkey, now);
    let onward = flow::advance(&state, &reader, tx, flow, None).await?;
    match codes {
        Some(codes) => enrol::show_codes(&state, &reader, codes, &onward),
        None => Ok(onward),
    }
}
