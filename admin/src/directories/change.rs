//! Connecting a directory, changing how, and letting it go.

use config::Timestamp;
use config::id::{DepartmentId, DirectoryId};

use super::{
    Directory, DirectoryDraft, Kept, Source, UsedFor, Whole, catch_up, find, keep_secret, last_way,
    vouch, whole,
};
use crate::edit::{Edit, shown, target};
use crate::members::names;
use crate::name_key::name_key;
use crate::refused::{Expected, Invalid, Refused, both};
use crate::store::directories as rows;
use crate::store::directories::DirectoryRow;
use crate::store::{
    Connection, StoreError, department_lists, departments, directory_people, directory_renewals,
    directory_sessions, directory_units, holds, sync_marks, sync_runs,
};

/// So many directories stand side by side.
const MOST: usize = 50;

pub async fn create(edit: Edit<'_>, draft: DirectoryDraft) -> Result<Directory, Refused> {
    create_as(edit, DirectoryId::generate(), draft).await
}

/// The same, under an id that the caller chose, so that the addresses in which it stands could be entered
/// elsewhere before.
pub async fn create_as(
    mut edit: Edit<'_>,
    id: DirectoryId,
    draft: DirectoryDraft,
) -> Result<Directory, Refused> {
    holds::directories(&mut edit.tx).await?;
    let there = rows::all(&mut edit.tx).await?;
    if there.len() >= MOST {
        return Err(Refused::Impossible(both((
            "there are 50 directories already: remove one first",
            "目录数量已达上限（50 个），请先移除不用的目录",
        ))));
    }
    let is_id = uuid::Uuid::parse_str(id.as_str())
        .is_ok_and(|uuid| uuid.hyphenated().to_string() == id.as_str());
    if !is_id || there.iter().any(|one| one.id == id) {
        return Err(Invalid::new(
            "id",
            ("this is no id for a new directory", "该 id 不能用于新目录"),
            (
                "a UUID in lower case that no directory has, or none",
                "未被使用的小写 UUID，或留空",
            ),
        )
        .into());
    }
    let position = there.last().map_or(0, |last| last.position + 1);
    let row = settled(&mut edit, &id, position, None, &draft).await?;
    rows::insert(&mut edit.tx, &row, &name_key(&row.name), edit.now).await?;
    rows::set_next_run(&mut edit.tx, &id, row.next_run_at).await?;
    let made = find(&mut edit.tx, &id).await?;
    let target = target("directory", id.as_str(), &made.name);
    edit.commit("create", target, None, told(&made, draft.has_secret()))
        .await?;
    Ok(made)
}

pub async fn update(
    mut edit: Edit<'_>,
    id: &DirectoryId,
    expected: Expected,
    draft: DirectoryDraft,
) -> Result<Directory, Refused> {
    holds::directories(&mut edit.tx).await?;
    let before = whole(&mut edit.tx, id).await?;
    expected.check(before.row.version)?;
    vouch::may_change(&mut edit, &before, &draft).await?;
    let was = find(&mut edit.tx, id).await?;
    let row = settled(&mut edit, id, before.row.position, Some(&before), &draft).await?;
    if !rows::update(&mut edit.tx, &row, &name_key(&row.name), edit.now).await? {
        return Err(Refused::Stale);
    }
    last_way::keep(&mut edit, &before).await?;
    let is_renamed = row.name != before.row.name;
    if is_renamed && before.used_for().organisation() {
        let names = (before.row.name.as_str(), Some(row.name.as_str()));
        rows::name_source(&mut edit.tx, id, names).await?;
    }
    // What the directory said is taken over by the new rules, whether it says the same or not.
    let is_used_otherwise = draft.used_for != before.used_for();
    if draft.source != before.source
        || draft.organisation != before.organisation
        || is_used_otherwise
    {
        directory_people::forget_facts(&mut edit.tx, id).await?;
        sync_marks::set_of_directory(&mut edit.tx, id, None).await?;
    }
    if keep_secret::confidant(&before.source) != keep_secret::confidant(&draft.source) {
        // What was entrusted to the one is not shown to the other.
        directory_renewals::forget_all_of(&mut edit.tx, id).await?;
        directory_sessions::forget_repeated(&mut edit.tx, id).await?;
    }
    catch_up::catch_up(&mut edit, &before, &draft).await?;
    let after = find(&mut edit.tx, id).await?;
    let target = target("directory", id.as_str(), &after.name);
    let told_after = told(&after, draft.has_secret());
    edit.commit("update", target, shown(&was), told_after)
        .await?;
    Ok(after)
}

