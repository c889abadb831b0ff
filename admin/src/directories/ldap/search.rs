//! Searches of all entries, page by page, and of one.

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::controls::RawControl;
use ldap3::{LdapError, Scope, SearchEntry, SearchStream};

use super::connect::ANSWER;
use super::entry::Entry;
use super::explain::{explain, referred, refused};
use super::source::LdapSource;
use crate::directories::source::SourceError;

/// So many entries a page (RFC 2696): as many as servers give by default.
pub const PAGE: i32 = 500;

pub type Stream = SearchStream<'static, String, Vec<String>>;

impl LdapSource {
    pub(super) async fn search(
        &mut self,
        base: &str,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Stream, SourceError> {
        self.search_with(Vec::new(), (base, filter), attributes)
            .await
    }

    async fn search_with(
        &mut self,
        controls: Vec<RawControl>,
        (base, filter): (&str, &str),
        attributes: Vec<String>,
    ) -> Result<Stream, SourceError> {
        let adapters: Vec<Box<dyn Adapter<'static, String, Vec<String>>>> = vec![
            Box::new(EntriesOnly::new()),
            Box::new(PagedResults::new(PAGE)),
        ];
        let started = self
            .bound
            .ldap
            .with_timeout(ANSWER)
            .with_controls(controls)
            .streaming_search_with(adapters, base, Scope::Subtree, filter, attributes)
            .await;
        started.map_err(|error| explain(&self.bound.server, &error))
    }

    /// The next entry; `None` once those were all, and no refusal cut them short.
    pub(super) async fn next(&self, stream: &mut Stream) -> Result<Option<Entry>, SourceError> {
        let server = &self.bound.server;
        match stream.next().await {
            Ok(Some(entry)) => Ok(Some(Entry::of(SearchEntry::construct(entry)))),
            Ok(None) => {
                let result = stream.finish().await;
                match result.refs.first() {
                    _ if result.rc != 0 => Err(refused(server, &result)),
                    Some(elsewhere) if !self.settings.ignores_references => {
                        Err(referred(server, elsewhere))
                    }
                    _ => Ok(None),
                }
            }
            Err(LdapError::LdapResult { result }) => Err(refused(server, &result)),
            Err(error) => Err(explain(server, &error)),
        }
    }

    pub(super) async fn all(
        &mut self,
        base: &str,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Vec<Entry>, SourceError> {
        self.all_with(Vec::new(), base, filter, attributes).await
    }

    /// The same, with controls.
    pub(super) async fn all_with(
        &mut self,
        controls: Vec<RawControl>,
        base: &str,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Vec<Entry>, SourceError> {
        let search = self.search_with(controls, (base, filter), attributes);
        let mut stream = search.await?;
        let mut found = Vec::new();
        while let Some(entry) = self.next(&mut stream).await? {
            found.push(entry);
        }
        Ok(found)
    }

    /// The entry of a name; `None`: there is none that matches.
    pub(super) async fn one(
        &mut self,
        dn: &str,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Option<Entry>, SourceError> {
        let server = &self.bound.server;
        let ldap = self.bound.ldap.with_timeout(ANSWER);
        let answer = ldap.search(dn, Scope::Base, filter, attributes);
        let found = answer.await.map_err(|error| explain(server, &error))?;
        match found.1.rc {
            0 => {
                let mut entries = found.0.into_iter().filter(|entry| !entry.is_ref());
                let entry = entries.next().map(SearchEntry::construct);
                Ok(entry.map(Entry::of))
            }
            32 => Ok(None),
            _ => Err(refused(server, &found.1)),
        }
    }
}
