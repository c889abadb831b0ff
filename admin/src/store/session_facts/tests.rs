//! A session is found with all its facts while it is good, and not a moment longer.

use super::*;
use crate::store::Store;
use crate::store::testing::{TestStore, on_both_engines};

const HOST: &str = "wiki.example.com";
const NOW: Timestamp = Timestamp(10_000);

/// Alice, in Backend (below Engineering, below the company) and in Sales, with a session.
const ALICE: &[&str] = &[
    "INSERT INTO members (id, kind, status, username, username_key, display_name, email, \
     email_key, created_at, updated_at, version) VALUES \
     ('m1', 'member', 'active', 'Alice', 'alice', 'Alice 王', 'a@example.com', 'a@example.com', 0, 0, 1)",
    "INSERT INTO departments (id, parent_id, name, position, created_at, updated_at, version) \
     VALUES ('root', NULL, '公司', 0, 0, 0, 1), ('eng', 'root', 'Engineering', 0, 0, 0, 1), \
     ('back', 'eng', 'Backend', 0, 0, 0, 1), ('sales', 'root', 'Sales', 0, 0, 0, 1)",
    "INSERT INTO department_members (department_id, member_id, position) \
     VALUES ('back', 'm1', 0), ('sales', 'm1', 1)",
    "INSERT INTO groups (id, name, name_key, description, created_at, updated_at, version) \
     VALUES ('g1', 'ops', 'ops', '', 0, 0, 1)",
    "INSERT INTO group_members (group_id, member_id, added_at) VALUES ('g1', 'm1', 0)",
    "INSERT INTO member_roles (member_id, role, granted_at) \
     VALUES ('m1', 'auditor', 0), ('m1', 'from_the_future', 0)",
    "INSERT INTO sign_ins (id, member_id, started_at, authenticated_at, second_factor_at, methods, \
     address, user_agent, device, expires_at, idle_limit_ms) VALUES \
     ('i1', 'm1', 1000, 1000, 2000, '[\"password\",\"totp\"]', '192.0.2.7', '', '', 20000, 6000)",
];

fn token(byte: u8) -> TokenHash {
    [byte; 32]
}

pub async fn alice(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    for statement in ALICE {
        sqlx::query(*statement).execute(&mut *tx).await.unwrap();
    }
    for (id, host, byte, seen) in [
        ("s0", "access.example.com", 0, 9_000_i64),
        ("s1", HOST, 1, 3_000),
    ] {
        sqlx::query(
            "INSERT INTO sessions (id, sign_in_id, host, token_hash, created_at, last_seen_at) \
             VALUES ($1, 'i1', $2, $3, 1000, $4)",
        )
        .bind(id)
        .bind(host)
        .bind(token(byte).to_vec())
        .bind(seen)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn change(store: &TestStore, statement: &'static str) {
    let mut tx = store.begin().await.unwrap();
    sqlx::query(statement).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn look(store: &TestStore, host: &str, now: Timestamp) -> Option<Session> {
    let mut read = store.read().await.unwrap();
    find(&mut read, &token(1), host, now).await.unwrap()
}

#[tokio::test]
async fn a_session_is_found_with_the_facts_of_its_person() {
    on_both_engines(async |store| {
        alice(&store).await;
        let session = look(&store, HOST, NOW).await.unwrap();
        let principal = &session.principal;
        let departments: Vec<_> = principal
            .departments
            .iter()
            .map(|d| d.id.as_str())
            .collect();
        assert_eq!(departments, ["back", "eng", "root", "sales"]);
        assert_eq!(principal.groups[0].name, "ops");
        assert_eq!(principal.roles, [Role::Auditor]);
        assert_eq!(principal.email, None, "not verified");
        assert_eq!(session.second_factor_at, Some(Timestamp(2000)));
        assert_eq!(session.methods.len(), 2);
        assert_eq!(
            session.last_seen_at,
            Timestamp(9_000),
            "seen at any host of the sign-in"
        );
    })
    .await;
}

#[tokio::test]
async fn attack_11_a_cookie_of_one_host_opens_no_other() {
    on_both_engines(async |store| {
        alice(&store).await;
        assert!(look(&store, "echo.example.com", NOW).await.is_none());
        assert!(look(&store, "access.example.com", NOW).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_by_time_by_hand_and_with_the_person() {
    on_both_engines(async |store| {
        alice(&store).await;
        assert!(look(&store, HOST, Timestamp(14_999)).await.is_some());
        assert!(
            look(&store, HOST, Timestamp(15_000)).await.is_none(),
            "idle"
        );
        change(&store, "UPDATE sign_ins SET idle_limit_ms = NULL").await;
        assert!(look(&store, HOST, Timestamp(19_999)).await.is_some());
        assert!(
            look(&store, HOST, Timestamp(20_000)).await.is_none(),
            "expired"
        );

        change(&store, "UPDATE members SET status = 'disabled'").await;
        assert!(look(&store, HOST, NOW).await.is_none(), "disabled");
        change(&store, "UPDATE members SET status = 'active'").await;
        change(&store, "UPDATE sign_ins SET ended_at = 1").await;
        assert!(look(&store, HOST, NOW).await.is_none(), "signed out");
        change(&store, "UPDATE sign_ins SET ended_at = NULL").await;
        assert!(look(&store, HOST, NOW).await.is_some());
        change(&store, "UPDATE sessions SET ended_at = 1 WHERE id = 's1'").await;
        assert!(look(&store, HOST, NOW).await.is_none(), "this one ended");
    })
    .await;
}

#[tokio::test]
async fn a_loop_in_the_tree_of_departments_does_not_hang() {
    on_both_engines(async |store| {
        alice(&store).await;
        change(
            &store,
            "UPDATE departments SET parent_id = 'back' WHERE id = 'root'",
        )
        .await;
        let session = look(&store, HOST, NOW).await.unwrap();
        assert_eq!(session.principal.departments.len(), 4);
    })
    .await;
}
