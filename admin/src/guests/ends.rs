//! A guest's end: told to the guest and to whoever answers for them some days before, and recorded when it
//! comes. Nobody comes in any longer by then, whether this has run or not.

use std::collections::BTreeMap;

use config::id::MemberId;
use config::session::Revocation;
use config::snapshot::Brand;
use config::{Language, Timestamp};

use super::settings::{self, GuestSettings};
use super::{Guest, find, older_nodes};
use crate::appearance;
use crate::edit::{shown, target};
use crate::logs::{self, ActorKind, AuditEntry, AuditResult};
use crate::members::account::NO_SIGN_IN;
use crate::messages::content::GuestEnd;
use crate::messages::mail_sender::MailSender;
use crate::messages::sms_sender::SmsSender;
use crate::messages::{Channel, Content, Message, MessageKind, outbox, senders};
use crate::refused::Refused;
use crate::state::State;
use crate::store::changes::{Change, announce};
use crate::store::guest_ends::{self as rows, Told, Ways};
use crate::store::guests::GuestRow;
use crate::store::{Connection, StoreError, Tx, flows, holds, members, sign_ins};

/// So many are looked at in one round.
const AT_ONCE: i64 = 500;

/// Records the ends that have come, and tells of those that come. Safe to repeat.
pub async fn sweep(state: &State, now: Timestamp) -> Result<(), StoreError> {
    older_nodes::catch_up(state).await?;
    let over = rows::unrecorded(&mut *state.store.read().await?, now, AT_ONCE).await?;
    for id in over {
        let recorded = record(state, &id, now).await;
        // Whoever was removed meanwhile has no end any more.
        if let Err(Refused::Store(error)) = recorded {
            return Err(error);
        }
    }
    let settings = settings::get(&mut *state.store.read().await?).await?.body;
    if settings.notice_days == 0 {
        return Ok(());
    }
    let mut notices = to_guests(state, &settings, now).await?;
    notices.extend(to_sponsors(state, &settings, now).await?);
    for notice in notices {
        tell(state, notice, now).await?;
    }
    Ok(())
}

async fn record(state: &State, id: &MemberId, now: Timestamp) -> Result<(), Refused> {
    let mut tx = state.store.begin().await?;
    holds::guests(&mut tx).await?;
    members::hold(&mut tx, id).await?;
    if !rows::note_end(&mut tx, id, now).await? {
        return Ok(());
    }
    flows::forget_member(&mut tx, id).await?;
    outbox::withdraw_codes(&mut tx, id, NO_SIGN_IN, now).await?;
    let open = sign_ins::open_of(&mut tx, id, now).await?;
    for sign_in in &open {
        sign_ins::end(&mut tx, sign_in, id, "guest_expired", now).await?;
    }
    let guest = find(&mut tx, id, now).await?;
    logs::record_audit(&mut tx, now, &expired(&guest)).await?;
    let over = open.into_iter().map(Revocation::SignIn);
    for revoked in over.chain([Revocation::Member(id.clone())]) {
        announce(&mut tx, Change::Revoked(revoked), now).await?;
    }
    Ok(tx.commit().await?)
}

fn expired(guest: &Guest) -> AuditEntry {
    AuditEntry {
        actor: logs::Actor {
            kind: ActorKind::System,
            id: None,
            name: "gatehouse".to_owned(),
        },
        client_address: None,
        request_id: None,
        action: "expire",
        target: target("guest", guest.id.as_str(), &guest.username),
        result: AuditResult::Done,
        before: None,
        after: shown(guest),
    }
}

/// That guests end, for somebody who is to know.
struct Notice {
    told: Told,
    guests: Vec<GuestRow>,
    to: MemberId,
    email: Option<String>,
    mobile: Option<String>,
    content: Content,
    language: Language,
}

async fn to_guests(
    state: &State,
    settings: &GuestSettings,
    now: Timestamp,
) -> Result<Vec<Notice>, StoreError> {
    let mut read = state.store.read().await?;
    let ways = ways(&mut read, MessageKind::GuestEnds, settings.notice_language).await?;
    let span = (now, now.plus(settings.notice()));
    let untold = rows::untold(&mut read, Told::Guest, ways, span, AT_ONCE).await?;
    let organisation = appearance::get::<Brand>(&mut read).await?.body.organisation;
    let notices = untold.into_iter().map(|guest| Notice {
        told: Told::Guest,
        to: guest.id.clone(),
        email: guest.email.clone(),
        mobile: guest.mobile.clone().filter(|_| ways.sms),
        content: Content::GuestEnds {
            organisation: organisation.clone(),
            name: guest.display_name.clone(),
            day: day(guest.expires_at),
            sponsor: guest.sponsor.as_ref().map(|one| one.display_name.clone()),
        },
        language: settings.notice_language,
        guests: vec![guest],
    });
    Ok(notices.collect())
}

