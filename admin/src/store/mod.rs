//! Where everything that people decide is kept: SQLite in the data folder, or PostgreSQL.
//!
//! One SQL text serves both through `sqlx::Any`; only this folder names `sqlx`, and only the files
//! `engine`, `changes`, `listen` and `copy` know which engine it is. Queries are free functions in a file for
//! each noun, take a [`Connection`], and so compose inside one transaction:
//!
//! ```ignore
//! let mut tx = store.begin().await?;
//! members::insert(&mut tx, &member).await?;
//! logs::record_audit(&mut tx, &entry).await?;
//! changes::announce(&mut tx, Change::Revoked(Revocation::Member(id)), now).await?;
//! tx.commit().await?;
//! ```
//!
//! Never bind an `Arc<str>`: the SQLite side of `sqlx::Any` 0.9.0 panics on it. Bind `&str`.

pub mod answered_questions;
pub mod api_tokens;
pub mod applications;
pub mod belongings;
pub mod browser_trust;
pub mod by_audience;
pub mod certificates;
pub mod changes;
pub mod condition;
pub mod copy;
pub mod credentials;
pub mod department_lists;
pub mod departments;
pub mod directories;
pub mod directory_app_tokens;
pub mod directory_callbacks;
pub mod directory_events;
pub mod directory_metadata;
pub mod directory_names;
pub mod directory_notices;
pub mod directory_people;
pub mod directory_renewals;
pub mod directory_sessions;
pub mod directory_tokens;
pub mod directory_units;
pub mod documents;
pub mod earlier_passwords;
mod engine;
mod error;
pub mod events;
pub mod expiry;
pub mod flows;
pub mod group_rules;
pub mod groups;
pub mod guest_ends;
pub mod guest_rows;
pub mod guests;
pub mod handovers;
pub mod holds;
pub mod idempotent_answers;
pub mod ip_entries;
pub mod ip_lists;
pub mod ip_trials;
pub mod known_devices;
pub mod leases;
mod listen;
pub mod listing;
pub mod lockouts;
pub mod managed;
pub mod managers;
mod many;
pub mod member_imports;
pub mod member_languages;
pub mod member_lists;
pub mod members;
pub mod memberships;
pub mod mentions;
pub mod message_codes;
pub mod message_jobs;
pub mod messages;
pub mod one_time_links;
pub mod overview;
pub mod passkeys;
pub mod pictures;
pub mod published;
pub mod recovery_codes;
pub mod role_holdings;
pub mod roles;
pub mod scim_groups;
pub mod scim_users;
pub mod search_keys;
pub mod second_factor_demands;
pub mod session_facts;
pub mod session_limits;
pub mod sessions;
pub mod set_up;
pub mod sign_ins;
pub mod signing_keys;
pub mod spool_cursors;
pub mod sync_changes;
pub mod sync_conflicts;
pub mod sync_marks;
pub mod sync_people;
pub mod sync_runs;
pub mod totp;
mod tx;
pub mod within;

#[cfg(test)]
mod once_tests;
#[cfg(test)]
mod scale_tests;
#[cfg(test)]
pub mod testing;

use std::path::Path;
use std::sync::Arc;

use config::settings::StoreUrl;
use sqlx::AnyPool;
use sqlx::pool::PoolConnection;
use tokio::sync::{Notify, Semaphore};

use crate::metrics::Metrics;

pub use engine::Engine;
pub use error::StoreError;
pub use tx::{Tx, View};

/// What a query function takes: a [`Tx`], a [`View`] and [`Store::read`] all lend one.
pub type Connection = sqlx::AnyConnection;

/// The file of the embedded store inside the data folder.
pub const EMBEDDED_FILE: &str = "gatehouse.db";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// An open store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: AnyPool,
    engine: Engine,
    /// SQLite takes one writer at a time; here writers queue in order instead of colliding.
    writer: Option<Arc<Semaphore>>,
    /// Woken when a transaction that announced a change has been committed.
    announced: Notify,
    metrics: Metrics,
}

impl Shared {
    /// Counts a store that does not answer.
    fn noted(&self, error: sqlx::Error) -> StoreError {
        let error = StoreError::from(error);
        if matches!(error, StoreError::Away(_)) {
            self.metrics.store_failed();
        }
        error
    }
}

impl Store {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Away`] if PostgreSQL does not answer; [`StoreError::Corrupt`] if the store was
    /// made by a newer version.
    pub async fn open(settings: &config::settings::Store, data: &Path) -> Result<Self, StoreError> {
        let store = Self::reach(settings, data)?;
        store.prepare().await?;
        Ok(store)
    }

    /// A store that connects when it is first asked, so that a node can start while PostgreSQL is
    /// away. [`Store::prepare`] must have succeeded before anything else is asked of it.
    pub fn reach(settings: &config::settings::Store, data: &Path) -> Result<Self, StoreError> {
        let engine = match &settings.url {
            StoreUrl::Embedded => Engine::embedded(&data.join(EMBEDDED_FILE))?,
            StoreUrl::Postgres(url) => Engine::postgres(url),
        };
        Ok(Self {
            shared: Arc::new(Shared {
                pool: engine.pool(settings.connections)?,
                writer: engine.is_sqlite().then(|| Arc::new(Semaphore::new(1))),
                engine,
                announced: Notify::new(),
                metrics: Metrics::new().map_err(|e| StoreError::Other(e.to_string()))?,
            }),
        })
    }

    /// Brings the schema up to date. Nodes that start at once take turns.
    pub async fn prepare(&self) -> Result<(), StoreError> {
        let mut connection = self.read().await?;
        if let Some(unhurried) = self.shared.engine.unhurried() {
            sqlx::query(unhurried).execute(&mut *connection).await?;
            connection.close_on_drop();
        }
        MIGRATIONS
            .run_direct(None, &mut *connection, false)
            .await
            .map_err(migration_error)
    }

    /// A connection for reading, each statement by itself.
    pub async fn read(&self) -> Result<PoolConnection<sqlx::Any>, StoreError> {
        let acquired = self.shared.pool.acquire().await;
        acquired.map_err(|e| self.shared.noted(e))
    }

    /// Reads that all see the store at one moment, whatever is committed meanwhile.
    pub async fn view(&self) -> Result<View, StoreError> {
        View::begin(&self.shared).await
    }

    /// A transaction that writes. On SQLite it waits for the one before it to end, so keep it short
    /// and do nothing slow in it.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Tx::begin(&self.shared).await
    }

    /// What is counted on this store; unknown to Prometheus until it is registered.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// Whether the store answers just now.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.read().await?;
        sqlx::query("SELECT 1").execute(&mut *connection).await?;
        Ok(())
    }

    /// Waits until there may be something new in the feed of changes. For one waiter only.
    pub(crate) async fn announced(&self) {
        self.shared.announced.notified().await;
    }

    /// Makes [`Store::announced`] hear of other nodes too. Runs until it is dropped.
    pub(crate) async fn listen(&self) {
        listen::listen(&self.shared).await;
    }

    /// Ends all connections after their present work.
    pub async fn close(&self) {
        self.shared.pool.close().await;
    }
}

fn migration_error(error: sqlx::migrate::MigrateError) -> StoreError {
    use sqlx::migrate::MigrateError as M;
    match error {
        M::Execute(error) | M::ExecuteMigration(error, _) => error.into(),
        M::VersionMissing(version) | M::VersionTooNew(version, _) => StoreError::Corrupt(format!(
            "its schema is at step {version}, which this version does not know: run the version \
             that made it, or a later one"
        )),
        other => StoreError::Corrupt(other.to_string()),
    }
}
