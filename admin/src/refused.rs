//! Why a change that an administrator asked for is not made.
//!
//! The domain answers with [`Refused`]; the API turns it into a status and a text in the reader's
//! language. Use [`Invalid`] where what was written is wrong in itself, the other variants where it
//! is wrong for what is there already.

use config::Problem;
use config::language::LocalText;

use crate::authz::Forbidden;
use crate::store::StoreError;

/// One thing wrong in what was written, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The key, dotted: `pool.upstreams.0.address`.
    pub field: String,
    pub what: LocalText,
    pub allowed: LocalText,
}

impl Invalid {
    /// Each text in English, then in Chinese.
    #[must_use]
    pub fn new(field: &str, what: (&str, &str), allowed: (&str, &str)) -> Self {
        Self {
            field: field.to_owned(),
            what: both(what),
            allowed: both(allowed),
        }
    }

    /// What was sent as `after` is where no page ended.
    #[must_use]
    pub fn no_place() -> Self {
        Self::new(
            "after",
            ("this is no place in a list", "这不是列表中的有效位置"),
            (
                "`next` of the page before, in the same order",
                "按相同排序得到的上一页返回的 next",
            ),
        )
    }

    /// A list with more than `most` items.
    #[must_use]
    pub fn too_many(field: &str, most: usize) -> Self {
        Self::new(
            field,
            ("these are too many", "数量过多"),
            (&format!("at most {most}"), &format!("最多 {most} 个")),
        )
    }
}

impl From<Problem> for Invalid {
    fn from(problem: Problem) -> Self {
        Self {
            field: problem.key,
            what: problem.what,
            allowed: problem.allowed,
        }
    }
}

/// A text in English and in Chinese.
#[must_use]
pub fn both((en, zh_cn): (&str, &str)) -> LocalText {
    LocalText {
        zh_cn: zh_cn.to_owned(),
        en: en.to_owned(),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Never an empty list.
    #[error("{}", .0.iter().map(|i| format!("{}: {}", i.field, i.what.en)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Invalid>),
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Another object has this value of a field that must be unique.
    #[error("{field} is taken")]
    Taken { field: String },
    /// The object cannot be changed in this way as things stand.
    #[error("{}", .0.en)]
    Impossible(LocalText),
    /// Whoever asks for the change would be turned away by the rules that come of it.
    #[error("{address} would be kept out: {}", .list.0)]
    LockedOut {
        address: std::net::IpAddr,
        /// What keeps it out, in English and in Chinese.
        list: (String, String),
    },
    /// Somebody else changed it since it was read.
    #[error("changed since it was read")]
    Stale,
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error(transparent)]
    Store(StoreError),
}

impl Refused {
    /// What only a gateway can tell or do, on a node without one.
    #[must_use]
    pub fn no_gateway() -> Self {
        Self::Impossible(both((
            "this node runs no gateway: ask one that does",
            "该节点未运行网关，请在运行网关的节点上操作",
        )))
    }
}

/// The version that whoever asks for a change believes to be changing (RFC 9110 §13.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there.
    Any,
    Version(i64),
}

impl Expected {
    /// # Errors
    /// [`Refused::Stale`] if it has changed since.
    pub fn check(self, version: i64) -> Result<(), Refused> {
        match self {
            Self::Version(expected) if expected != version => Err(Refused::Stale),
            _ => Ok(()),
        }
    }
}

impl From<StoreError> for Refused {
    /// A column that must be unique is told by the field that it is kept for: a key of a name is
    /// that name.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { field } => {
                let column = field.rsplit('.').next().unwrap_or_default();
                Self::Taken {
                    field: column.trim_end_matches("_key").to_owned(),
                }
            }
            StoreError::Reference => Self::Impossible(both((
                "it refers to something that is gone, or something still refers to it",
                "它引用的对象已不存在，或仍有其他对象在引用它",
            ))),
            other => Self::Store(other),
        }
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(vec![invalid])
    }
}
