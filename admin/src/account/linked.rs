//! The directories that know the person: by which they come in, and which say who they are.

use config::id::MemberId;
use config::{Language, Timestamp};

use crate::directories::UsedFor;
use crate::pages::text::texts;
use crate::pages::times::Moment;
use crate::store::{Connection, StoreError, directories as rows};

texts! {
    /// What a directory is used for.
    LinkedTexts {
        both: "提供您的资料，也用于登录", "Says who you are, and lets you in";
        organisation: "提供您的资料", "Says who you are";
        sign_in: "用于登录", "Lets you in";
    }
}

/// One of them, as it stands on the page.
pub struct Shown {
    pub name: String,
    pub used_for: &'static str,
    pub since: Moment,
}

/// Those that are used just now.
pub async fn shown(
    connection: &mut Connection,
    member: &MemberId,
    now: Timestamp,
    language: Language,
) -> Result<Vec<Shown>, StoreError> {
    let t = LinkedTexts::of(language);
    let linked = rows::links_of(connection, member).await?.into_iter();
    let used = linked.filter(|(row, ..)| row.enabled_at.is_some());
    Ok(used
        .map(|(row, _, since)| Shown {
            used_for: match UsedFor::from_name(&row.used_for) {
                UsedFor::Both => t.both,
                UsedFor::Organisation => t.organisation,
                UsedFor::SignIn => t.sign_in,
            },
            name: row.name,
            since: Moment::new(since, now, language),
        })
        .collect())
}
