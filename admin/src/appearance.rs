//! How the organisation shows itself: its brand on our pages, its watermark on those that pass.

use config::snapshot::{Brand, Watermark};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::edit::{Edit, shown};
use crate::logs::Target;
use crate::refused::{Expected, Refused};
use crate::store::documents::{self, Document};
use crate::store::{Connection, StoreError};

/// One of the documents.
pub trait Part: Default + Serialize + DeserializeOwned + Send + Sync {
    const NAME: &'static str;
}

impl Part for Brand {
    const NAME: &'static str = documents::BRAND;
}

impl Part for Watermark {
    const NAME: &'static str = documents::WATERMARK;
}

/// The document; the default at version 0 until it is first written.
pub async fn get<T: Part>(connection: &mut Connection) -> Result<Document<T>, StoreError> {
    let found = documents::get(connection, T::NAME).await?;
    Ok(found.unwrap_or_else(|| Document {
        body: T::default(),
        version: 0,
    }))
}

pub async fn put<T: Part>(
    mut edit: Edit<'_>,
    expected: Expected,
    body: T,
) -> Result<Document<T>, Refused> {
    let after = change(&mut edit, expected, body).await?;
    edit.finish().await?;
    Ok(after)
}

/// Changes it, as a part of what is being changed.
pub async fn change<T: Part>(
    edit: &mut Edit<'_>,
    expected: Expected,
    body: T,
) -> Result<Document<T>, Refused> {
    let before = get::<T>(&mut edit.tx).await?;
    expected.check(before.version)?;
    let version = documents::put(&mut edit.tx, T::NAME, &body, edit.now).await?;
    // Somebody wrote it between our reading and our writing.
    if version != before.version + 1 {
        return Err(Refused::Stale);
    }
    edit.republish();
    let target = Target {
        kind: T::NAME,
        id: None,
        name: T::NAME.to_owned(),
    };
    edit.note("update", target, shown(&before.body), shown(&body))
        .await?;
    Ok(Document { body, version })
}
