//! How our own pages look: whose gate this is.

use serde::{Deserialize, Serialize};

use crate::language::LocalText;
use crate::snapshot::Colour;

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

/// The icon of our pages as an address that is its content (RFC 2397): a gate in the brand's colour.
/// At the host of an application every address of another kind is the application's.
#[must_use]
pub fn icon(colour: Colour) -> String {
    let (ground, arch) = (colour.digits(), &colour.text()[1..]);
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect \
         width='32' height='32' rx='8' fill='%23{ground}'/%3E%3Cpath d='M8 24V14a8 8 0 0 1 16 0v10h-4.5V14\
         a3.5 3.5 0 0 0-7 0v10z' fill='%23{arch}'/%3E%3C/svg%3E"
    )
}
