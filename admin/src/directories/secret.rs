//! The secret with which a directory is asked, sealed in its row.

use config::id::DirectoryId;
use zeroize::Zeroizing;

use super::Whole;
use crate::sealed::{Place, Sealer};
use crate::store::StoreError;

/// No secret is longer, in bytes: a private key in PEM fits.
pub(super) const MOST: usize = 16_384;

fn place(id: &DirectoryId) -> Place<'_> {
    Place {
        table: "directories",
        column: "secret",
        row: id.as_str(),
    }
}

pub(super) fn seal(sealer: &Sealer, id: &DirectoryId, secret: &str) -> Vec<u8> {
    sealer.seal(place(id), secret.as_bytes())
}

/// The secret; empty where there is none.
pub fn open(sealer: &Sealer, directory: &Whole) -> Result<Zeroizing<String>, StoreError> {
    let Some(kept) = &directory.row.secret else {
        return Ok(Zeroizing::default());
    };
    let corrupt = |why: String| {
        StoreError::Corrupt(format!(
            "the secret of the directory {}: {why}",
            directory.row.id
        ))
    };
    let opened = sealer
        .open(place(&directory.row.id), kept)
        .map_err(|e| corrupt(e.to_string()))?;
    let text = String::from_utf8(opened.to_vec()).map_err(|e| corrupt(e.to_string()))?;
    Ok(Zeroizing::new(text))
}
