//! The two senders that an administrator sets: one for mail, one for SMS. What they are is a document
//! each; the one secret of each lies sealed beside it and is never shown again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::Channel;
use super::ceilings::Ceilings;
use crate::edit::{Edit, shown};
use crate::logs::Target;
use crate::refused::{Expected, Invalid, Refused, both};
use crate::sealed::{Place, Sealer};
use crate::sign_in::by_message;
use crate::sign_in_policy;
use crate::store::documents::{self, Document};
use crate::store::{Connection, StoreError, holds};

/// No secret is longer, in bytes.
const MAX_SECRET: usize = 4096;

/// What is set of one channel.
pub trait Sender: Clone + Serialize + DeserializeOwned + Send + Sync {
    const CHANNEL: Channel;
    /// The name of its document.
    const DOCUMENT: &'static str;

    /// What is wrong with it.
    fn problems(&self) -> Vec<Invalid>;

    /// Whether it needs its secret.
    fn needs_secret(&self) -> bool;

    /// What is wrong with a secret for it, beyond what is asked of any.
    fn secret_problem(&self, _secret: &str) -> Option<Invalid> {
        None
    }

    /// To whom the secret is shown, and how well guarded on its way. If that changes, the secret is asked
    /// for anew: nobody who does not know it may have it sent to themselves.
    fn confidant(&self) -> Value;

    fn ceilings(&self) -> Ceilings;
}

/// As it is kept.
#[derive(Clone, Serialize, Deserialize)]
struct Kept<S> {
    sender: Option<S>,
    /// Sealed, in base64.
    secret: Option<String>,
}

impl<S> Kept<S> {
    fn none() -> Self {
        Self {
            sender: None,
            secret: None,
        }
    }
}

/// A sender as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Setting<S> {
    /// Absent: nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<S>,
    /// Whether its secret is set; it is never shown.
    pub has_secret: bool,
}

/// A sender as it is to be.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft<S> {
    pub sender: S,
    /// The password, the access key's secret, the token, or the secret of signatures. Left out, it stays as
    /// it is, unless the sender is to show it to somebody else than before.
    #[serde(default)]
    pub secret: Option<String>,
}

/// A sender that is ready to send.
pub struct Ready<S> {
    pub sender: S,
    /// Empty where it needs none.
    pub secret: Zeroizing<String>,
}

/// The sender; version 0 until it is first set.
pub async fn get<S: Sender>(
    connection: &mut Connection,
) -> Result<Document<Setting<S>>, StoreError> {
    let kept = kept::<S>(connection).await?;
    Ok(Document {
        body: setting(&kept.body),
        version: kept.version,
    })
}

/// With its secret; `None` where nothing is sent.
pub async fn ready<S: Sender>(
    connection: &mut Connection,
    sealer: &Sealer,
) -> Result<Option<Ready<S>>, StoreError> {
    let kept = kept::<S>(connection).await?.body;
    let Some(sender) = kept.sender else {
        return Ok(None);
    };
    let secret = match kept.secret {
        Some(secret) => open::<S>(sealer, &secret)?,
        None => Zeroizing::default(),
    };
    Ok(Some(Ready { sender, secret }))
}

/// Sets it.
pub async fn put<S: Sender>(
    mut edit: Edit<'_>,
    sealer: &Sealer,
    expected: Expected,
    draft: Draft<S>,
) -> Result<Document<Setting<S>>, Refused> {
    let before = kept::<S>(&mut edit.tx).await?;
    expected.check(before.version)?;
    let new_secret = draft.secret.is_some();
    let after = merged(&before.body, sealer, draft)?;
    keep(edit, before, &after, new_secret).await
}

/// Sends nothing any more, and forgets the secret.
pub async fn remove<S: Sender>(mut edit: Edit<'_>) -> Result<(), Refused> {
    holds::senders(&mut edit.tx).await?;
    let before = kept::<S>(&mut edit.tx).await?;
    if before.body.sender.is_none() {
        return Ok(());
    }
    may_go(&mut edit, S::CHANNEL).await?;
    keep(edit, before, &Kept::none(), false).await.map(drop)
}

/// # Errors
/// [`Refused::Impossible`] if nobody whom the sign-in policy requires to prove a second factor could any more, or
/// nobody come in by a code alone who may.
async fn may_go(edit: &mut Edit<'_>, channel: Channel) -> Result<(), Refused> {
    let sent = by_message::sent(&mut edit.tx).await?;
    let left: Vec<Channel> = { sent.iter().copied() }
        .filter(|one| *one != channel)
        .collect();
    let policy = sign_in_policy::get(&mut edit.tx).await?.body;
    let mut parts = policy.two_steps();
    if parts.any(|part| part.is_open(&sent) && !part.is_open(&left)) {
        return Err(Refused::Impossible(both((
            "the sign-in policy requires a second factor that this alone sends, and nobody could sign in without: \
             let the policy take an authenticator or passkeys first",
            "登录策略要求的两步验证只能通过它发送，移除后将无法登录：请先在策略中加入身份验证器或通行密钥",
        ))));
    }
    if !left.is_empty() || !sent.contains(&channel) {
        return Ok(());
    }
    if policy.lets_codes_alone() {
        return Err(Refused::Impossible(both((
            "the sign-in policy lets people in by a code alone, and nothing else sends any: take that out of the \
             policy (`code_alone`) first",
            "登录策略允许仅用验证码登录，而验证码只能通过它发送：请先在登录策略中关闭此项（code_alone）",
        ))));
    }
    Ok(())
}

