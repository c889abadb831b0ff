//! Roles: the built-in ones, and those that the organisation makes out of permissions, such as one that
//! may do nothing but add external members.

use config::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authz::{Action, Forbidden, Holding, Permissions, Resource, roles};
use crate::edit::{Edit, shown, target};
use crate::members::names;
use crate::name_key::name_key;
use crate::refused::{Expected, Invalid, Refused, both};
use crate::store::roles as rows;
use crate::store::roles::{Fields, RoleRow};
use crate::store::{Connection, StoreError, holds};

/// No organisation needs more; all of them are read at once.
const MOST: usize = 200;

/// What an administrator writes down about a role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleDraft {
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// What it lets its holders do, each as `resource:action`. What they may create, change or remove
    /// they must be allowed to read, too; `guests:create` stands alone.
    pub permissions: Vec<String>,
}

/// A role, built in or made here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleDetail {
    /// The name of a built-in role, or an id.
    pub id: String,
    /// Empty for a built-in role, whose name everybody says in their own language.
    pub name: String,
    pub description: String,
    pub built_in: bool,
    pub permissions: Vec<String>,
    /// How many people hold it.
    pub holders: i64,
    /// 0 for a built-in role, which cannot be changed.
    pub version: i64,
}

impl From<RoleRow> for RoleDetail {
    fn from(row: RoleRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            built_in: false,
            permissions: Permissions::known_of(&row.permissions).names(),
            holders: row.holders,
            version: row.version,
        }
    }
}

/// The built-in ones first, then the others by name.
pub async fn all(connection: &mut Connection) -> Result<Vec<RoleDetail>, StoreError> {
    let holders = rows::holders(connection).await?;
    let built_in = Role::ALL.into_iter().map(|role| {
        let holders = holders.iter().find(|(held, _)| held == role.as_str());
        built_in(role, holders.map_or(0, |(_, count)| *count))
    });
    let made = rows::all(connection).await?.into_iter();
    Ok(built_in.chain(made.map(RoleDetail::from)).collect())
}

fn built_in(role: Role, holders: i64) -> RoleDetail {
    RoleDetail {
        id: role.as_str().to_owned(),
        name: String::new(),
        description: String::new(),
        built_in: true,
        permissions: Permissions::of(role).names(),
        holders,
        version: 0,
    }
}

pub async fn find(connection: &mut Connection, id: &str) -> Result<RoleDetail, Refused> {
    if let Some(role) = Role::from_name(id) {
        let holders = rows::holders(connection).await?.into_iter();
        let mut holders = holders.filter(|(held, _)| held == id);
        return Ok(built_in(role, holders.next().map_or(0, |(_, count)| count)));
    }
    let row = rows::find(connection, id).await?;
    row.map(RoleDetail::from).ok_or(Refused::NotFound("role"))
}

/// A role as somebody would hold it everywhere; `None` if there is none.
pub async fn holding(connection: &mut Connection, id: &str) -> Result<Option<Holding>, StoreError> {
    if let Some(role) = Role::from_name(id) {
        return Ok(Some(Holding::of(role)));
    }
    let row = rows::find(connection, id).await?;
    Ok(row.map(|row| Holding::made(&row.id, &row.name, &row.permissions)))
}

pub async fn create(mut edit: Edit<'_>, draft: &RoleDraft) -> Result<RoleDetail, Refused> {
    let fields = fields(&edit, draft)?;
    holds::roles(&mut edit.tx).await?;
    if rows::all(&mut edit.tx).await?.len() >= MOST {
        return Err(Refused::Impossible(both((
            "there are 200 roles already, which is the most",
            "角色数量已达上限（200 个）",
        ))));
    }
    let id = uuid::Uuid::now_v7().to_string();
    rows::insert(&mut edit.tx, &id, &fields, edit.now).await?;
    let made = find(&mut edit.tx, &id).await?;
    let target = target("role", &id, &made.name);
    edit.commit("create", target, None, shown(&made)).await?;
    Ok(made)
}

/// What its holders may do changes with their next request.
pub async fn update(
    mut edit: Edit<'_>,
    id: &str,
    expected: Expected,
    draft: &RoleDraft,
) -> Result<RoleDetail, Refused> {
    holds::roles(&mut edit.tx).await?;
    let before = made_here(&mut edit, id).await?;
    expected.check(before.version)?;
    let fields = fields(&edit, draft)?;
    if !rows::update(&mut edit.tx, id, before.version, &fields, edit.now).await? {
        return Err(Refused::Stale);
    }
    let after = find(&mut edit.tx, id).await?;
    let target = target("role", id, &after.name);
    edit.commit("update", target, shown(&before), shown(&after))
        .await?;
    Ok(after)
}

