//! Many people at once, from a file, in two steps: first each row is told what it would do and what is
//! wrong with it, and nothing is written; then it is done, row by row, and can be taken up again where
//! it was broken off.

mod apply;
mod look_up;
mod plan;
mod wrong;

use std::collections::HashMap;
use std::time::Duration;

use config::Timestamp;
use config::language::LocalText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::table::columns::Column;
use super::table::read;
use crate::authz::{Action, Permit, Resource};
use crate::edit::{Edit, target};
use crate::refused::{Invalid, Refused};
use crate::state::State;
use crate::store::member_imports::{self as rows, ImportRow, LineRow};
use crate::store::{Connection, StoreError};

pub use apply::{Turn, begin, run};

/// So long what was uploaded is kept.
const LIFE: Duration = Duration::from_hours(24);
/// A run that gave no sign for so long has ended.
const SILENCE: Duration = Duration::from_mins(1);
/// Rows that are looked at, or written, together.
const PIECE: usize = 500;

/// A file that was uploaded, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberImport {
    pub id: String,
    pub file_name: String,
    /// Whether departments are made that are named in the file and not there.
    pub create_departments: bool,
    /// Headings of the file that mean nothing to us.
    pub ignored_columns: Vec<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    #[schema(inline)]
    pub state: Progress,
    /// Rows that would make, or have made, a person.
    pub create: i64,
    pub update: i64,
    /// Rows that say what is so already.
    pub nothing: i64,
    /// Rows with something wrong in them.
    pub errors: i64,
    /// Rows that were carried out.
    pub done: i64,
    /// Rows that were to be carried out and could not.
    pub failed: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Nothing was written yet.
    Previewed,
    Applying,
    /// Broken off before it was done, such as by a restart: it can be applied again, which goes on where
    /// it was, or discarded.
    Interrupted,
    Applied,
}

/// Something wrong in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellProblem {
    pub column: String,
    pub what: LocalText,
    pub allowed: LocalText,
}

impl From<Invalid> for CellProblem {
    fn from(invalid: Invalid) -> Self {
        Self {
            column: invalid.field,
            what: invalid.what,
            allowed: invalid.allowed,
        }
    }
}

/// What stands in a row, by the names that the API has for the columns.
type Content = HashMap<String, String>;

/// Looks at every row of a file and keeps what it would do.
pub async fn upload(
    state: &State,
    permit: &Permit,
    bytes: Vec<u8>,
    file_name: &str,
    create_departments: bool,
) -> Result<MemberImport, Refused> {
    let file = state
        .turns
        .reading
        .run(move || read::read(&bytes))
        .await??;
    may_bring(permit, &file, create_departments)?;
    let now = state.clock.now();
    let row = ImportRow {
        id: uuid::Uuid::now_v7().to_string(),
        file_name: file_name.to_owned(),
        create_departments,
        ignored: serde_json::to_string(&file.ignored).map_err(StoreError::from)?,
        created_at: now,
        expires_at: now.plus(LIFE),
        applying_at: None,
        applied_at: None,
    };
    let mut tx = state.store.begin().await?;
    rows::insert(&mut tx, &row).await?;
    tx.commit().await?;
    let mut check = plan::Check::new(permit.authority(), create_departments);
    for piece in file.lines.chunks(PIECE) {
        let mut view = state.store.view().await?;
        let checked = check.lines(&mut view, piece).await?;
        drop(view);
        let mut tx = state.store.begin().await?;
        for line in &checked {
            rows::insert_line(&mut tx, &row.id, line).await?;
        }
        tx.commit().await?;
    }
    find(&mut *state.store.read().await?, &row.id, now).await
}

/// A file may only change what whoever brings it may change by hand.
fn may_bring(permit: &Permit, file: &read::File, create_departments: bool) -> Result<(), Refused> {
    let names = |column| {
        file.lines
            .iter()
            .any(|line| line.cells.contains_key(&column))
    };
    permit.also_everywhere(Resource::Members, Action::Change)?;
    if names(Column::Departments) {
        permit.also_everywhere(Resource::Departments, Action::Change)?;
    }
    if create_departments {
        permit.also_everywhere(Resource::Departments, Action::Create)?;
    }
    if names(Column::Groups) {
        permit.also_everywhere(Resource::Groups, Action::Change)?;
    }
    Ok(())
}

pub async fn find(
    connection: &mut Connection,
    id: &str,
    now: Timestamp,
) -> Result<MemberImport, Refused> {
    let row = rows::find(connection, id, now).await?;
    let row = row.ok_or(Refused::NotFound("import"))?;
    let mut import = MemberImport {
        state: match (row.applying_at, row.applied_at) {
            (_, Some(_)) => Progress::Applied,
            (Some(sign), None) if now.since(sign) >= SILENCE => Progress::Interrupted,
            (Some(_), None) => Progress::Applying,
            (None, None) => Progress::Previewed,
        },
        id: row.id,
        file_name: row.file_name,
        create_departments: row.create_departments,
        ignored_columns: serde_json::from_str(&row.ignored).map_err(StoreError::from)?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        create: 0,
        update: 0,
        nothing: 0,
        errors: 0,
        done: 0,
        failed: 0,
    };
    for (verdict, outcome, count) in rows::counts(connection, id).await? {
        match verdict.as_str() {
            "create" => import.create += count,
            "update" => import.update += count,
            "nothing" => import.nothing += count,
            _ => import.errors += count,
        }
        match outcome.as_deref() {
            Some("done") => import.done += count,
            Some("failed") => import.failed += count,
            _ => {}
        }
    }
    Ok(import)
}

/// The rows of the file after a line, of one verdict if one is asked for.
pub async fn lines(
    connection: &mut Connection,
    id: &str,
    verdict: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<LineRow>, StoreError> {
    rows::lines(connection, id, verdict, after, limit).await
}

/// Forgets what was uploaded. What was carried out already stays.
pub async fn discard(mut edit: Edit<'_>, id: &str) -> Result<(), Refused> {
    let before = find(&mut edit.tx, id, edit.now).await?;
    rows::remove(&mut edit.tx, id).await?;
    let target = target("member_import", id, &before.file_name);
    edit.commit("delete", target, None, None).await
}
