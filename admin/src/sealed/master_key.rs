//! Where the master key comes from: a file that only its owner may read, or the environment.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::settings::MasterKeySource;
use zeroize::Zeroizing;

use super::Sealer;

#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    #[error(
        "the master key {0} is missing, but the store holds secrets that were sealed with it: \
         bring back the file (on a further node, copy it from another node)"
    )]
    Missing(PathBuf),
    #[error(
        "the environment variable {0} is not set: put the master key there, 32 bytes in base64"
    )]
    NotInEnvironment(String),
    #[error(
        "the master key {file} may be read by others (mode {mode:04o}): run chmod 600 on it, and \
         consider the secrets in the store as known to whoever could read it"
    )]
    Exposed { file: PathBuf, mode: u32 },
    #[error(
        "the master key in {0} is not 32 bytes in base64 (a line for each key, the newest first)"
    )]
    Malformed(String),
    #[error("the master key {file} cannot be used: {error}")]
    Unusable { file: PathBuf, error: io::Error },
    #[error(
        "the master key in {0} is not the one with which the secrets in the store were sealed: bring \
         back that key"
    )]
    Wrong(String),
}

/// Reads the key that must be there already.
pub fn load(source: &MasterKeySource) -> Result<Sealer, MasterKeyError> {
    match source {
        MasterKeySource::Environment(name) => {
            let text = std::env::var(name)
                .map(Zeroizing::new)
                .map_err(|_| MasterKeyError::NotInEnvironment(name.clone()))?;
            parse(&text, name)
        }
        MasterKeySource::File(file) => match read(file) {
            Ok(text) => parse(&text, &file.display().to_string()),
            Err(error) => Err(error),
        },
    }
}

/// Reads the key; makes the file where it is absent, as befits a store that holds no secret yet.
pub fn load_or_make(source: &MasterKeySource) -> Result<Sealer, MasterKeyError> {
    if let MasterKeySource::File(file) = source {
        make(file)?;
    }
    load(source)
}

/// Leaves a file that exists as it is.
fn make(file: &Path) -> Result<(), MasterKeyError> {
    let unusable = |error| MasterKeyError::Unusable {
        file: file.to_owned(),
        error,
    };
    let mut key = Zeroizing::new([0_u8; 32]);
    rand::fill(&mut key[..]);
    let text = Zeroizing::new(STANDARD.encode(&key[..]) + "\n");
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file);
    match made {
        Ok(mut made) => made
            .write_all(text.as_bytes())
            .and_then(|()| made.sync_all())
            .and_then(|()| sync_folder(file))
            .map_err(unusable),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(unusable(error)),
    }
}

/// Without this the file itself may be gone after a power cut.
fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

fn read(file: &Path) -> Result<Zeroizing<String>, MasterKeyError> {
    let unusable = |error| MasterKeyError::Unusable {
        file: file.to_owned(),
        error,
    };
    let mut opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(MasterKeyError::Missing(file.to_owned()));
        }
        Err(error) => return Err(unusable(error)),
    };
    let metadata = opened.metadata().map_err(unusable)?;
    let mode = metadata.permissions().mode() & 0o7777;
    // A secret mounted read-only for our group by an orchestrator (0440, owner root) is as closed.
    let closed = mode & !0o700 == 0 || (metadata.uid() == 0 && mode & !0o740 == 0);
    if !closed {
        return Err(MasterKeyError::Exposed {
            file: file.to_owned(),
            mode,
        });
    }
    let mut text = Zeroizing::new(String::new());
    opened.read_to_string(&mut text).map_err(unusable)?;
    Ok(text)
}

fn parse(text: &str, origin: &str) -> Result<Sealer, MasterKeyError> {
    let malformed = || MasterKeyError::Malformed(origin.to_owned());
    let keys = text
        .split_whitespace()
        .map(|line| {
            let mut key = Zeroizing::new([0_u8; 32]);
            let bytes = Zeroizing::new(STANDARD.decode(line).map_err(|_| malformed())?);
            if bytes.len() != key.len() {
                return Err(malformed());
            }
            key.copy_from_slice(&bytes);
            Ok(key)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Sealer::new(&keys).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(folder: &Path) -> MasterKeySource {
        MasterKeySource::File(folder.join("master.key"))
    }

    #[test]
    fn the_first_run_makes_a_key_that_only_its_owner_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let source = source(folder.path());
        assert!(matches!(load(&source), Err(MasterKeyError::Missing(_))));
        load_or_make(&source).unwrap();
        let file = folder.path().join("master.key");
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let before = std::fs::read(&file).unwrap();
        load_or_make(&source).unwrap();
        assert_eq!(
            before,
            std::fs::read(&file).unwrap(),
            "a second run keeps it"
        );
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let source = source(folder.path());
        load_or_make(&source).unwrap();
        let file = folder.path().join("master.key");
        for mode in [0o644, 0o604, 0o660] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = load(&source).unwrap_err();
            assert!(matches!(error, MasterKeyError::Exposed { .. }), "{mode:o}");
        }
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        for text in ["", "   ", "abc", "c2hvcnQ="] {
            assert!(parse(text, "test").is_err(), "{text:?}");
        }
    }
}
