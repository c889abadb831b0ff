//! `[store]`: where everything that people decide is kept.

use crate::settings::section::Section;

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

impl Default for Store {
    fn default() -> Self {
        Self {
            url: StoreUrl::Embedded,
            connections: 10,
        }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Store {
    let default = Store::default();
    let allowed = "write embedded for the SQLite file in the data folder, or \
                   postgres://user:password@host:5432/database";
    let url = section.value("url", allowed, |value| {
        // The text is never repeated: it may hold a password.
        let text = value.as_text().ok_or("this is no text")?;
        if text == "embedded" {
            return Ok(StoreUrl::Embedded);
        }
        let url = url::Url::parse(text).map_err(|error| format!("this is no URL: {error}"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(format!("there is no store of kind \"{}\"", url.scheme()));
        }
        if url.path().trim_matches('/').is_empty() {
            return Err("the URL names no database".to_owned());
        }
        Ok(StoreUrl::Postgres(text.to_owned()))
    });
    Store {
        url: url.unwrap_or(default.url),
        connections: section
            .integer("connections", 2..=1000)
            .unwrap_or(default.connections),
    }
}
