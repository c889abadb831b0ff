//! A new password in the directory that keeps it, in exchange for the present one: for whoever signs in with
//! one that is too old there, and on the page of the account.

use config::Language;

use crate::directories::ldap::password::{Changed, change};
use crate::directories::ldap::who::Who;
use crate::directories::{self, Whole};
use crate::pages::Form;
use crate::pages::text::texts;
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::{StoreError, directories as rows};

texts! {
    /// Choosing a password that a directory keeps.
    DirectoryPasswordTexts {
        over: "您在目录中的密码已过期或须更改，请设置新密码。", "Your password in the directory is too old, or must be changed. Choose a new one.";
        over_elsewhere: "您在目录中的密码已过期或须更改。请先在企业电脑上修改密码，再回到这里登录。", "Your password in the directory is too old, or must be changed. Change it on a computer of your organisation, then sign in here.";
        rule: "须符合企业目录的密码规则。", "It must follow the rules of your organisation's directory.";
        not_repeated: "两次输入的密码不一致。", "The two passwords differ.";
        unchanged: "新密码不能与旧密码相同。", "The new password must differ from the old one.";
        too_long: "密码最多 256 个字符。", "A password has at most 256 characters.";
        against_the_rules: "目录不接受这个新密码：可能过短、过于简单、以前用过，或距上次修改时间太短。", "The directory does not take this password: it may be too short, too simple, one that you have had, or too soon after the last change.";
        away: "暂时无法连接企业目录，密码未修改。请稍后再试。", "The directory cannot be reached, and the password was not changed. Please try again in a moment.";
    }
}

/// AD takes no longer ones, in characters.
const MOST: usize = 256;

/// A new password, typed twice.
#[derive(Clone, Copy)]
pub struct New<'a> {
    pub password: &'a str,
    pub repeated: &'a str,
}

/// Why it was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    NotRepeated,
    Unchanged,
    TooLong,
    AgainstTheRules,
    Away,
}

impl NotTaken {
    #[must_use]
    pub fn told(self, language: Language) -> &'static str {
        let t = DirectoryPasswordTexts::of(language);
        match self {
            Self::NotRepeated => t.not_repeated,
            Self::Unchanged => t.unchanged,
            Self::TooLong => t.too_long,
            Self::AgainstTheRules => t.against_the_rules,
            Self::Away => t.away,
        }
    }
}

impl<'a> New<'a> {
    /// What was typed beside the present one on the sign-in page, if anything was.
    #[must_use]
    pub fn typed(form: &'a Form) -> Option<Self> {
        let password = form.get("new_password");
        (!password.is_empty()).then(|| Self {
            password,
            repeated: form.get("repeated"),
        })
    }

    fn check(self, present: &str) -> Result<(), NotTaken> {
        match self {
            _ if self.password != self.repeated || self.password.is_empty() => {
                Err(NotTaken::NotRepeated)
            }
            _ if self.password == present => Err(NotTaken::Unchanged),
            _ if self.password.chars().count() > MOST => Err(NotTaken::TooLong),
            _ => Ok(()),
        }
    }
}

/// Sets it there.
///
/// # Errors
/// Why it is not taken.
pub async fn set(
    state: &State,
    directory: &Whole,
    who: Who<'_>,
    (present, new): (&str, New<'_>),
) -> Result<Result<(), NotTaken>, StoreError> {
    if let Err(why) = new.check(present) {
        return Ok(Err(why));
    }
    let secret = directories::secret_of(state, directory)?;
    let Some(settings) = directory.source.ldap() else {
        return Ok(Err(NotTaken::Away));
    };
    let access = directories::ldap_access(state, &settings, &secret);
    Ok(match change(access, who, (present, new.password)).await {
        Ok(Changed::Done) => Ok(()),
        Ok(Changed::AgainstTheRules) => Err(NotTaken::AgainstTheRules),
        Ok(Changed::Wrong(reason)) => {
            tracing::info!(
                reason,
                directory = directory.row.name,
                "a password was not changed"
            );
            Err(NotTaken::AgainstTheRules)
        }
        Err(error) => {
            tracing::warn!(%error, directory = directory.row.name, "a password was not changed");
            Err(NotTaken::Away)
        }
    })
}

/// The directory in which this person may set a new one, with their key there.
pub async fn keeper(
    state: &State,
    account: &Account,
) -> Result<Option<(Whole, String)>, StoreError> {
    if !account.is_password_elsewhere {
        return Ok(None);
    }
    let mut read = state.store.read().await?;
    let mut all = directories::for_sign_in(&mut read).await?;
    all.retain(|directory| directory.source.changes_passwords());
    let linked = rows::links_of(&mut read, &account.member).await?;
    let mut found = all.into_iter().filter_map(|directory| {
        let (_, key, _) = linked.iter().find(|(row, ..)| row.id == directory.row.id)?;
        Some((directory, key.clone()))
    });
    Ok(found.next())
}
