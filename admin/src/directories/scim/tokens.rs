//! With what a directory that tells us by itself proves that it is the one: made here, shown once, and
//! kept as a hash. Two are good at a time, so that one can take the place of the other.

use config::Timestamp;
use config::id::{DirectoryId, EventId};
use serde::Serialize;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use crate::directories::{self, Kind, vouch};
use crate::edit::{Edit, shown, target};
use crate::refused::{Refused, both};
use crate::scim;
use crate::state::State;
use crate::store::directory_tokens::{self as rows, DirectoryTokenRow};
use crate::store::{Connection, StoreError, holds};
use crate::tokens::Token;

/// What each begins with: people and scanners see what it is, and the gateway keeps it from applications.
pub const PREFIX: &str = "gh_scim_";
/// So many are good at a time.
const MOST: usize = 2;

/// A token without its secret. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DirectoryToken {
    pub id: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// The address from which it was last used.
    pub last_used_from: Option<String>,
    /// What was last asked with it, such as `PATCH Users`.
    pub last_request: Option<String>,
}

impl From<DirectoryTokenRow> for DirectoryToken {
    fn from(row: DirectoryTokenRow) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            last_used_from: row.last_used_from,
            last_request: row.last_request,
        }
    }
}

/// A token just made, with the secret.
#[derive(Clone, Serialize, ToSchema)]
pub struct NewDirectoryToken {
    #[serde(flatten)]
    pub token: DirectoryToken,
    /// To be sent as `Authorization: Bearer …`. It is not shown again.
    pub secret: String,
}

/// Where and with what a directory pushes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DirectoryTokens {
    /// The address to which its SCIM client is pointed.
    pub base_url: String,
    /// At most two, the older one first.
    pub items: Vec<DirectoryToken>,
}

/// # Errors
/// If it is not a directory that tells us by itself.
pub async fn list(
    state: &State,
    connection: &mut Connection,
    directory: &DirectoryId,
) -> Result<DirectoryTokens, Refused> {
    pushes(connection, directory).await?;
    let found = rows::of_directory(connection, directory).await?;
    Ok(DirectoryTokens {
        base_url: scim::base_url(&state.settings, directory),
        items: found.into_iter().map(DirectoryToken::from).collect(),
    })
}

/// # Errors
/// [`Refused::Impossible`] if there are two already.
pub async fn create(
    mut edit: Edit<'_>,
    directory: &DirectoryId,
) -> Result<NewDirectoryToken, Refused> {
    holds::directories(&mut edit.tx).await?;
    let name = pushes(&mut edit.tx, directory).await?;
    // Whoever has a token says who people are.
    vouch::may_vouch(&mut edit, directory).await?;
    if rows::of_directory(&mut edit.tx, directory).await?.len() >= MOST {
        return Err(Refused::Impossible(both((
            "two tokens are good already: end the one that is no longer used first",
            "已有两个有效令牌，请先停用不再使用的一个",
        ))));
    }
    let secret = Token::generate();
    let row = DirectoryTokenRow {
        id: EventId::generate().to_string(),
        created_at: edit.now,
        last_used_at: None,
        last_used_from: None,
        last_request: None,
        hash: secret.hash(),
    };
    rows::insert(&mut edit.tx, directory, &row).await?;
    let token = DirectoryToken::from(row);
    let target = target("directory", directory.as_str(), &name);
    edit.commit("create_token", target, None, shown(&token))
        .await?;
    Ok(NewDirectoryToken {
        token,
        secret: format!("{PREFIX}{}", secret.as_text()),
    })
}

/// Ends one at once.
pub async fn remove(mut edit: Edit<'_>, directory: &DirectoryId, id: &str) -> Result<(), Refused> {
    let name = pushes(&mut edit.tx, directory).await?;
    if !rows::remove(&mut edit.tx, directory, id).await? {
        return Err(Refused::NotFound("token"));
    }
    let target = target("directory", directory.as_str(), &name);
    let before = serde_json::json!({ "id": id });
    edit.commit("revoke_token", target, Some(before), None)
        .await
}

/// The name of the directory.
async fn pushes(connection: &mut Connection, directory: &DirectoryId) -> Result<String, Refused> {
    let whole = directories::whole(connection, directory).await?;
    if whole.source.kind() == Kind::Scim {
        return Ok(whole.row.name);
    }
    Err(Refused::Impossible(both((
        "a directory of this kind is asked by us, and needs no token",
        "该类型的目录由系统主动读取，不需要令牌",
    ))))
}

/// The token of this directory that was sent, if it is one. All are compared, in constant time.
pub async fn find(
    connection: &mut Connection,
    directory: &DirectoryId,
    authorization: &str,
) -> Result<Option<DirectoryTokenRow>, StoreError> {
    let Some(sent) = read(authorization) else {
        return Ok(None);
    };
    let mut found = None;
    for row in rows::of_directory(connection, directory).await? {
        if bool::from(row.hash.ct_eq(&sent.hash())) {
            found = Some(row);
        }
    }
    Ok(found)
}

fn read(authorization: &str) -> Option<Token> {
    let (scheme, value) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Token::parse(value.trim().strip_prefix(PREFIX)?)
}
