//! What is written to the logs is read back whole, page by page, on both engines.

use config::Timestamp;
use config::access_event::Outcome;
use serde_json::json;

use super::*;
use crate::access_record::Record;
use crate::logs::{
    Actor, ActorKind, AuditEntry, AuditResult, SignInEntry, SignInKind, Target, record_audit,
    record_sign_in,
};
use crate::store::testing::{TestStore, on_both_engines};

pub fn access_event(id: &str, at: i64) -> config::AccessEvent {
    config::AccessEvent {
        id: id.into(),
        at: Timestamp(at),
        request_id: "r".into(),
        peer: None,
        client_address: Some([192, 0, 2, 7].into()),
        method: "GET".into(),
        host: "wiki.example.com".into(),
        path: "/".into(),
        protocol: "HTTP/1.1".into(),
        user_agent: None,
        application: Some("wiki".into()),
        principal: Some("m1".into()),
        username: Some("alice".into()),
        guest: false,
        session: None,
        rule: None,
        outcome: Outcome::Denied("no_rule".into()),
        status: 403,
        upstream: None,
        error: None,
        request_bytes: 0,
        response_bytes: 0,
        duration_us: 1,
        upstream_us: None,
        snapshot: 1,
        watermarked: false,
    }
}

pub fn audit_entry() -> AuditEntry {
    AuditEntry {
        actor: Actor {
            kind: ActorKind::Member,
            id: Some("m1".into()),
            name: "Alice".into(),
        },
        client_address: Some([192, 0, 2, 7].into()),
        request_id: Some("r1".into()),
        action: "update",
        target: Target {
            kind: "group",
            id: Some("g1".into()),
            name: "Ops".into(),
        },
        result: AuditResult::Done,
        before: Some(json!({"name": "运维"})),
        after: Some(json!({"name": "Ops"})),
    }
}

pub fn sign_in_entry() -> SignInEntry {
    SignInEntry {
        kind: SignInKind::Failed,
        member: None,
        username: "mallory\r\nalice".into(),
        method: Some(config::session::AuthenticationMethod::Password),
        reason: Some("wrong_password"),
        client_address: [192, 0, 2, 7].into(),
        user_agent: String::new(),
        device: String::new(),
        place: None,
        risk: Vec::new(),
        sign_in: None,
        request_id: "r1".into(),
    }
}

