//! What is known of guests beside what is known of everybody: who answers for them, until when they may
//! come in, and in which group of guests they are.

use config::id::{GroupId, MemberId};
use config::{Named, Timestamp};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::condition::Condition;
use super::{Connection, StoreError};

/// A guest as they are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestRow {
    pub id: MemberId,
    pub status: String,
    pub username: String,
    pub display_name: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub mobile: Option<String>,
    pub created_at: Timestamp,
    pub created_by: String,
    pub version: i64,
    pub expires_at: Option<Timestamp>,
    pub suspended_because: Option<String>,
    pub sponsor: Option<SponsorRow>,
    pub group: Option<Named<GroupId>>,
}

/// Who answers for a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SponsorRow {
    pub id: MemberId,
    pub username: String,
    pub display_name: String,
    pub is_active: bool,
}

pub(super) const SELECT: &str = "SELECT m.id, m.status, m.username, m.display_name, m.email, \
     m.email_verified_at, m.mobile, m.created_at, m.version, g.created_by, g.expires_at, \
     g.suspended_because, s.id AS sponsor_id, s.username AS sponsor_username, \
     s.display_name AS sponsor_name, s.status AS sponsor_status, s.kind AS sponsor_kind, q.id AS group_id, \
     q.name AS group_name \
     FROM members m JOIN guests g ON g.member_id = m.id AND m.kind = 'guest' \
     LEFT JOIN members s ON s.id = g.sponsor_id \
     LEFT JOIN groups q ON q.for_guests_since IS NOT NULL AND q.id IN \
     (SELECT x.group_id FROM group_members x WHERE x.member_id = m.id)";

impl<'r> sqlx::FromRow<'r, AnyRow> for GuestRow {
    fn from_row(row: &'r AnyRow) -> sqlx::Result<Self> {
        let text = |name: &str| row.try_get::<Option<String>, _>(name);
        let sponsor = match text("sponsor_id")? {
            Some(id) => Some(SponsorRow {
                id: id.into(),
                username: row.try_get("sponsor_username")?,
                display_name: row.try_get("sponsor_name")?,
                is_active: text("sponsor_status")?.as_deref() == Some("active")
                    && text("sponsor_kind")?.as_deref() == Some("member"),
            }),
            None => None,
        };
        let group = match text("group_id")? {
            Some(id) => Some(Named {
                id: id.into(),
                name: row.try_get("group_name")?,
            }),
            None => None,
        };
        let verified: Option<i64> = row.try_get("email_verified_at")?;
        let expires: Option<i64> = row.try_get("expires_at")?;
        Ok(Self {
            id: row.try_get::<String, _>("id")?.into(),
            status: row.try_get("status")?,
            username: row.try_get("username")?,
            display_name: row.try_get("display_name")?,
            email: text("email")?,
            email_verified: verified.is_some(),
            mobile: text("mobile")?,
            created_at: Timestamp(row.try_get("created_at")?),
            created_by: row.try_get("created_by")?,
            version: row.try_get("version")?,
            expires_at: expires.map(Timestamp),
            suspended_because: text("suspended_because")?,
            sponsor,
            group,
        })
    }
}

/// What is decided of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub sponsor: Option<MemberId>,
    pub expires_at: Timestamp,
}

