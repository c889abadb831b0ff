//! How our own pages look: whose gate this is.

use serde::{Deserialize, Serialize};

use crate::language::LocalText;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Brand {
    /// The organisation's name, as a person who signs in knows it.
    pub organisation: LocalText,
    /// `#rrggbb`.
    pub colour: String,
    /// Whom to turn to when access is refused: a name, a mail address, a number.
    pub contact: LocalText,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            organisation: LocalText {
                zh_cn: "Gatehouse".into(),
                en: "Gatehouse".into(),
            },
            colour: "#1f5eff".into(),
            contact: LocalText::default(),
        }
    }
}

/// The first letter of a name, as a mark.
#[must_use]
pub fn initial(name: &str) -> String {
    name.chars()
        .find(|c| c.is_alphanumeric())
        .map_or_else(|| "·".to_owned(), |c| c.to_uppercase().collect())
}
