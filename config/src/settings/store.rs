//! `[store]`: where everything that people decide is kept.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub url: StoreUrl,
    /// Connections to PostgreSQL at most.
    pub connections: u32,
}

#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// The embedded SQLite file `gatehouse.db` in the data folder.
    Embedded,
    /// A `postgres://` URL. It may hold a password: it is never printed.
    Postgres(String),
}

impl std::fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Embedded => "embedded",
            Self::Postgres(_) => "postgres://…",
        })
    }
}
