//! A person's own sign-ins: seeing them, ending one or all others.

use axum::extract::State as Shared;
use config::Language;
use config::id::SignInId;
use config::session::Revocation;

use super::{done, unknown_device};
use crate::logs::SignInKind;
use crate::pages::times::Moment;
use crate::pages::{Answer, Form, Reader, go_to};
use crate::sign_in::Person;
use crate::sign_in::record::{Happening, record};
use crate::sign_in::sign_out::farewell;
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::sign_ins::LiveSignIn;
use crate::store::{Connection, StoreError, Tx, flows, members, sessions, sign_ins};

/// A sign-in as the page shows it.
pub struct Shown {
    pub id: SignInId,
    pub is_here: bool,
    pub device: String,
    pub address: String,
    pub since: Moment,
    pub seen: Moment,
    pub hosts: String,
}

pub async fn shown(
    read: &mut Connection,
    state: &State,
    person: &Person,
    live: Vec<LiveSignIn>,
    language: Language,
) -> Result<Vec<Shown>, StoreError> {
    let now = state.clock.now();
    let mut all = Vec::with_capacity(live.len());
    for sign_in in live {
        let mut hosts = sessions::hosts(read, &sign_in.id).await?;
        // Every sign-in has a session at the own host where it was made: that tells of no application.
        hosts.retain(|host| !state.settings.is_own_host(host));
        let device = if sign_in.device.is_empty() {
            unknown_device(language).to_owned()
        } else {
            sign_in.device
        };
        all.push(Shown {
            is_here: sign_in.id == person.0.sign_in,
            device,
            address: sign_in.address,
            since: Moment::new(sign_in.started_at, now, language),
            seen: Moment::new(sign_in.last_seen_at, now, language),
            hosts: hosts.join(", "),
            id: sign_in.id,
        });
    }
    all.sort_by_key(|shown| !shown.is_here);
    Ok(all)
}

/// `POST /account/sessions/end`: one of the person's own, this one included.
pub async fn end(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    form: Form,
) -> Answer {
    let id = SignInId::from(form.get("sign_in"));
    let mut tx = state.store.begin().await?;
    end_one(&state, &reader, &mut tx, &person, id.clone()).await?;
    tx.commit().await?;
    if id == person.0.sign_in {
        return Ok(go_to(farewell(&state, &reader, Some(&person.0))));
    }
    Ok(done())
}

/// `POST /account/sessions/end-others`: those that have only begun among them.
pub async fn end_others(
    Shared(state): Shared<State>,
    reader: Reader,
    person: Person,
    _: Form,
) -> Answer {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &person.0.principal.id).await?;
    flows::forget_member(&mut tx, &person.0.principal.id).await?;
    for other in sign_ins::open_of(&mut tx, &person.0.principal.id, now).await? {
        if other != person.0.sign_in {
            end_one(&state, &reader, &mut tx, &person, other).await?;
        }
    }
    tx.commit().await?;
    Ok(done())
}

/// Ends a sign-in if it is this person's; of anybody else's nothing happens.
async fn end_one(
    state: &State,
    reader: &Reader,
    tx: &mut Tx,
    person: &Person,
    id: SignInId,
) -> Result<(), StoreError> {
    let now = state.clock.now();
    let principal = &person.0.principal;
    if !sign_ins::end(tx, &id, &principal.id, "ended_by_person", now).await? {
        return Ok(());
    }
    let happening = Happening {
        kind: SignInKind::SignedOut,
        member: Some(&principal.id),
        username: &principal.username,
        method: None,
        reason: Some("ended_by_person"),
        risk: &[],
        sign_in: Some(&id),
    };
    record(tx, reader, now, happening).await?;
    announce(tx, Change::Revoked(Revocation::SignIn(id)), now).await
}
