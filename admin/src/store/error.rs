//! What can go wrong with the store, in words that the rest of the program can act on.
//!
//! No type of the database library leaves this folder: a caller decides by variant, never by the text
//! of an engine.

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::postgres::PgDatabaseError;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store does not answer, or not in time. The same call may succeed later.
    #[error("the store is away: {0}")]
    Away(String),
    /// Something that must be unique exists already.
    #[error("{field} is already taken")]
    Conflict {
        /// `table.column`; several columns are joined by commas.
        field: String,
    },
    /// What is referred to does not exist, or what should go is still referred to.
    #[error("something that this refers to is missing, or something still refers to this")]
    Reference,
    /// A text holds a character that the engine cannot keep: U+0000 on PostgreSQL.
    #[error("a text holds a character that the store cannot keep")]
    Unstorable,
    /// There is no such row.
    #[error("there is no such entry in the store")]
    NotFound,
    /// What is stored cannot be read: made by a newer version, or damaged.
    #[error("the store holds something that cannot be read: {0}")]
    Corrupt(String),
    /// Anything else: a defect of ours rather than of the world.
    #[error("the store refused: {0}")]
    Other(String),
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Away(_))
    }

    /// Whether `field` (`table.column`) is what is already taken.
    #[must_use]
    pub fn is_conflict_of(&self, field: &str) -> bool {
        matches!(self, Self::Conflict { field: taken } if taken == field)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Io(_)
            | E::Tls(_)
            | E::PoolTimedOut
            | E::PoolClosed
            | E::WorkerCrashed
            | E::BeginFailed => Self::Away(error.to_string()),
            E::RowNotFound => Self::NotFound,
            E::ColumnDecode { .. }
            | E::Decode(_)
            | E::ColumnIndexOutOfBounds { .. }
            | E::ColumnNotFound(_) => Self::Corrupt(error.to_string()),
            E::Database(error) => from_engine(error.as_ref()),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

fn from_engine(error: &dyn DatabaseError) -> StoreError {
    match error.kind() {
        ErrorKind::UniqueViolation => StoreError::Conflict {
            field: taken_field(error),
        },
        ErrorKind::ForeignKeyViolation => StoreError::Reference,
        _ if is_unstorable(error) => StoreError::Unstorable,
        _ if is_passing(error) => StoreError::Away(error.to_string()),
        _ => StoreError::Other(error.to_string()),
    }
}

/// 22021 character_not_in_repertoire, 22P05 untranslatable_character (PostgreSQL, appendix A).
fn is_unstorable(error: &dyn DatabaseError) -> bool {
    error.try_downcast_ref::<PgDatabaseError>().is_some()
        && error
            .code()
            .is_some_and(|code| matches!(code.as_ref(), "22021" | "22P05"))
}

/// Whether the engine's own state, rather than the statement, is the reason.
fn is_passing(error: &dyn DatabaseError) -> bool {
    let Some(code) = error.code() else {
        return false;
    };
    if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        // 08 connection, 53 resources, 57 shutdown and cancelled by time-out, 58 system, 40 deadlock
        // and serialisation, 25006 a standby after a fail-over,
        // 55P03 a lock not had in time (PostgreSQL, appendix A).
        return ["08", "53", "57", "58", "40"].contains(&code.get(..2).unwrap_or_default())
            || ["25006", "55P03"].contains(&code.as_ref());
    }
    // The low byte is the primary result code: 5 busy, 6 locked, 7 memory, 10 disk, 13 full,
    // 14 cannot open (sqlite.org/rescode.html).
    code.parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 7 | 10 | 13 | 14))
}

fn taken_field(error: &dyn DatabaseError) -> String {
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        // "Key (a, b)=(x, y) already exists.", in the language of the server.
        let columns = error
            .detail()
            .and_then(|detail| detail.split_once('(')?.1.split_once(')'))
            .map_or("", |(columns, _)| columns);
        return qualified(error.table().unwrap_or_default(), columns);
    }
    // "UNIQUE constraint failed: t.a, t.b"
    let message = error.message();
    let names = message
        .rsplit_once(": ")
        .map_or(message, |(_, names)| names);
    names.replace(", ", ",")
}

fn qualified(table: &str, columns: &str) -> String {
    let names: Vec<String> = columns
        .split(", ")
        .map(|column| format!("{table}.{}", column.trim_matches('"')))
        .collect();
    names.join(",")
}