/// Removes one that nobody holds. Tokens that act with it lose it.
pub async fn remove(mut edit: Edit<'_>, id: &str, expected: Expected) -> Result<(), Refused> {
    holds::roles(&mut edit.tx).await?;
    let before = made_here(&mut edit, id).await?;
    expected.check(before.version)?;
    if before.holders > 0 {
        let count = before.holders;
        return Err(Refused::Impossible(both((
            &format!("{count} people hold this role: take it from them first"),
            &format!("有 {count} 人拥有此角色，请先收回该角色"),
        ))));
    }
    if !rows::remove(&mut edit.tx, id, before.version).await? {
        return Err(Refused::Stale);
    }
    let target = target("role", id, &before.name);
    edit.commit("delete", target, shown(&before), None).await
}

/// One that is the caller's to change: a change of what it lets its holders do is like giving it to
/// each of them.
async fn made_here(edit: &mut Edit<'_>, id: &str) -> Result<RoleDetail, Refused> {
    let found = find(&mut edit.tx, id).await?;
    if found.built_in {
        return Err(Refused::Impossible(both((
            "a built-in role cannot be changed: make one of your own",
            "内置角色不能修改，请新建自定义角色",
        ))));
    }
    let held = holding(&mut edit.tx, id).await?;
    let held = held.ok_or(Refused::NotFound("role"))?;
    roles::may_govern(edit.permit().authority(), &held)?;
    Ok(found)
}

fn fields(edit: &Edit<'_>, draft: &RoleDraft) -> Result<Fields, Refused> {
    let name = names::display_name("name", &draft.name)?;
    let description = names::description(&draft.description)?;
    let permissions = permissions("permissions", &draft.permissions)?;
    if !roles::governs(edit.permit().authority(), permissions) {
        return Err(Forbidden::Grant(name).into());
    }
    Ok(Fields {
        name_key: name_key(&name),
        name,
        description,
        permissions: permissions.names(),
    })
}

/// Reads permissions that a person has written.
///
/// # Errors
/// If there is none, or one that cannot be given, or one that changes what may not be read.
pub fn permissions(field: &str, names: &[String]) -> Result<Permissions, Invalid> {
    let wrong = |en: &str, zh_cn: &str| {
        Invalid::new(
            field,
            (en, zh_cn),
            (
                "some of what GET /roles shows of the role owner, such as members:read",
                "GET /roles 中 owner 角色所列的权限，例如 members:read",
            ),
        )
    };
    let grantable = Permissions::grantable();
    let read = Permissions::read(names);
    let wanted = read.map_err(|name| {
        let name: String = name.chars().take(60).collect();
        wrong(
            &format!("\"{name}\" is no permission"),
            &format!("“{name}”不是有效的权限"),
        )
    })?;
    if wanted.is_empty() {
        return Err(wrong("at least one is needed", "至少需要一项权限"));
    }
    for (resource, action) in wanted.iter() {
        let name = crate::authz::table::permission(resource, action);
        if !grantable.contains(resource, action) {
            return Err(wrong(
                &format!("{name} cannot be given"),
                &format!("{name} 不能授予"),
            ));
        }
        let missing = needed_by(resource, action).iter().find(|needed| {
            grantable.contains(resource, **needed) && !wanted.contains(resource, **needed)
        });
        if let Some(missing) = missing {
            let needed = crate::authz::table::permission(resource, *missing);
            return Err(wrong(
                &format!("{name} needs {needed}"),
                &format!("{name} 需要同时授予 {needed}"),
            ));
        }
    }
    Ok(wanted)
}

/// Without which others a permission does nothing, or does it blindly.
fn needed_by(resource: Resource, action: Action) -> &'static [Action] {
    match (resource, action) {
        // Whoever may add guests sees those for whom they answer.
        (Resource::Guests, Action::Create) => &[],
        // What is done to any guest begins with what whoever adds them may do to their own.
        (Resource::Guests, Action::Change) => &[Action::Read, Action::Create],
        _ => &[Action::Read],
    }
}
