//! Half a year of sign-ins, changes and requests.

use std::net::IpAddr;

use admin::access_record::Record;
use admin::logs::{
    Actor, ActorKind, AuditEntry, AuditResult, SignInEntry, SignInKind, Target, record_audit,
    record_sign_in,
};
use admin::store::Store;
use admin::store::events::{Row, insert_access_many};
use config::access_event::Outcome;
use config::session::AuthenticationMethod;
use config::{AccessEvent, Clock, Timestamp};
use serde_json::json;
use uuid::{NoContext, Uuid};

use crate::chance::Chance;
use crate::people::Person;

const HALF_A_YEAR_MS: u64 = 180 * 24 * 3_600_000;
const APPLICATIONS: usize = 50;
const ADDRESSES: usize = 20_000;
const PAGES: usize = 5000;
const BATCH: usize = 5000;
const REASONS: [&str; 5] = [
    "no_rule_allows",
    "not_signed_in",
    "ip_denied",
    "two_step_required",
    "rate_limited",
];
const ACTIONS: [&str; 5] = ["create", "update", "update", "disable", "delete"];
const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
     (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// The moment of the `n`th of `many`, in order.
fn moment(now: Timestamp, n: u64, many: u64) -> Timestamp {
    let ago = HALF_A_YEAR_MS - HALF_A_YEAR_MS / many.max(1) * n;
    now.minus(std::time::Duration::from_millis(ago))
}

/// An id as it is made at that moment.
fn id_of(at: Timestamp) -> String {
    let (seconds, millis) = (at.as_millis() / 1000, at.as_millis() % 1000);
    let (seconds, nanos) = (seconds.unsigned_abs(), millis as u32 * 1_000_000);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos)).to_string()
}

fn address(chance: &mut Chance) -> IpAddr {
    let n = chance.skewed(ADDRESSES);
    [10, (n >> 16) as u8, (n >> 8) as u8, n as u8].into()
}

pub async fn sign_ins(store: &Store, people: &[Person], many: u64, chance: &mut Chance) {
    let now = Clock::system().now();
    let mut tx = store.begin().await.unwrap();
    for n in 0..many {
        let person = &people[chance.skewed(people.len())];
        let is_failure = chance.permille(120);
        let entry = SignInEntry {
            kind: if is_failure {
                SignInKind::Failed
            } else {
                SignInKind::SignedIn
            },
            member: Some(person.id.clone()),
            username: person.username.clone(),
            method: Some(AuthenticationMethod::Password),
            reason: is_failure.then_some("wrong_password"),
            client_address: address(chance),
            user_agent: BROWSER.to_owned(),
            device: "Chrome, Windows".to_owned(),
            place: None,
            risk: Vec::new(),
            sign_in: None,
            request_id: id_of(moment(now, n, many)),
        };
        record_sign_in(&mut tx, moment(now, n, many), &entry)
            .await
            .unwrap();
        if n % 5000 == 4999 {
            tx.commit().await.unwrap();
            tx = store.begin().await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

pub async fn changes(store: &Store, people: &[Person], many: u64, chance: &mut Chance) {
    let now = Clock::system().now();
    let mut tx = store.begin().await.unwrap();
    for n in 0..many {
        let (actor, target) = (&people[chance.below(20)], chance.of(people));
        let entry = AuditEntry {
            actor: Actor {
                kind: ActorKind::Member,
                id: Some(actor.id.to_string()),
                name: actor.username.clone(),
            },
            client_address: Some(address(chance)),
            request_id: Some(id_of(moment(now, n, many))),
            action: ACTIONS[chance.below(ACTIONS.len())],
            target: Target {
                kind: "member",
                id: Some(target.id.to_string()),
                name: target.username.clone(),
            },
            result: AuditResult::Done,
            before: Some(json!({"username": target.username, "mobile": null})),
            after: Some(json!({"username": target.username, "mobile": "+8613800000000"})),
        };
        record_audit(&mut tx, moment(now, n, many), &entry)
            .await
            .unwrap();
        if n % 5000 == 4999 {
            tx.commit().await.unwrap();
            tx = store.begin().await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

pub async fn access(store: &Store, people: &[Person], many: u64, chance: &mut Chance) {
    let now = Clock::system().now();
    let applications: Vec<String> = (0..APPLICATIONS).map(|_| id_of(now)).collect();
    let mut n = 0;
    while n < many {
        let mut batch = Vec::with_capacity(BATCH);
        while n < many && batch.len() < BATCH {
            let event = event(moment(now, n, many), people, &applications, chance);
            let mut bytes = Vec::new();
            Record::from(&event).write(&mut bytes).unwrap();
            batch.push(bytes);
            n += 1;
        }
        let rows: Vec<_> = batch
            .iter()
            .map(|bytes| Row::read(bytes).unwrap())
            .collect();
        let mut tx = store.begin().await.unwrap();
        insert_access_many(&mut tx, &rows).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn event(
    at: Timestamp,
    people: &[Person],
    applications: &[String],
    chance: &mut Chance,
) -> AccessEvent {
    let person = &people[chance.skewed(people.len())];
    let application = chance.skewed(applications.len());
    let outcome = match chance.below(1000) {
        0..30 => Outcome::Denied((*chance.of(&REASONS)).to_owned()),
        30 => Outcome::Cut("session_ended".to_owned()),
        31..60 => Outcome::OwnPage,
        _ => Outcome::Granted,
    };
    let is_granted = outcome == Outcome::Granted;
    let (id, address) = (id_of(at), address(chance));
    AccessEvent {
        request_id: id.clone(),
        id: id.into(),
        at,
        peer: Some(address),
        client_address: Some(address),
        method: if chance.permille(150) { "POST" } else { "GET" }.to_owned(),
        host: format!("app-{application}.example.com"),
        path: format!("/pages/{}/view", chance.skewed(PAGES)),
        protocol: "HTTP/2".to_owned(),
        user_agent: Some(BROWSER.to_owned()),
        application: Some(applications[application].as_str().into()),
        principal: Some(person.id.clone()),
        username: Some(person.username.clone()),
        guest: false,
        session: Some(person.id.as_str().into()),
        rule: Some("everyone at work".to_owned()),
        status: if is_granted { 200 } else { 403 },
        outcome,
        upstream: is_granted.then(|| "10.1.0.7:8080".to_owned()),
        error: None,
        request_bytes: 412,
        response_bytes: chance.skewed(100_000) as u64,
        duration_us: chance.skewed(400_000) as u64,
        upstream_us: is_granted.then_some(1987),
        snapshot: 42,
        watermarked: false,
    }
}
