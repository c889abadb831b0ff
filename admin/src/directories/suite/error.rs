//! Why a cloud was asked in vain, in words for whoever set the directory up.

use config::language::LocalText;

use crate::directories::provider::{ProviderError, Unusable};
use crate::directories::source::SourceError;
use crate::outbound::NotReached;
use crate::outbound::http::innermost;
use crate::refused::both;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// It cannot be reached, does not answer, or answers nothing that can be read.
    #[error("{}", .0.en)]
    Away(LocalText),
    /// It answers that it will not.
    #[error("{}", .why.en)]
    Refused {
        /// As the suite documents it.
        code: String,
        why: LocalText,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CallError {
    /// In English, then in Chinese.
    #[must_use]
    pub fn away(what: (&str, &str)) -> Self {
        Self::Away(both(what))
    }

    #[must_use]
    pub fn why(&self) -> LocalText {
        match self {
            Self::Away(why) | Self::Refused { why, .. } => why.clone(),
            Self::Store(_) => both(("the store does not answer", "存储没有响应")),
        }
    }

    /// Whether the suite answers with this code.
    #[must_use]
    pub fn is_code(&self, codes: &[&str]) -> bool {
        matches!(self, Self::Refused { code, .. } if codes.contains(&code.as_str()))
    }
}

impl From<NotReached> for CallError {
    fn from(error: NotReached) -> Self {
        Self::Away(error.why)
    }
}

impl From<reqwest::Error> for CallError {
    fn from(error: reqwest::Error) -> Self {
        let why = innermost(error);
        Self::away((
            &format!("the platform did not answer: {why}"),
            &format!("平台没有响应：{why}"),
        ))
    }
}

impl From<CallError> for SourceError {
    fn from(error: CallError) -> Self {
        Self { why: error.why() }
    }
}

impl From<CallError> for Unusable {
    fn from(error: CallError) -> Self {
        Self { why: error.why() }
    }
}

impl From<CallError> for ProviderError {
    fn from(error: CallError) -> Self {
        Self::Away(error.why().en)
    }
}
