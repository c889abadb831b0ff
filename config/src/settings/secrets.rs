//! `[secrets]`: the key that seals what the store must not show.

use std::path::{Path, PathBuf};

use crate::settings::section::Section;

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

impl Secrets {
    /// `master.key` in the data folder.
    #[must_use]
    pub fn in_data_folder(data: &Path) -> Self {
        Self {
            master_key: MasterKeySource::File(data.join("master.key")),
        }
    }
}

pub(super) fn read(section: &mut Section<'_>, data: &Path) -> Secrets {
    let allowed = "write where the key is, not the key: file:PATH or environment:VARIABLE";
    let folder = section.report.folder.clone();
    let source = section.value("master_key", allowed, |value| {
        // The text is not repeated: it may be the key itself, put here by mistake.
        let text = value.as_text().ok_or("this is no text")?;
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => {
                Ok(MasterKeySource::File(folder.join(path)))
            }
            Some(("environment", name)) if is_variable(name) => {
                Ok(MasterKeySource::Environment(name.to_owned()))
            }
            _ => Err("this names neither a file nor a variable".to_owned()),
        }
    });
    source.map_or_else(
        || Secrets::in_data_folder(data),
        |master_key| Secrets { master_key },
    )
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