/// Lets it go. Whoever came from it stays as they are, and is looked after by hand from now on.
pub async fn remove(
    mut edit: Edit<'_>,
    id: &DirectoryId,
    expected: Expected,
) -> Result<(), Refused> {
    holds::directories(&mut edit.tx).await?;
    let before = find(&mut edit.tx, id).await?;
    expected.check(before.version)?;
    let unfinished = sync_runs::unfinished(&mut edit.tx, Some(id)).await?;
    if !unfinished.is_empty() {
        return Err(Refused::Impossible(both((
            "a run of this directory is not over: wait for it, or drop it first",
            "该目录有尚未结束的同步，请等待其完成或先放弃该次同步",
        ))));
    }
    let last = whole(&mut edit.tx, id).await?;
    rows::name_source(&mut edit.tx, id, (&before.name, None)).await?;
    rows::remove(&mut edit.tx, id).await?;
    last_way::keep(&mut edit, &last).await?;
    let target = target("directory", id.as_str(), &before.name);
    edit.commit("delete", target, shown(&before), None).await
}

/// What the audit log says of one: never the secret, but whether it changed.
fn told(directory: &Directory, secret_changed: bool) -> Option<serde_json::Value> {
    let mut told = shown(directory);
    if let Some(serde_json::Value::Object(told)) = &mut told {
        told.insert("secret_changed".to_owned(), secret_changed.into());
    }
    told
}

/// The row as it is to be.
///
/// # Errors
/// All that is wrong in the draft.
async fn settled(
    edit: &mut Edit<'_>,
    id: &DirectoryId,
    position: i64,
    before: Option<&Whole>,
    draft: &DirectoryDraft,
) -> Result<DirectoryRow, Refused> {
    let mut wrong = problems(draft);
    let name = names::display_name("name", &draft.name).unwrap_or_else(|invalid| {
        wrong.push(invalid);
        String::new()
    });
    wrong.extend(misplaced(&mut edit.tx, id, draft).await?);
    if before.is_some_and(|before| before.source.kind() != draft.source.kind()) {
        wrong.push(another_kind());
    }
    let (kept, secrets) = keep_secret::kept(edit, id, before, (draft, &mut wrong)).await?;
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let settings = Kept {
        source: draft.source.clone(),
        organisation: draft.organisation.clone(),
        sign_in: draft.sign_in.clone(),
        secrets,
    };
    let enabled_at = before
        .and_then(|before| before.row.enabled_at)
        .or(Some(edit.now));
    Ok(DirectoryRow {
        id: id.clone(),
        kind: draft.source.kind().as_str().to_owned(),
        name,
        used_for: draft.used_for.as_str().to_owned(),
        settings: serde_json::to_string(&settings).map_err(StoreError::from)?,
        secret: kept,
        enabled_at: enabled_at.filter(|_| draft.enabled),
        position,
        synced_at: None,
        next_run_at: next_run(draft, before, edit.now),
        version: before.map_or(1, |before| before.row.version),
    })
}

