//! API tokens: credentials for programs, shown once, with no more than their maker may do.

use std::time::Duration;

use config::Timestamp;
use config::id::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authn::Actor;
use crate::authn::token::PREFIX;
use crate::authz::{Forbidden, Permissions, Permit, roles};
use crate::edit::{Edit, shown, target};
use crate::members::names;
use crate::refused::{Invalid, Refused};
use crate::roles as custom;
use crate::store::api_tokens as rows;
use crate::store::api_tokens::{Scope, TokenRow};
use crate::store::{Connection, StoreError};
use crate::tokens::Token;

/// A token lives no longer than this.
const MAX_DAYS: u32 = 366;
/// It acts with no more roles than this.
const MAX_ROLES: usize = 50;
/// Nor names more permissions than this, of which there are fewer.
const MAX_PERMISSIONS: usize = 200;

/// A token: what its roles let it do, and beside that single permissions. At least one of either.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenDraft {
    /// What it is for.
    pub name: String,
    /// Ids of at most 50 roles that its maker holds everywhere, or may give.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Single permissions that its maker has everywhere, each as `resource:action`.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// It ends after so many days, 1 to 366.
    #[serde(default = "quarter")]
    pub days: u32,
}

fn quarter() -> u32 {
    90
}

/// What may be changed of a token.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenName {
    /// What it is for.
    pub name: String,
}

/// A token without its secret. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiToken {
    pub id: String,
    pub name: String,
    /// Who made it; absent where it was made on the machine.
    pub maker: Option<MemberId>,
    pub roles: Vec<String>,
    pub permissions: Vec<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl From<TokenRow> for ApiToken {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            maker: row.maker,
            roles: row.scope.roles,
            permissions: row.scope.permissions,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// A token just made, with the secret.
#[derive(Clone, Serialize, ToSchema)]
pub struct NewApiToken {
    #[serde(flatten)]
    pub token: ApiToken,
    /// To be sent as `Authorization: Bearer …`. It is shown again only to the same request under the same
    /// `Idempotency-Key`, within a day.
    pub secret: String,
}

/// Newest first, with the id at which the next page begins.
pub async fn list(
    connection: &mut Connection,
    after: Option<&str>,
    limit: i64,
) -> Result<(Vec<ApiToken>, Option<String>), StoreError> {
    let rows = rows::list(connection, after, limit).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == limit);
    let next = rows.last().filter(|_| full).map(|row| row.id.clone());
    Ok((rows.into_iter().map(ApiToken::from).collect(), next))
}

/// For people and the operator only. A token that could make another one would outlive its own end
/// and its own revocation: whoever once had it would have it for good.
pub async fn create(mut edit: Edit<'_>, draft: &TokenDraft) -> Result<NewApiToken, Refused> {
    if matches!(edit.permit().actor(), Actor::Token { .. }) {
        return Err(Forbidden::ByToken.into());
    }
    let name = names::display_name("name", &draft.name)?;
    if !(1..=MAX_DAYS).contains(&draft.days) {
        return Err(Invalid::new(
            "days",
            ("a token must end", "令牌必须有有效期"),
            ("1 to 366", "1 到 366"),
        )
        .into());
    }
    let scope = scope(&mut edit, draft).await?;
    let secret = Token::generate();
    let life = Duration::from_hours(24) * draft.days;
    let row = TokenRow {
        id: config::id::EventId::generate().to_string(),
        name,
        maker: edit.permit().actor().member().cloned(),
        scope,
        created_at: edit.now,
        expires_at: Some(edit.now.plus(life)),
        last_used_at: None,
        revoked_at: None,
    };
    rows::insert(&mut edit.tx, &row, &secret.hash()).await?;
    let made = ApiToken::from(row);
    let target = target("token", &made.id, &made.name);
    edit.commit("create", target, None, shown(&made)).await?;
    Ok(NewApiToken {
        token: made,
        secret: format!("{PREFIX}{}", secret.as_text()),
    })
}

