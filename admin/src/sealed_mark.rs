//! Whether the master key at hand is the one with which the store was sealed.
//!
//! A new store gets a sealed mark. A store with a mark takes no other key: a node with a wrong or a
//! fresh one would make secrets that the others cannot open.

use config::Timestamp;
use config::settings::{MasterKeySource, Secrets};

use crate::plane::PlaneError;
use crate::sealed::{self, MasterKeyError, Place, Sealer};
use crate::store::{Store, StoreError, documents};

/// The document that holds the mark.
pub const MARK: &str = "sealed_mark";
const TEXT: &[u8] = b"gatehouse";
const PLACE: Place<'_> = Place {
    table: "documents",
    column: "body",
    row: MARK,
};

/// Reads the key, or makes one if the store holds nothing that was sealed.
pub async fn open(store: &Store, secrets: &Secrets) -> Result<Sealer, PlaneError> {
    let sealer = if read_mark(store).await?.is_some() {
        sealed::load(&secrets.master_key)?
    } else {
        sealed::load_or_make(&secrets.master_key)?
    };
    Ok(sealer)
}

/// Marks a new store; refuses a key that does not open the mark of an old one.
pub async fn check(
    store: &Store,
    sealer: &Sealer,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<(), PlaneError> {
    if read_mark(store).await?.is_none() {
        let mut tx = store.begin().await?;
        // The first of several nodes decides.
        documents::put_new(&mut tx, MARK, &sealer.seal(PLACE, TEXT), now).await?;
        tx.commit().await?;
    }
    let mark = read_mark(store).await?.unwrap_or_default();
    verify(sealer, &mark, secrets)
}

/// Refuses a key that does not open the mark of a store, as it stands in its document. A store
/// without a mark holds nothing that was sealed.
pub fn check_mark(mark: Option<&str>, secrets: &Secrets) -> Result<(), PlaneError> {
    let Some(mark) = mark else { return Ok(()) };
    let mark: Vec<u8> = serde_json::from_str(mark).map_err(StoreError::from)?;
    verify(&sealed::load(&secrets.master_key)?, &mark, secrets)
}

fn verify(sealer: &Sealer, mark: &[u8], secrets: &Secrets) -> Result<(), PlaneError> {
    let opened = sealer.open(PLACE, mark);
    if opened.is_ok_and(|text| text.as_slice() == TEXT) {
        Ok(())
    } else {
        Err(MasterKeyError::Wrong(origin(&secrets.master_key)).into())
    }
}

async fn read_mark(store: &Store) -> Result<Option<Vec<u8>>, StoreError> {
    let mut read = store.read().await?;
    let mark = documents::get(&mut read, MARK).await?;
    Ok(mark.map(|document| document.body))
}

fn origin(source: &MasterKeySource) -> String {
    match source {
        MasterKeySource::File(file) => file.display().to_string(),
        MasterKeySource::Environment(name) => name.clone(),
    }
}