/// What is wrong with where its departments are to hang.
async fn misplaced(
    connection: &mut Connection,
    id: &DirectoryId,
    draft: &DirectoryDraft,
) -> Result<Option<Invalid>, StoreError> {
    let Some(below) = &draft.organisation.below else {
        return Ok(None);
    };
    if departments::find(connection, below).await?.is_none() {
        return Ok(Some(no_department()));
    }
    Ok(is_own(connection, id, below).await?.then(own_department))
}

/// Whether the department comes from the directory itself, or hangs below one that does.
async fn is_own(
    connection: &mut Connection,
    id: &DirectoryId,
    department: &DepartmentId,
) -> Result<bool, StoreError> {
    let own = directory_units::departments(connection, id).await?;
    let above = department_lists::paths(connection, std::slice::from_ref(department)).await?;
    let above = above
        .get(department)
        .into_iter()
        .flatten()
        .map(|one| &one.id);
    let mut line = above.chain([department]);
    Ok(line.any(|id| own.iter().any(|one| one.id == *id)))
}

fn own_department() -> Invalid {
    Invalid::new(
        "organisation.below",
        (
            "this department comes from the directory itself, or hangs below one that does",
            "该部门来自该目录，或位于来自该目录的部门之下",
        ),
        (
            "a department outside the directory, or none",
            "该目录之外的部门，或留空",
        ),
    )
}

fn no_department() -> Invalid {
    Invalid::new(
        "organisation.below",
        ("there is no such department", "该部门不存在"),
        ("the id of a department, or none", "已存在部门的 id，或留空"),
    )
}

fn another_kind() -> Invalid {
    Invalid::new(
        "source.kind",
        ("a directory does not change its kind", "目录类型不能更改"),
        (
            "the kind that it has: connect another directory",
            "保持原类型；如需其他类型请新建目录",
        ),
    )
}

/// At once where it is to be taken over by itself and was not before, or otherwise; else as it is.
fn next_run(draft: &DirectoryDraft, before: Option<&Whole>, now: Timestamp) -> Option<Timestamp> {
    let every = draft.organisation.every_minutes;
    if !draft.enabled || !draft.used_for.organisation() || every.is_none() {
        return None;
    }
    let as_before = before.filter(|before| {
        before.organisation.every_minutes == every
            && before.is_enabled()
            && before.used_for().organisation()
    });
    // One that was taken back stays so until somebody says otherwise.
    as_before.map_or(Some(now), |before| before.row.next_run_at)
}

/// What is wrong in what the kind asks for.
pub(super) fn source_problems(source: &Source, used_for: UsedFor) -> Vec<Invalid> {
    match source {
        Source::Ldap(settings) => settings.problems(used_for),
        Source::ActiveDirectory(settings) => settings.problems(used_for),
        Source::Oidc(settings) => settings.problems(),
        Source::Cas(settings) => settings.problems(),
        Source::Scim(settings) => settings.problems(),
        Source::Saml(settings) => settings.problems(),
        Source::Feishu(settings) => settings.problems(),
        Source::WeCom(settings) => settings.problems(),
    }
}

fn problems(draft: &DirectoryDraft) -> Vec<Invalid> {
    let mut wrong = draft.organisation.problems();
    wrong.extend(source_problems(&draft.source, draft.used_for));
    if let Source::Feishu(settings) = &draft.source {
        wrong.extend(settings.unfinished());
    }
    wrong.extend(draft.sign_in.problems());
    if draft.source.kind().pushes() && draft.organisation.every_minutes.is_some() {
        wrong.push(Invalid::new(
            "organisation.every_minutes",
            (
                "a directory that pushes is not asked",
                "由目录推送，不会定时读取",
            ),
            ("none", "留空"),
        ));
    }
    if !draft.used_for.fits(draft.source.kind()) {
        wrong.push(Invalid::new(
            "used_for",
            (
                "a directory of this kind cannot be used so",
                "该类型的目录不支持此用途",
            ),
            (
                "what the kind can do: both, organisation or sign_in",
                "该类型支持的用途：both、organisation 或 sign_in",
            ),
        ));
    }
    wrong
}
