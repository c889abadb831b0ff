//! Which database it is, and how a connection to it is made ready.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Connection as _, Executor};

use super::StoreError;

/// Connections to the embedded store: one writes, the others read.
const EMBEDDED_CONNECTIONS: u32 = 8;
/// A caller waits so long for a connection before the store counts as away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// WAL lets readers go on beside the writer; FULL makes a commit survive a power cut, which the spool
/// relies on when it deletes what has been stored. Each connection has a cache of its own, and the
/// operating system has the file in its own: 2 MiB are enough.
const SQLITE_SET_UP: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -2048; \
     PRAGMA temp_store = MEMORY";
/// No statement of ours takes long: one that does is stuck.
const POSTGRES_SET_UP: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '60s'";

/// Holds the URL, which may contain a password: it is never printed.
#[derive(Clone)]
pub struct Engine {
    kind: Kind,
    url: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Engine {
    /// Makes the folder (mode 0700) and the file (mode 0600) if they are absent.
    pub(super) fn embedded(file: &Path) -> Result<Self, StoreError> {
        let unusable =
            |e: std::io::Error| StoreError::Away(format!("{} cannot be used: {e}", file.display()));
        if let Some(folder) = file.parent() {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(unusable)?;
        }
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(file)
            .map_err(unusable)?;
        if !is_database(file).map_err(unusable)? {
            return Err(StoreError::Corrupt(format!(
                "{} is not a database: move it away and put a backup in its place with `gatehouse \
                 restore`",
                file.display()
            )));
        }
        Ok(Self {
            kind: Kind::Sqlite,
            url: sqlite_url(file).map_err(unusable)?,
        })
    }

    pub(super) fn postgres(url: &str) -> Self {
        Self {
            kind: Kind::Postgres,
            url: url.to_owned(),
        }
    }

    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.kind == Kind::Sqlite
    }

    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "SQLite",
            Kind::Postgres => "PostgreSQL",
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn begin_write(&self) -> &'static str {
        match self.kind {
            // A deferred transaction that turns writer half-way fails where another one writes.
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => "BEGIN",
        }
    }

    /// What lets a connection take its time: a step of the schema may go through a long log.
    pub(super) fn unhurried(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(
                "SELECT set_config('statement_timeout', '0', false), \
                 set_config('lock_timeout', '0', false)",
            ),
        }
    }

    pub(super) fn begin_view(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "BEGIN",
            Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    pub(super) fn pool(&self, connections: u32) -> Result<AnyPool, StoreError> {
        sqlx::any::install_default_drivers();
        let (set_up, most) = match self.kind {
            Kind::Sqlite => (SQLITE_SET_UP, EMBEDDED_CONNECTIONS),
            Kind::Postgres => (POSTGRES_SET_UP, connections.max(2)),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    connection.execute(set_up).await?;
                    Ok(())
                })
            })
            // SQLite ends a transaction by itself where the disk is full, and sqlx then takes the
            // connection to be in one for ever.
            .before_acquire(|connection, _| {
                Box::pin(async move { Ok(!connection.is_in_transaction()) })
            })
            .connect_lazy(&self.url)?;
        Ok(pool)
    }
}

/// Whether the file begins as SQLite's do (sqlite.org/fileformat.html §1.3), or is new.
fn is_database(file: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    File::open(file)?.take(16).read_to_end(&mut head)?;
    Ok(head.is_empty() || head == b"SQLite format 3\0")
}

fn sqlite_url(file: &Path) -> std::io::Result<String> {
    let absolute = std::path::absolute(file)?;
    let url = url::Url::from_file_path(&absolute)
        .map_err(|()| std::io::Error::other("not a path that can be written as a URL"))?;
    Ok(format!(
        "sqlite{}?mode=rwc",
        url.as_str().trim_start_matches("file")
    ))
}
