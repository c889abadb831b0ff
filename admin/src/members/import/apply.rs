//! Carries out what was looked at, row by row. Each row is looked at anew and changes what is not so
//! already; then it is noted as done. A run that was broken off between the two finds the row as it is
//! to be, so that it is taken up without doing anything twice.

use config::Timestamp;
use config::id::DepartmentId;

use super::look_up::{Found, LookUp};
use super::plan::{Check, Plan, existing};
use super::{CellProblem, Content, MemberImport, PIECE, Progress, find};
use crate::authn;
use crate::authz::{self, Action, Forbidden, Permit, Resource};
use crate::departments::{self, DepartmentDraft};
use crate::edit::{self, Edit, shown, target};
use crate::members::{self, Member, account};
use crate::refused::{Expected, Invalid, Refused, both};
use crate::state::State;
use crate::store::member_imports::{self as rows, LineRow};
use crate::store::{StoreError, holds};

/// Whose it is to carry an import out: the sign that was last given of being at it. Whoever takes the
/// import over gives another.
pub struct Turn {
    import: String,
    sign: Timestamp,
}

/// Begins to carry the import out, or takes it up again; no turn if somebody is at it already.
pub async fn begin(
    state: &State,
    id: &str,
    leave_out_errors: bool,
) -> Result<(MemberImport, Option<Turn>), Refused> {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let import = find(&mut tx, id, now).await?;
    if import.state == Progress::Applied {
        return Err(Refused::Impossible(both((
            "this import was carried out already",
            "该导入已执行完毕",
        ))));
    }
    if import.errors > 0 && !leave_out_errors {
        return Err(Refused::Impossible(both((
            "some rows have errors: correct the file, or say that they are to be left out",
            "部分行存在错误，请修正文件，或选择跳过这些行",
        ))));
    }
    let row = rows::find(&mut tx, id, now).await?;
    let sign = row.and_then(|row| row.applying_at);
    let free =
        import.state != Progress::Applying && rows::keep_applying(&mut tx, id, sign, now).await?;
    tx.commit().await?;
    let import = MemberImport {
        state: Progress::Applying,
        ..import
    };
    let turn = free.then(|| Turn {
        import: id.to_owned(),
        sign: now,
    });
    Ok((import, turn))
}

/// Carries out whatever of the import is still to be done.
pub async fn run(state: State, permit: Permit, mut turn: Turn) {
    let Err(error) = rest(&state, &permit, &mut turn).await else {
        return;
    };
    let id = &turn.import;
    tracing::warn!(%error, import = id, "an import was broken off; it can be taken up again");
    if let Err(error) = give_up(&state, &turn).await {
        tracing::warn!(%error, import = id, "an import cannot be noted as broken off yet");
    }
    if let Refused::Forbidden(why) = error {
        let (actor, origin) = (permit.actor(), permit.origin());
        let (action, resource) = (Action::Create.as_str(), Resource::Members.as_str());
        let why = why.to_string();
        let noted = edit::record_refusal(&state, actor, origin, action, resource, &why).await;
        if let Err(error) = noted {
            tracing::warn!(%error, import = id, "the end of an import cannot be recorded");
        }
    }
}

/// Lets it be taken up at once, rather than after [`super::SILENCE`], unless it was by then.
async fn give_up(state: &State, turn: &Turn) -> Result<(), StoreError> {
    let mut tx = state.store.begin().await?;
    if !rows::give_up(&mut tx, &turn.import, turn.sign).await? {
        tracing::info!(import = turn.import, "an import was taken over");
    }
    tx.commit().await
}

async fn rest(state: &State, permit: &Permit, turn: &mut Turn) -> Result<(), Refused> {
    let id = turn.import.clone();
    let now = state.clock.now();
    let import = find(&mut *state.store.read().await?, &id, now).await?;
    let limit = i64::try_from(PIECE / 10).unwrap_or(i64::MAX);
    loop {
        let lines = rows::waiting(&mut *state.store.read().await?, &id, limit).await?;
        if lines.is_empty() {
            break;
        }
        for line in &lines {
            // What others have changed since is looked at anew for each row, and so is the caller.
            let permit = renewed(state, permit).await?;
            let mut check = Check::new(permit.authority(), import.create_departments);
            match one(state, &permit, &id, line, &mut check).await {
                Ok(()) => {}
                Err(Refused::Store(error @ StoreError::Away(_))) => return Err(error.into()),
                Err(why) => fail(state, &id, line, why).await?,
            }
        }
        if !go_on(state, turn).await? {
            return Ok(());
        }
    }
    finish(state, permit, &id).await
}

/// Gives another sign; `false` if the import is another's by now.
async fn go_on(state: &State, turn: &mut Turn) -> Result<bool, StoreError> {
    let now = state.clock.now();
    let mut tx = state.store.begin().await?;
    let goes_on = rows::keep_applying(&mut tx, &turn.import, Some(turn.sign), now).await?;
    tx.commit().await?;
    turn.sign = now;
    Ok(goes_on)
}

/// The permit as it would be given now.
///
/// # Errors
/// [`Forbidden`] if it would not.
async fn renewed(state: &State, permit: &Permit) -> Result<Permit, Refused> {
    let (resource, action) = (Resource::Members, Action::Create);
    let actor = authn::still(state, permit.actor()).await?;
    let actor = actor.ok_or(Forbidden::Role(resource, action))?;
    let renewed = authz::permit(actor, permit.origin().clone(), resource, action)?;
    renewed.also_everywhere(resource, action)?;
    Ok(renewed)
}

