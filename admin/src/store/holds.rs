//! What one transaction changes at a time, on whichever node: it takes hold first and reads then, so
//! that nothing is decided by what another is just changing. SQLite has one writer anyway; PostgreSQL
//! lets several read the same and then write.
//!
//! Whoever takes several takes them in the order of this file, before any row, then the row of a person
//! ([`super::members::hold`]), and at last the feed of changes ([`super::changes::announce`]). So two
//! never wait for each other.

use super::{Connection, StoreError};

/// Giving roles to people, and making and removing roles.
pub async fn roles(connection: &mut Connection) -> Result<(), StoreError> {
    hold(connection, "roles").await
}

/// The tree of departments: two moves, each right by itself, could make a circle.
pub async fn departments(connection: &mut Connection) -> Result<(), StoreError> {
    hold(connection, "departments").await
}

/// Rules of groups, what they look at of people and departments, who is put into a group by hand, and which
/// groups the sign-in policy names.
pub async fn group_rules(connection: &mut Connection) -> Result<(), StoreError> {
    hold(connection, "group_rules").await
}

/// Address lists, the trial of one, and whether they are in force.
pub async fn ip_lists(connection: &mut Connection) -> Result<(), StoreError> {
    hold(connection, "ip_lists").await
}

/// Certificates that are uploaded: how many there are, and that none is there twice.
pub async fn certificates(connection: &mut Connection) -> Result<(), StoreError> {
    hold(connection, "certificates").await
}

/// Senders, and a sign-in policy that counts on one.
pub async fn senders(connection: &mut Connection) -> Result<(), StoreError> {
    hold(connection, "senders").await
}

/// Guests: how many may come in, and who answers for them.
pub async fn guests(connection: &mut Connection) -> Result<(), StoreError> {
    hold(connection, "guests").await
}

/// The directories that are connected, and whether a run of one may begin.
pub async fn directories(connection: &mut Connection) -> Result<(), StoreError> {
    hold(connection, "directories").await
}

async fn hold(connection: &mut Connection, name: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO counters (name, value) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1",
    )
    .bind(name)
    .execute(connection)
    .await?;
    Ok(())
}
