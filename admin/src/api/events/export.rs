//! A log as a table to take away: whatever the filter shows, of any length, page by page, so that
//! neither memory nor a transaction of the store grows with it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::Response;
use config::Language;
use config::id::ApplicationId;
use config::language::Words;
use serde::Serialize;
use serde_json::Value;

use super::Between;
use crate::api::Problem;
use crate::api::download::Download;
use crate::api::language;
use crate::authz::Permit;
use crate::edit::Edit;
use crate::logs::Target;
use crate::state::State;
use crate::store::StoreError;
use crate::store::events::{Found, Key, Page};
use crate::table_file::{Cell, by_page};

/// What a column is called, and what stands in it.
pub type Column<T> = (Words, fn(&T, &Reader) -> Cell);

/// Who reads the table: in which language, and what applications are called.
pub struct Reader {
    pub language: Language,
    applications: HashMap<ApplicationId, String>,
}

impl Reader {
    fn new(state: &State, language: Language) -> Self {
        let snapshot = state.snapshot();
        let applications = snapshot.iter().flat_map(|snapshot| &snapshot.applications);
        Self {
            language,
            applications: applications
                .map(|app| (app.id.clone(), app.name.get(language).to_owned()))
                .collect(),
        }
    }

    /// As people call it, or its id where it is gone.
    pub fn application(&self, id: &ApplicationId) -> String {
        let name = self.applications.get(id).cloned();
        name.unwrap_or_else(|| id.to_string())
    }

    /// Says yes, or nothing.
    pub fn mark(&self, holds: bool) -> Cell {
        if holds {
            self.word(("Yes", "是"))
        } else {
            Cell::Empty
        }
    }

    /// In the reader's language.
    pub fn word(&self, words: Words) -> Cell {
        self.language.of(words).into()
    }
}

/// What is taken away, by whom.
pub struct Export<'a, T: 'static> {
    pub state: &'a State,
    pub permit: &'a Permit,
    pub headers: &'a HeaderMap,
    pub download: &'a Download,
    /// What the audit log and the file are called by: `access_log`.
    pub log: &'static str,
    pub columns: &'static [Column<T>],
}

impl<T: Send + 'static> Export<'_, T> {
    /// The table of all that `read` finds on `page` and those that follow. That it was asked for, and
    /// with which filter, is in the audit log before the first row leaves.
    pub async fn answer<F>(
        self,
        asked: Value,
        mut page: Page,
        read: impl Fn(State, Page) -> F + Send + 'static,
    ) -> Result<Response, Problem>
    where
        F: Future<Output = Result<Found<T>, StoreError>> + Send + 'static,
    {
        let (state, columns) = (self.state.clone(), self.columns);
        // What comes while the table is written is not waited for.
        let end = state.clock.now().plus(Duration::from_millis(1));
        page.until = Some(page.until.map_or(end, |until| until.min(end)));
        let reader = Arc::new(Reader::new(&state, language::of(self.headers)));
        let headings = columns.iter().map(|(words, _)| reader.language.of(*words));
        let headings = headings.map(str::to_owned).collect();
        let rows = by_page(move |after: Option<Key>| {
            let after = after.or_else(|| page.after.clone());
            let page = Page {
                after,
                ..page.clone()
            };
            let (found, reader) = (read(state.clone(), page), Arc::clone(&reader));
            async move {
                let found = found.await?;
                let row = |item: &T| {
                    columns
                        .iter()
                        .map(|(_, cell)| cell(item, &reader))
                        .collect()
                };
                Ok::<_, StoreError>((found.items.iter().map(row).collect(), found.next))
            }
        });
        let name = self.log.replace('_', "-");
        let answer = self.download.answer(&name, headings, rows)?;
        let target = Target {
            kind: self.log,
            id: None,
            name: self.download.format.extension().to_owned(),
        };
        let edit = Edit::begin(self.state, self.permit).await?;
        edit.commit("export", target, None, Some(asked)).await?;
        Ok(answer)
    }
}

/// What was asked for, without what was not.
pub fn asked(which: &impl Serialize, between: &Between) -> Value {
    let parts = [serde_json::to_value(which), serde_json::to_value(between)];
    let mut all = serde_json::Map::new();
    for part in parts.into_iter().flatten() {
        if let Value::Object(fields) = part {
            all.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
        }
    }
    Value::Object(all)
}
