//! `[secrets]`: the key that seals what the store must not show.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    pub master_key: MasterKeySource,
}

/// 32 bytes in base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterKeySource {
    /// A file; made with mode 0600 at the first run if it is absent and the store is new.
    File(PathBuf),
    /// An environment variable of this name.
    Environment(String),
}