pub async fn insert(
    tx: &mut Connection,
    member: &MemberId,
    terms: &Terms,
    created_by: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO guests (member_id, sponsor_id, created_by, expires_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(member.as_str())
    .bind(terms.sponsor.as_ref().map(MemberId::as_str))
    .bind(created_by)
    .bind(terms.expires_at.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Another end is told anew.
pub async fn set_end(
    tx: &mut Connection,
    member: &MemberId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE guests SET expires_at = $2, guest_told_at = NULL, sponsor_told_at = NULL, \
         end_noted_at = NULL WHERE member_id = $1 AND (expires_at IS NULL OR expires_at <> $2)",
    )
    .bind(member.as_str())
    .bind(expires_at.as_millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// As a node does that knows nothing of guests.
#[cfg(test)]
pub async fn set_kind_alone(
    tx: &mut Connection,
    member: &MemberId,
    kind: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE members SET kind = $2 WHERE id = $1")
        .bind(member.as_str())
        .bind(kind)
        .execute(tx)
        .await?;
    Ok(())
}

/// As it was before guests ended.
#[cfg(test)]
pub async fn forget_end(tx: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    sqlx::query("UPDATE guests SET expires_at = NULL WHERE member_id = $1")
        .bind(member.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

/// A new sponsor has been told of no end yet.
pub async fn set_sponsor(
    tx: &mut Connection,
    member: &MemberId,
    sponsor: &MemberId,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE guests SET sponsor_id = $2, sponsor_told_at = NULL \
         WHERE member_id = $1 AND (sponsor_id IS NULL OR sponsor_id <> $2)",
    )
    .bind(member.as_str())
    .bind(sponsor.as_str())
    .execute(tx)
    .await?;
    Ok(())
}

/// The person answers for nobody any more.
pub async fn release(tx: &mut Connection, sponsor: &MemberId) -> Result<(), StoreError> {
    sqlx::query("UPDATE guests SET sponsor_id = NULL WHERE sponsor_id = $1")
        .bind(sponsor.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

/// Why the account is disabled; `None`: it is not.
pub async fn set_suspended(
    tx: &mut Connection,
    member: &MemberId,
    because: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE guests SET suspended_because = $2 WHERE member_id = $1")
        .bind(member.as_str())
        .bind(because)
        .execute(tx)
        .await?;
    Ok(())
}

/// The person is a guest no more.
pub async fn forget(tx: &mut Connection, member: &MemberId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM guests WHERE member_id = $1",
        "DELETE FROM group_members WHERE member_id = $1 AND group_id IN \
         (SELECT id FROM groups WHERE for_guests_since IS NOT NULL)",
    ] {
        sqlx::query(sql)
            .bind(member.as_str())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Puts the guest into this group of guests, and out of any other.
pub async fn move_to(
    tx: &mut Connection,
    member: &MemberId,
    group: Option<&GroupId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM group_members WHERE member_id = $1 AND group_id IN \
         (SELECT id FROM groups WHERE for_guests_since IS NOT NULL)",
    )
    .bind(member.as_str())
    .execute(&mut *tx)
    .await?;
    if let Some(group) = group {
        super::groups::add_member(tx, group, member, now).await?;
    }
    Ok(())
}

pub async fn find(
    connection: &mut Connection,
    id: &MemberId,
) -> Result<Option<GuestRow>, StoreError> {
    let sql = format!("{SELECT} WHERE m.id = $1");
    let row = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row)
}

/// Those who may come in and for whom this person answers.
pub async fn sponsored_by(
    connection: &mut Connection,
    sponsor: &MemberId,
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT m.id FROM guests g JOIN members m ON m.id = g.member_id \
         WHERE g.sponsor_id = $1 AND m.kind = 'guest' AND m.status = 'active' ORDER BY m.id",
    )
    .bind(sponsor.as_str())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// How many members may sign in, and how many guests.
pub async fn count(connection: &mut Connection, now: Timestamp) -> Result<(i64, i64), StoreError> {
    let counts = sqlx::query_as(
        "SELECT (SELECT CAST(count(*) AS BIGINT) FROM members \
         WHERE kind = 'member' AND status = 'active'), \
         (SELECT CAST(count(*) AS BIGINT) FROM members m JOIN guests g ON g.member_id = m.id \
         WHERE m.kind = 'guest' AND m.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > $1))",
    )
    .bind(now.as_millis())
    .fetch_one(connection)
    .await?;
    Ok(counts)
}

/// Which guests are listed. What is `None` does not narrow.
#[derive(Clone, Debug, Default)]
pub struct GuestFilter {
    pub search: Option<String>,
    pub group: Option<String>,
    pub sponsor: Option<String>,
    pub state: Option<Wanted>,
    pub expires_before: Option<Timestamp>,
    /// Only those in these departments and below them.
    pub within: Option<Vec<config::id::DepartmentId>>,
}

/// How it stands with the guests that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Active,
    Suspended,
    Expired,
}

/// What never ends comes last.
const END: &str = "COALESCE(g.expires_at, 9223372036854775807)";

/// In the order in which they end, those after the place.
pub async fn list(
    connection: &mut Connection,
    filter: &GuestFilter,
    after: Option<(i64, &str)>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<GuestRow>, StoreError> {
    let mut all = condition(filter, now);
    if let Some((end, id)) = after {
        let (end, id) = (all.number(end), all.text(id));
        all.and(&format!("({END}, m.id) > ({end}, {id})"));
    }
    let limit = all.number(limit);
    let sql = format!(
        "{SELECT} WHERE {} ORDER BY {END}, m.id LIMIT {limit}",
        all.sql()
    );
    let query = sqlx::query_as::<_, GuestRow>(sqlx::AssertSqlSafe(sql));
    Ok(all.bind(query).fetch_all(connection).await?)
}

fn condition(filter: &GuestFilter, now: Timestamp) -> Condition {
    let mut all = Condition::default();
    all.and("m.kind = 'guest'");
    if let Some(text) = &filter.search {
        all.search("m.search", text);
    }
    if let Some(group) = &filter.group {
        let group = all.text(group.as_str());
        all.and(&format!("q.id = {group}"));
    }
    if let Some(sponsor) = &filter.sponsor {
        let sponsor = all.text(sponsor.as_str());
        all.and(&format!("g.sponsor_id = {sponsor}"));
    }
    if let Some(before) = filter.expires_before {
        let before = all.number(before.as_millis());
        all.and(&format!("g.expires_at < {before}"));
    }
    if let Some(within) = &filter.within {
        let within: Vec<String> = within.iter().map(|id| all.text(id.as_str())).collect();
        all.and(&super::member_lists::in_or_below(&within.join(", ")));
    }
    match filter.state {
        Some(Wanted::Suspended) => all.and("m.status <> 'active'"),
        Some(Wanted::Active) => {
            let now = all.number(now.as_millis());
            all.and(&format!(
                "m.status = 'active' AND (g.expires_at IS NULL OR g.expires_at > {now})"
            ));
        }
        Some(Wanted::Expired) => {
            let now = all.number(now.as_millis());
            all.and(&format!("m.status = 'active' AND g.expires_at <= {now}"));
        }
        None => {}
    }
    all
}
