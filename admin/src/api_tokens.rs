//! API tokens: credentials for programs, shown once, with no more than their maker may do.

use std::time::Duration;

use config::id::MemberId;
use config::{Role, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authn::Actor;
use crate::authn::token::PREFIX;
use crate::authz::{Forbidden, roles};
use crate::edit::{Edit, shown, target};
use crate::members::names;
use crate::refused::{Invalid, Refused};
use crate::store::api_tokens as rows;
use crate::store::api_tokens::TokenRow;
use crate::store::{Connection, StoreError};
use crate::tokens::Token;

/// A token lives no longer than this.
const MAX_DAYS: u32 = 366;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenDraft {
    /// What it is for.
    pub name: String,
    /// What it may do: roles that its maker holds or may give.
    pub roles: Vec<Role>,
    /// It ends after so many days, 1 to 366.
    #[serde(default = "quarter")]
    pub days: u32,
}

fn quarter() -> u32 {
    90
}

/// A token without its secret. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiToken {
    pub id: String,
    pub name: String,
    /// Who made it; absent where it was made on the machine.
    pub maker: Option<MemberId>,
    pub roles: Vec<Role>,
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
            roles: row.roles,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// A token just made, with the secret that is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct NewApiToken {
    #[serde(flatten)]
    pub token: ApiToken,
    /// To be sent as `Authorization: Bearer …`. It cannot be shown again.
    pub secret: String,
}

/// Newest first.
pub async fn list(connection: &mut Connection) -> Result<Vec<ApiToken>, StoreError> {
    let rows = rows::list(connection).await?;
    Ok(rows.into_iter().map(ApiToken::from).collect())
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
    if draft.roles.is_empty() {
        return Err(Invalid::new(
            "roles",
            (
                "a token without a role can do nothing",
                "没有角色的令牌无法执行任何操作",
            ),
            (
                "owner, administrator, security_administrator, auditor, help_desk",
                "owner、administrator、security_administrator、auditor、help_desk",
            ),
        )
        .into());
    }
    roles::may_delegate(edit.permit().roles(), &draft.roles)?;
    let secret = Token::generate();
    let life = Duration::from_hours(24) * draft.days;
    let row = TokenRow {
        id: config::id::EventId::generate().to_string(),
        name,
        maker: edit.permit().actor().member().cloned(),
        roles: distinct(&draft.roles),
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

fn distinct(roles: &[Role]) -> Vec<Role> {
    let given = Role::ALL.into_iter();
    given.filter(|role| roles.contains(role)).collect()
}

/// Ends a token. One that acts with a role above the caller's is not the caller's to end, unless they
/// made it; a token may end itself.
pub async fn revoke(mut edit: Edit<'_>, id: &str) -> Result<(), Refused> {
    let found = rows::find(&mut edit.tx, id).await?;
    let before = ApiToken::from(found.ok_or(Refused::NotFound("token"))?);
    let own = match edit.permit().actor() {
        Actor::Member { id, .. } => before.maker.as_ref() == Some(id),
        Actor::Token { id, .. } => before.id == *id,
        Actor::Operator => true,
    };
    if !own {
        roles::may_delegate(edit.permit().roles(), &before.roles)?;
    }
    if !rows::revoke(&mut edit.tx, id, edit.now).await? {
        return Ok(());
    }
    let after = rows::find(&mut edit.tx, id).await?.map(ApiToken::from);
    let target = target("token", id, &before.name);
    edit.commit("revoke", target, shown(&before), shown(&after))
        .await
}