/// One to each, however many of their guests end.
async fn to_sponsors(
    state: &State,
    settings: &GuestSettings,
    now: Timestamp,
) -> Result<Vec<Notice>, StoreError> {
    let mut read = state.store.read().await?;
    let ways = ways(&mut read, MessageKind::GuestsEnd, settings.notice_language).await?;
    let span = (now, now.plus(settings.notice()));
    let mut by_sponsor: BTreeMap<String, Vec<GuestRow>> = BTreeMap::new();
    for guest in rows::untold(&mut read, Told::Sponsor, ways, span, AT_ONCE).await? {
        if let Some(sponsor) = &guest.sponsor {
            let of_sponsor = by_sponsor.entry(sponsor.id.to_string());
            of_sponsor.or_default().push(guest);
        }
    }
    let organisation = appearance::get::<Brand>(&mut read).await?.body.organisation;
    let mut notices = Vec::with_capacity(by_sponsor.len());
    for (id, guests) in by_sponsor {
        let Some(sponsor) = members::find(&mut read, &id.into()).await? else {
            continue;
        };
        notices.push(Notice {
            told: Told::Sponsor,
            to: sponsor.id,
            email: sponsor
                .email
                .filter(|_| sponsor.email_verified_at.is_some()),
            mobile: sponsor.mobile.filter(|_| ways.sms),
            content: Content::GuestsEnd {
                organisation: organisation.clone(),
                name: sponsor.display_name,
                guests: guests.iter().map(end_of).collect(),
            },
            language: settings.notice_language,
            guests,
        });
    }
    Ok(notices)
}

/// Which senders there are that take this.
async fn ways(
    connection: &mut Connection,
    kind: MessageKind,
    language: Language,
) -> Result<Ways, StoreError> {
    let mail = senders::get::<MailSender>(connection).await?.body.sender;
    let sms = senders::get::<SmsSender>(connection).await?.body.sender;
    Ok(Ways {
        mail: mail.is_some(),
        sms: sms.is_some_and(|sender| sender.takes(kind, language)),
    })
}

fn end_of(guest: &GuestRow) -> GuestEnd {
    GuestEnd {
        name: guest.display_name.clone(),
        username: guest.username.clone(),
        day: day(guest.expires_at),
    }
}

fn day(end: Option<Timestamp>) -> String {
    end.and_then(|end| jiff::Timestamp::from_millisecond(end.as_millis()).ok())
        .map(|end| end.strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

/// Tells once, by mail or else by SMS. Where no sender takes it now, a later round tries again.
async fn tell(state: &State, notice: Notice, now: Timestamp) -> Result<(), StoreError> {
    let ends = notice.guests.iter().filter_map(|guest| guest.expires_at);
    let last = ends.max().unwrap_or(now);
    for (channel, recipient) in [
        (Channel::Mail, &notice.email),
        (Channel::Sms, &notice.mobile),
    ] {
        let Some(recipient) = recipient else { continue };
        let mut tx = state.store.begin().await?;
        if !note(&mut tx, &notice, now).await? {
            return Ok(());
        }
        let message = Message {
            channel,
            recipient: recipient.clone(),
            member: Some(notice.to.clone()),
            language: notice.language,
            content: notice.content.clone(),
        };
        match outbox::queue(&mut tx, &state.sealer, message, last, now).await {
            Ok(_) => return tx.commit().await,
            Err(Refused::Store(error)) => return Err(error),
            // No sender, or enough for now: nothing of this is kept.
            Err(_) => {}
        }
    }
    Ok(())
}

/// `false`: another node tells of them just now, or an end has moved; then the next round knows.
async fn note(tx: &mut Tx, notice: &Notice, now: Timestamp) -> Result<bool, StoreError> {
    for guest in &notice.guests {
        let end = guest.expires_at.unwrap_or_default();
        if !rows::note_told(tx, &guest.id, notice.told, end, now).await? {
            return Ok(false);
        }
    }
    Ok(true)
}
