//! Applications: their definitions as JSON.

use config::id::ApplicationId;
use config::{Language, Timestamp};

use super::condition::Condition;
use super::listing::{self, Listed, Part, Place};
use super::{Connection, StoreError};
use crate::applications::{Definition, Unreadable};
use crate::search_key;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    pub id: ApplicationId,
    pub definition: Result<Definition, Unreadable>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

type Row = (String, String, i64, i64, i64);

const COLUMNS: &str = "id, definition, created_at, updated_at, version";

impl From<Row> for ApplicationRow {
    fn from((id, definition, created_at, updated_at, version): Row) -> Self {
        Self {
            definition: serde_json::from_str(&definition).map_err(|why| Unreadable {
                why: why.to_string(),
                text: definition,
            }),
            id: id.into(),
            created_at: Timestamp(created_at),
            updated_at: Timestamp(updated_at),
            version,
        }
    }
}

pub async fn insert(
    connection: &mut Connection,
    id: &ApplicationId,
    definition: &Definition,
    now: Timestamp,
) -> Result<(), StoreError> {
    let [en, zh_cn] = orders(definition);
    sqlx::query(
        "INSERT INTO applications (id, definition, search, created_at, updated_at, name_order_en, \
         name_order_zh_cn, version) VALUES ($1, $2, $4, $3, $3, $5, $6, 1)",
    )
    .bind(id.as_str())
    .bind(serde_json::to_string(definition)?)
    .bind(now.as_millis())
    .bind(search(definition))
    .bind(en)
    .bind(zh_cn)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn update(
    connection: &mut Connection,
    id: &ApplicationId,
    version: i64,
    definition: &Definition,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let [en, zh_cn] = orders(definition);
    let done = sqlx::query(
        "UPDATE applications SET definition = $3, updated_at = $4, search = $5, \
         name_order_en = $6, name_order_zh_cn = $7, version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.as_str())
    .bind(version)
    .bind(serde_json::to_string(definition)?)
    .bind(now.as_millis())
    .bind(search(definition))
    .bind(en)
    .bind(zh_cn)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove(connection: &mut Connection, id: &ApplicationId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM applications WHERE id = $1")
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(
    connection: &mut Connection,
    id: &ApplicationId,
) -> Result<Option<ApplicationRow>, StoreError> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM applications WHERE id = $1"
    )))
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    Ok(row.map(ApplicationRow::from))
}

/// In the order in which they were made.
pub async fn all(connection: &mut Connection) -> Result<Vec<ApplicationRow>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM applications ORDER BY id"
    )))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(ApplicationRow::from).collect())
}

/// All, or those whose names or hosts have this in them; names in the order of a language.
pub async fn list(
    connection: &mut Connection,
    search: Option<&str>,
    language: Language,
    part: &Part,
) -> Result<(Vec<ApplicationRow>, Option<Place>), StoreError> {
    let listed = Listed {
        columns: COLUMNS,
        table: "applications",
        name: language.of(("name_order_en", "name_order_zh_cn")),
    };
    let mut all = Condition::default();
    if let Some(typed) = search {
        all.search("search", typed);
    }
    listing::page::<Row, _>(connection, listed, all, part).await
}

/// By which it is put in order, in English and in Chinese.
pub fn orders(definition: &Definition) -> [String; 2] {
    [Language::En, Language::ZhCn].map(|language| search_key::order(definition.name.get(language)))
}

/// What it is found by.
pub fn search(definition: &Definition) -> String {
    let names = [&*definition.name.zh_cn, &*definition.name.en];
    search_key::of_application(names, definition.hosts.iter().map(ToString::to_string))
}
