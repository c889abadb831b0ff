//! What a directory must be able to do so that the organisation can be taken over from it.

use std::collections::HashSet;
use std::time::Duration;

use config::language::LocalText;
use futures::FutureExt as _;
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

/// What may have changed since a mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The keys of entries that are to be looked at again, whatever they are.
    pub keys: Vec<String>,
    /// Where the directory names whatever it still has: whoever is not among them is to be looked at again,
    /// too.
    pub present: Option<HashSet<String>>,
    /// The mark behind all that.
    pub cursor: String,
}

/// What a directory says when it is asked for changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing has changed.
    Nothing,
    Hints(Hints),
    /// It cannot say, by this mark: everything is to be listed.
    Lost,
}

/// Entries that were looked at again. Whoever was asked for and is not among the people is none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    pub people: Vec<TheirPerson>,
    /// A department or a group was among them: everything is to be listed.
    pub touches_structure: bool,
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

    /// A mark, before anything is listed, from which on changes can be asked for later; `None`: they cannot.
    fn mark(&mut self) -> BoxFuture<'_, Result<Option<String>, SourceError>> {
        async { Ok(None) }.boxed()
    }

    /// What may have changed since a mark, waited for so long.
    fn news<'a>(
        &'a mut self,
        _mark: &'a str,
        _patience: Duration,
    ) -> BoxFuture<'a, Result<News, SourceError>> {
        async { Ok(News::Lost) }.boxed()
    }

    /// Looks at entries again by their keys.
    fn again<'a>(&'a mut self, _keys: &'a [String]) -> BoxFuture<'a, Result<Again, SourceError>> {
        async { Ok(Again::default()) }.boxed()
    }
}