/// Adds the events in one transaction; says how many were new.
pub async fn insert(store: &TestStore, events: &[config::AccessEvent]) -> u64 {
    let in_bytes = |event| {
        let mut bytes = Vec::new();
        Record::from(event).write(&mut bytes).unwrap();
        bytes
    };
    let bytes: Vec<_> = events.iter().map(in_bytes).collect();
    let rows: Vec<_> = bytes
        .iter()
        .map(|bytes| Row::read(bytes).unwrap())
        .collect();
    let mut tx = store.begin().await.unwrap();
    let new = insert_access_many(&mut tx, &rows).await.unwrap();
    tx.commit().await.unwrap();
    new
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repetition() {
    on_both_engines(async |store| {
        // Three at the same moment: the id tells them apart.
        let all: Vec<_> = [("a", 1), ("b", 2), ("c", 2), ("d", 2), ("e", 3)]
            .map(|(id, at)| access_event(id, at))
            .into();
        insert(&store, &all).await;
        let mut read = store.read().await.unwrap();
        let mut page = Page {
            limit: 2,
            ..Page::default()
        };
        let mut seen = Vec::new();
        loop {
            let events = access_events(&mut read, &AccessFilter::default(), &page)
                .await
                .unwrap()
                .items;
            let Some(last) = events.last() else { break };
            page.after = Some(Key {
                at: last.at,
                id: last.id.to_string(),
            });
            seen.extend(events);
        }
        seen.reverse();
        assert_eq!(seen, all);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_cannot_be_read_hides_no_other() {
    on_both_engines(async |store| {
        let all = [
            access_event("a", 1),
            access_event("b", 2),
            access_event("c", 3),
        ];
        insert(&store, &all).await;
        let mut tx = store.begin().await.unwrap();
        let later = "UPDATE access_events SET record = $1 WHERE id = 'b'";
        let damage = sqlx::query(later).bind(&[255_u8, 1, 2][..]);
        damage.execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let page = Page {
            limit: 10,
            ..Page::default()
        };
        let mut read = store.read().await.unwrap();
        let found = access_events(&mut read, &AccessFilter::default(), &page)
            .await
            .unwrap();
        let [c, b, a] = &found.items[..] else {
            panic!("{found:?}")
        };
        assert_eq!([a, c], [&all[0], &all[2]]);
        assert_eq!((b.id.as_str(), b.at), ("b", Timestamp(2)));
        assert_eq!(b.principal, all[1].principal);
        assert!(b.error.as_ref().unwrap().what.contains("does not know"));
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_twice_is_kept_once() {
    on_both_engines(async |store| {
        let event = access_event("a", 1);
        assert_eq!(insert(&store, &[event.clone(), event]).await, 1);
    })
    .await;
}

#[tokio::test]
async fn more_events_than_one_statement_holds_are_all_stored() {
    on_both_engines(async |store| {
        let all: Vec<_> = (0..600)
            .map(|at| access_event(&format!("e{at:03}"), at))
            .collect();
        assert_eq!(insert(&store, &all).await, 600);
        assert_eq!(insert(&store, &all).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_filter_leaves_out_what_it_does_not_name() {
    on_both_engines(async |store| {
        insert(&store, &[access_event("a", 1), access_event("b", 5)]).await;
        let mut read = store.read().await.unwrap();
        let page = Page {
            since: Some(Timestamp(2)),
            limit: 10,
            ..Page::default()
        };
        let mut filter = AccessFilter {
            member: Some("m1".into()),
            outcome: Some("denied".into()),
            ..AccessFilter::default()
        };
        let found = access_events(&mut read, &filter, &page).await.unwrap();
        assert_eq!(found.items, [access_event("b", 5)]);
        filter.application = Some("echo".into());
        let found = access_events(&mut read, &filter, &page).await.unwrap();
        assert_eq!(found.items, []);
    })
    .await;
}

#[tokio::test]
async fn only_what_is_too_old_is_forgotten_and_in_batches() {
    on_both_engines(async |store| {
        let all: Vec<_> = (1..=5)
            .map(|at| access_event(&format!("e{at}"), at))
            .collect();
        insert(&store, &all).await;
        let mut tx = store.begin().await.unwrap();
        let batch = async |tx: &mut _| {
            delete_older(tx, Log::Access, Timestamp(4), 2)
                .await
                .unwrap()
        };
        assert_eq!(batch(&mut tx).await, 2);
        assert_eq!(batch(&mut tx).await, 1);
        assert_eq!(batch(&mut tx).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_change_is_told_with_before_and_after() {
    on_both_engines(async |store| {
        let mut tx = store.begin().await.unwrap();
        let entry = audit_entry();
        record_audit(&mut tx, Timestamp(7), &entry).await.unwrap();
        tx.commit().await.unwrap();
        let mut read = store.read().await.unwrap();
        let page = Page {
            limit: 10,
            ..Page::default()
        };
        let found = audit_events(&mut read, &AuditFilter::default(), &page)
            .await
            .unwrap();
        assert_eq!(found.items.len(), 1);
        assert_eq!(found.items[0].before, entry.before);
        assert_eq!(found.items[0].after, entry.after);
        assert_eq!(found.items[0].client_address.as_deref(), Some("192.0.2.7"));
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_entry_is_gone_with_its_transaction() {
    on_both_engines(async |store| {
        let entry = sign_in_entry();
        let page = Page {
            limit: 10,
            ..Page::default()
        };
        let mut dropped = store.begin().await.unwrap();
        record_sign_in(&mut dropped, Timestamp(1), &entry)
            .await
            .unwrap();
        drop(dropped);
        let mut kept = store.begin().await.unwrap();
        record_sign_in(&mut kept, Timestamp(2), &entry)
            .await
            .unwrap();
        kept.commit().await.unwrap();
        let mut read = store.read().await.unwrap();
        let found = sign_in_events(&mut read, &SignInFilter::default(), &page)
            .await
            .unwrap();
        assert_eq!(found.items.len(), 1);
        assert_eq!(found.items[0].at, Timestamp(2));
        assert_eq!(found.items[0].username, "mallory\\r\\nalice");
    })
    .await;
}

pub async fn count_access(connection: &mut crate::store::Connection) -> usize {
    let (count,): (i64,) = sqlx::query_as("SELECT CAST(count(*) AS BIGINT) FROM access_events")
        .fetch_one(connection)
        .await
        .unwrap();
    usize::try_from(count).unwrap()
}