async fn scope(edit: &mut Edit<'_>, draft: &TokenDraft) -> Result<Scope, Refused> {
    if draft.roles.is_empty() && draft.permissions.is_empty() {
        return Err(Invalid::new(
            "roles",
            (
                "a token without a role or a permission can do nothing",
                "没有角色或权限的令牌无法执行任何操作",
            ),
            (
                "at least one of `roles` and `permissions`",
                "roles 与 permissions 至少填写一项",
            ),
        )
        .into());
    }
    if draft.roles.len() > MAX_ROLES {
        return Err(Invalid::too_many("roles", MAX_ROLES).into());
    }
    if draft.permissions.len() > MAX_PERMISSIONS {
        return Err(Invalid::too_many("permissions", MAX_PERMISSIONS).into());
    }
    let mut kept: Vec<String> = Vec::with_capacity(draft.roles.len());
    for (at, role) in draft.roles.iter().enumerate() {
        let found = custom::holding(&mut edit.tx, role).await?;
        let wanted = found.ok_or_else(|| no_role(at))?;
        roles::may_delegate(edit.permit().authority(), &wanted)?;
        if !kept.contains(role) {
            kept.push(role.clone());
        }
    }
    let permissions = if draft.permissions.is_empty() {
        Permissions::NONE
    } else {
        custom::permissions("permissions", &draft.permissions)?
    };
    roles::may_delegate_each(edit.permit().authority(), permissions)?;
    Ok(Scope {
        roles: kept,
        permissions: permissions.names(),
    })
}

fn no_role(at: usize) -> Invalid {
    Invalid::new(
        &format!("roles[{at}]"),
        ("there is no such role", "该角色不存在"),
        (
            "the `id` of a role that GET /roles shows",
            "GET /roles 中某个角色的 id",
        ),
    )
}

/// Gives the token another name.
pub async fn rename(mut edit: Edit<'_>, id: &str, wanted: &TokenName) -> Result<ApiToken, Refused> {
    let name = names::display_name("name", &wanted.name)?;
    let before = within_reach(&mut edit, id).await?;
    rows::rename(&mut edit.tx, id, &name).await?;
    let after = ApiToken {
        name,
        ..before.clone()
    };
    let target = target("token", id, &after.name);
    edit.commit("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Ends a token; one that has ended already stays as it is.
pub async fn revoke(mut edit: Edit<'_>, id: &str) -> Result<(), Refused> {
    let before = within_reach(&mut edit, id).await?;
    if !rows::revoke(&mut edit.tx, id, edit.now).await? {
        return Ok(());
    }
    let after = rows::find(&mut edit.tx, id).await?.map(ApiToken::from);
    let target = target("token", id, &before.name);
    edit.commit("revoke", target, shown(&before), shown(&after))
        .await
}

/// One that acts with more than the caller could hand out is not the caller's to change, unless they
/// made it; a token may end itself.
async fn within_reach(edit: &mut Edit<'_>, id: &str) -> Result<ApiToken, Refused> {
    let found = rows::find(&mut edit.tx, id).await?;
    let row = found.ok_or(Refused::NotFound("token"))?;
    if !is_own(edit.permit(), &row) {
        let authority = edit.permit().authority();
        for role in &row.scope.roles {
            if let Some(holding) = custom::holding(&mut edit.tx, role).await? {
                roles::may_delegate(authority, &holding)?;
            }
        }
        roles::may_delegate_each(authority, Permissions::known_of(&row.scope.permissions))?;
    }
    Ok(row.into())
}

fn is_own(permit: &Permit, token: &TokenRow) -> bool {
    match permit.actor() {
        Actor::Member { id, .. } => token.maker.as_ref() == Some(id),
        Actor::Token { id, .. } => token.id == *id,
        Actor::Operator { .. } => true,
        Actor::Directory { .. } => false,
    }
}
