//! Everybody and every group of whom we were told, for a whole run.

use std::collections::BTreeMap;

use config::id::DirectoryId;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{ScimSettings, their_department, their_person};
use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::source::{OrganisationSource, SourceError};
use crate::store::scim_groups::ScimGroupRow;
use crate::store::{Connection, Store, StoreError, scim_groups, scim_users};

/// So many people at a time.
const PAGE: i64 = 500;

pub struct ScimSource {
    store: Store,
    directory: DirectoryId,
    settings: ScimSettings,
    /// The last one who was listed.
    after: String,
}

impl ScimSource {
    #[must_use]
    pub fn new(store: &Store, directory: &DirectoryId, settings: &ScimSettings) -> Self {
        Self {
            store: store.clone(),
            directory: directory.clone(),
            settings: settings.clone(),
            after: String::new(),
        }
    }

    async fn all_departments(&self) -> Result<Vec<TheirDepartment>, StoreError> {
        let mut found = BTreeMap::new();
        let mut after = String::new();
        loop {
            let mut read = self.store.read().await?;
            let page = scim_users::page(&mut read, &self.directory, (&after, 0), PAGE).await?;
            drop(read);
            let Some(last) = page.last() else {
                return Ok(found.into_values().collect());
            };
            after.clone_from(&last.id);
            for row in &page {
                let document = serde_json::from_str(&row.document)?;
                let told = their_department(&document, &self.settings);
                found.extend(told.map(|one| (one.key.clone(), one)));
            }
        }
    }

    async fn more_people(&mut self) -> Result<Option<Vec<TheirPerson>>, StoreError> {
        let mut read = self.store.read().await?;
        let page = scim_users::page(&mut read, &self.directory, (&self.after, 0), PAGE).await?;
        drop(read);
        let Some(last) = page.last() else {
            return Ok(None);
        };
        self.after.clone_from(&last.id);
        let people: Result<_, StoreError> = page
            .iter()
            .map(|row| their_person(row, &self.settings))
            .collect();
        Ok(Some(people?))
    }

    async fn all_groups(&self) -> Result<Vec<TheirGroup>, StoreError> {
        let mut read = self.store.read().await?;
        let mut found = Vec::new();
        for row in scim_groups::all(&mut read, &self.directory).await? {
            found.push(their_group(&mut read, &self.directory, row).await?);
        }
        Ok(found)
    }
}

/// A group, with everybody who is in it.
pub async fn their_group(
    connection: &mut Connection,
    directory: &DirectoryId,
    row: ScimGroupRow,
) -> Result<TheirGroup, StoreError> {
    Ok(TheirGroup {
        people: scim_groups::members(connection, directory, &row.id).await?,
        key: row.id,
        name: row.name,
    })
}

fn away(error: &StoreError) -> SourceError {
    tracing::warn!(%error, "what a directory told cannot be read");
    SourceError::new((
        "what the directory told cannot be read from the store just now",
        "暂时无法从存储中读取该目录推送的内容",
    ))
}

impl OrganisationSource for ScimSource {
    fn departments(&mut self) -> BoxFuture<'_, Result<Vec<TheirDepartment>, SourceError>> {
        async move { self.all_departments().await.map_err(|error| away(&error)) }.boxed()
    }

    fn people(&mut self) -> BoxFuture<'_, Result<Option<Vec<TheirPerson>>, SourceError>> {
        async move { self.more_people().await.map_err(|error| away(&error)) }.boxed()
    }

    fn groups(&mut self) -> BoxFuture<'_, Result<Vec<TheirGroup>, SourceError>> {
        async move { self.all_groups().await.map_err(|error| away(&error)) }.boxed()
    }
}