async fn keep<S: Sender>(
    mut edit: Edit<'_>,
    before: Document<Kept<S>>,
    after: &Kept<S>,
    new_secret: bool,
) -> Result<Document<Setting<S>>, Refused> {
    let version = documents::put(&mut edit.tx, S::DOCUMENT, after, edit.now).await?;
    // Somebody wrote it between our reading and our writing.
    if version != before.version + 1 {
        return Err(Refused::Stale);
    }
    let body = setting(after);
    let target = Target {
        kind: S::DOCUMENT,
        id: None,
        name: S::DOCUMENT.to_owned(),
    };
    let mut told = shown(&body);
    if let Some(Value::Object(told)) = &mut told {
        told.insert("secret_changed".to_owned(), new_secret.into());
    }
    let action = if after.sender.is_some() {
        "update"
    } else {
        "delete"
    };
    let noted = shown(&setting(&before.body));
    edit.commit(action, target, noted, told).await?;
    Ok(Document { body, version })
}

fn merged<S: Sender>(
    before: &Kept<S>,
    sealer: &Sealer,
    draft: Draft<S>,
) -> Result<Kept<S>, Refused> {
    let sender = draft.sender;
    let mut wrong = sender.problems();
    let new_secret = draft.secret.as_deref();
    wrong.extend(new_secret.and_then(|secret| sender.secret_problem(secret)));
    let confidant = before.sender.as_ref().map(Sender::confidant);
    let same = confidant.as_ref() == Some(&sender.confidant());
    let kept = match new_secret {
        Some(secret) if secret.len() > MAX_SECRET || secret.chars().any(char::is_control) => {
            wrong.push(Invalid::new(
                "secret",
                ("this is no secret of such a service", "这不是有效的密钥"),
                (
                    "at most 4096 characters, without line breaks",
                    "最多 4096 个字符，不含换行",
                ),
            ));
            None
        }
        Some("") => None,
        Some(secret) => Some(STANDARD.encode(sealer.seal(place::<S>(), secret.as_bytes()))),
        None => before.secret.clone().filter(|_| same),
    };
    if kept.is_none() && sender.needs_secret() && wrong.iter().all(|one| one.field != "secret") {
        wrong.push(needed(before.secret.is_some() && draft.secret.is_none()));
    }
    if wrong.is_empty() {
        let secret = kept.filter(|_| sender.needs_secret());
        Ok(Kept {
            sender: Some(sender),
            secret,
        })
    } else {
        Err(Refused::Invalid(wrong))
    }
}

fn needed(was_there: bool) -> Invalid {
    let what = if was_there {
        (
            "where the secret is sent, or how, has changed",
            "密钥的发送对象或方式已改变",
        )
    } else {
        ("the secret is missing", "缺少密钥")
    };
    Invalid::new("secret", what, ("enter the secret", "请填写密钥"))
}

async fn kept<S: Sender>(connection: &mut Connection) -> Result<Document<Kept<S>>, StoreError> {
    let found = documents::get::<Kept<S>>(connection, S::DOCUMENT).await?;
    Ok(found.unwrap_or(Document {
        body: Kept::none(),
        version: 0,
    }))
}

fn setting<S: Sender>(kept: &Kept<S>) -> Setting<S> {
    Setting {
        sender: kept.sender.clone(),
        has_secret: kept.secret.is_some(),
    }
}

fn place<S: Sender>() -> Place<'static> {
    Place {
        table: "documents",
        column: "body",
        row: S::DOCUMENT,
    }
}

fn open<S: Sender>(sealer: &Sealer, secret: &str) -> Result<Zeroizing<String>, StoreError> {
    let corrupt =
        |why: String| StoreError::Corrupt(format!("the secret of {}: {why}", S::DOCUMENT));
    let bytes = STANDARD
        .decode(secret)
        .map_err(|e| corrupt(e.to_string()))?;
    let opened = sealer
        .open(place::<S>(), &bytes)
        .map_err(|e| corrupt(e.to_string()))?;
    let text = String::from_utf8(opened.to_vec()).map_err(|e| corrupt(e.to_string()))?;
    Ok(Zeroizing::new(text))
}
