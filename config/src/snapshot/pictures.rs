//! The pictures of the brand and the icons of applications: where they are found, not what is in them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::ApplicationId;

/// Which of them there are; the others have a stand-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    pub brand: Vec<Picture>,
    /// By the application: the address of its icon on each of our hosts.
    pub icons: HashMap<ApplicationId, String>,
}

impl Pictures {
    #[must_use]
    pub fn find(&self, kind: PictureKind) -> Option<&Picture> {
        self.brand.iter().find(|picture| picture.kind == kind)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Picture {
    pub kind: PictureKind,
    /// The address on each of our hosts: it changes with the content.
    pub path: String,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureKind {
    /// In the place of the mark and the name, on a light ground.
    Logo,
    /// The same on a dark ground.
    LogoDark,
    /// Square: in the browser's tab, and on a telephone's home screen.
    Icon,
    /// Beside the form of the sign-in page.
    Illustration,
}

impl PictureKind {
    pub const ALL: [Self; 4] = [Self::Logo, Self::LogoDark, Self::Icon, Self::Illustration];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logo => "logo",
            Self::LogoDark => "logo_dark",
            Self::Icon => "icon",
            Self::Illustration => "illustration",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
