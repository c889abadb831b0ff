//! What a directory must be able to do so that the organisation can be taken over from it.

use config::language::LocalText;
use futures::future::BoxFuture;

use super::entry::{TheirDepartment, TheirGroup, TheirPerson};

/// A listing that could not be had whole. One or two sentences, for whoever set the directory up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .why.en)]
pub struct SourceError {
    pub why: LocalText,
}

impl SourceError {
    /// In English, then in Chinese.
    #[must_use]
    pub fn new((en, zh_cn): (&str, &str)) -> Self {
        Self {
            why: LocalText {
                zh_cn: zh_cn.to_owned(),
                en: en.to_owned(),
            },
        }
    }
}

/// Tells of everybody. What could not be had whole is an error, never a shorter list: whoever is not
/// listed has left.
pub trait OrganisationSource: Send {
    /// All departments, in any order. Asked for first.
    fn departments(&mut self) -> BoxFuture<'_, Result<Vec<TheirDepartment>, SourceError>>;

    /// Some more people, in any order; `None` once that was everybody. Asked for next, and kept short, so
    /// that a large directory need not fit into memory.
    fn people(&mut self) -> BoxFuture<'_, Result<Option<Vec<TheirPerson>>, SourceError>>;

    /// All groups that are to be taken over. Asked for last.
    fn groups(&mut self) -> BoxFuture<'_, Result<Vec<TheirGroup>, SourceError>>;
}
