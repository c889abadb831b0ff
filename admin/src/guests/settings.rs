//! What the organisation decides about guests: how many, for how long, and what becomes of those whom
//! nobody answers for.

use std::time::Duration;

use config::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edit::{Edit, shown};
use crate::logs::Target;
use crate::refused::{Expected, Invalid, Refused};
use crate::store::documents::{self, Document, GUEST_SETTINGS};
use crate::store::{Connection, StoreError};

/// No guest is invited for longer.
pub const LONGEST_DAYS: u16 = 400;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GuestSettings {
    /// So many guests for each hundred members that may sign in, begun hundreds counted, 0 to 10000.
    #[schema(minimum = 0, maximum = 10000)]
    pub per_hundred: u32,
    /// And so many more, 0 to 1000000.
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub extra: u32,
    /// For so many days a guest is invited unless told, 1 to 400.
    #[schema(minimum = 1, maximum = 400)]
    pub default_days: u16,
    /// So many days before the end the guest and the sponsor are told of it, 0 to 90; 0: they are not.
    #[schema(minimum = 0, maximum = 90)]
    pub notice_days: u16,
    /// In which language.
    pub notice_language: Language,
    pub when_sponsor_leaves: WhenSponsorLeaves,
}

/// What becomes of guests when whoever answers for them can no longer sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenSponsorLeaves {
    /// They are suspended until they have another.
    Suspend,
    /// They come in until their end.
    Keep,
}

impl Default for GuestSettings {
    fn default() -> Self {
        Self {
            per_hundred: 10,
            extra: 0,
            default_days: 90,
            notice_days: 7,
            notice_language: Language::ZhCn,
            when_sponsor_leaves: WhenSponsorLeaves::Suspend,
        }
    }
}

fn days(days: u16) -> Duration {
    Duration::from_hours(24 * u64::from(days))
}

/// For how long a guest is invited at most.
#[must_use]
pub fn longest() -> Duration {
    days(LONGEST_DAYS)
}

impl GuestSettings {
    #[must_use]
    pub fn default_life(&self) -> Duration {
        days(self.default_days)
    }

    /// How long before the end it is told.
    #[must_use]
    pub fn notice(&self) -> Duration {
        days(self.notice_days)
    }

    fn problems(&self) -> Vec<Invalid> {
        let checks = [
            ("per_hundred", self.per_hundred, 0, 10_000),
            ("extra", self.extra, 0, 1_000_000),
            (
                "default_days",
                u32::from(self.default_days),
                1,
                u32::from(LONGEST_DAYS),
            ),
            ("notice_days", u32::from(self.notice_days), 0, 90),
        ];
        let wrong = checks
            .into_iter()
            .filter(|(_, value, from, to)| !(from..=to).contains(&value));
        wrong
            .map(|(field, value, from, to)| {
                Invalid::new(
                    field,
                    (
                        &format!("{value} is out of bounds"),
                        &format!("{value} 超出范围"),
                    ),
                    (&format!("{from} to {to}"), &format!("{from} 到 {to}")),
                )
            })
            .collect()
    }
}

/// The settings; the default at version 0 until they are first written.
pub async fn get(connection: &mut Connection) -> Result<Document<GuestSettings>, StoreError> {
    let found = documents::get(connection, GUEST_SETTINGS).await?;
    Ok(found.unwrap_or_else(|| Document {
        body: GuestSettings::default(),
        version: 0,
    }))
}

pub async fn put(
    mut edit: Edit<'_>,
    expected: Expected,
    body: GuestSettings,
) -> Result<Document<GuestSettings>, Refused> {
    let before = get(&mut edit.tx).await?;
    expected.check(before.version)?;
    let wrong = body.problems();
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let version = documents::put(&mut edit.tx, GUEST_SETTINGS, &body, edit.now).await?;
    // Somebody wrote it between our reading and our writing.
    if version != before.version + 1 {
        return Err(Refused::Stale);
    }
    let target = Target {
        kind: GUEST_SETTINGS,
        id: None,
        name: GUEST_SETTINGS.to_owned(),
    };
    edit.commit("update", target, shown(&before.body), shown(&body))
        .await?;
    Ok(Document { body, version })
}