/// Asks for all that a row does, before any of it is done.
fn may(permit: &Permit, known: Option<&Member>, plan: &Plan) -> Result<(), Forbidden> {
    if known.is_some_and(|member| plan.changes(member)) || plan.changes_status(known) {
        permit.also_everywhere(Resource::Members, Action::Change)?;
    }
    if plan.moves(known) {
        permit.also_everywhere(Resource::Departments, Action::Change)?;
    }
    if !plan.missing.is_empty() {
        permit.also_everywhere(Resource::Departments, Action::Create)?;
    }
    if plan.changes_groups(known) {
        permit.also_everywhere(Resource::Groups, Action::Change)?;
    }
    Ok(())
}

/// Carries out one row.
async fn one(
    state: &State,
    permit: &Permit,
    id: &str,
    line: &LineRow,
    check: &mut Check<'_>,
) -> Result<(), Refused> {
    let content: Content = serde_json::from_str(&line.content).map_err(StoreError::from)?;
    let (known, plan) = {
        let mut view = state.store.view().await?;
        let known = existing(&mut view, &content).await?;
        let plan = check.plan(&mut view, &content, known.as_ref()).await?;
        (known, plan.map_err(Refused::Invalid)?)
    };
    let mut plan = plan;
    may(permit, known.as_ref(), &plan)?;
    for path in std::mem::take(&mut plan.missing) {
        let made = make_department(state, permit, &path).await?;
        if !plan.profile.departments.contains(&made) {
            plan.profile.departments.push(made);
        }
    }
    let member = write(state, permit, known, &plan).await?;
    let status = plan.status.filter(|status| *status != member.status);
    let permit = match status {
        Some(_) => permit.another(Resource::Members, Action::Change)?,
        None => permit.clone(),
    };
    let mut edit = Edit::begin(state, &permit).await?;
    if status.is_some() {
        // What the status takes hold of comes before the row here.
        holds::roles(&mut edit.tx).await?;
    }
    if !rows::settle(&mut edit.tx, id, line.line, "done", "[]").await? {
        return Ok(());
    }
    match status {
        Some(status) => account::set_status(edit, &member.id, status)
            .await
            .map(drop),
        None => Ok(edit.tx.commit().await?),
    }
}

/// Makes or changes the person, unless they are so already.
async fn write(
    state: &State,
    permit: &Permit,
    known: Option<Member>,
    plan: &Plan,
) -> Result<Member, Refused> {
    match known {
        None => members::create(Edit::begin(state, permit).await?, &plan.profile).await,
        Some(member) if plan.changes_profile(&member) => {
            let permit = permit.another(Resource::Members, Action::Change)?;
            let edit = Edit::begin(state, &permit).await?;
            let expected = Expected::Version(member.version);
            members::update(edit, &member.id, expected, &plan.profile).await
        }
        Some(member) => Ok(member),
    }
}

/// Makes what is missing of a path; gives the department at its end.
async fn make_department(
    state: &State,
    permit: &Permit,
    path: &[String],
) -> Result<DepartmentId, Refused> {
    let mut parent: Option<DepartmentId> = None;
    for depth in 1..=path.len() {
        let path = path.get(..depth).unwrap_or_default();
        let found = {
            let mut view = state.store.view().await?;
            LookUp::default().department(&mut view, path).await?
        };
        parent = Some(match found {
            Found::One(id) => id,
            found @ Found::Several => return Err(super::wrong::no_department(path, &found).into()),
            Found::None => {
                let draft = DepartmentDraft {
                    name: path.last().cloned().unwrap_or_default(),
                    parent,
                    position: None,
                };
                let permit = permit.another(Resource::Departments, Action::Create)?;
                let edit = Edit::begin(state, &permit).await?;
                departments::create(edit, &draft).await?.id
            }
        });
    }
    parent.ok_or(Refused::NotFound("department"))
}

/// Notes why a row could not be carried out.
async fn fail(state: &State, id: &str, line: &LineRow, why: Refused) -> Result<(), Refused> {
    let problems: Vec<CellProblem> = match why {
        Refused::Invalid(wrong) => wrong.into_iter().map(CellProblem::from).collect(),
        Refused::Impossible(what) => vec![as_a_whole(what.en.as_str(), what.zh_cn.as_str())],
        Refused::Taken { field } => {
            let taken = ("another one has this", "该值已被占用");
            let allowed = ("a value that nobody else has", "未被占用的值");
            vec![Invalid::new(&field, taken, allowed).into()]
        }
        Refused::Forbidden(why) => vec![as_a_whole(&why.to_string(), "您没有执行此操作的权限")],
        Refused::Stale => vec![as_a_whole(
            "somebody else changed the member at the same time",
            "该成员同时被其他人修改",
        )],
        other => {
            tracing::warn!(error = %other, import = id, line = line.line, "a row failed");
            vec![as_a_whole("it could not be carried out", "执行失败")]
        }
    };
    let problems = serde_json::to_string(&problems).map_err(StoreError::from)?;
    let mut tx = state.store.begin().await?;
    rows::settle(&mut tx, id, line.line, "failed", &problems).await?;
    Ok(tx.commit().await?)
}

fn as_a_whole(en: &str, zh_cn: &str) -> CellProblem {
    let allowed = ("correct it and bring the row again", "请修正后重新导入该行");
    Invalid::new("", (en, zh_cn), allowed).into()
}

async fn finish(state: &State, permit: &Permit, id: &str) -> Result<(), Refused> {
    let mut edit = Edit::begin(state, permit).await?;
    let now: Timestamp = edit.now;
    if !rows::finish(&mut edit.tx, id, now).await? {
        return Ok(());
    }
    let import = find(&mut edit.tx, id, now).await?;
    let target = target("member_import", id, &import.file_name);
    edit.commit("import", target, None, shown(&import)).await
}
