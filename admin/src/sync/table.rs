//! What a run changed, as it is taken away: what the filter shows, by the page.

use config::Language;
use config::id::RunId;
use config::language::Words;
use serde_json::Value;

use super::record::{self, SyncChange};
use crate::refused::Refused;
use crate::state::State;
use crate::store::sync_changes::Wanted;
use crate::table_file::{Cell, Row};

/// Rows of one piece.
const PIECE: i64 = 500;

const HEADINGS: [Words; 10] = [
    ("Number", "序号"),
    ("Object", "对象"),
    ("Change", "更改"),
    ("Name", "名称"),
    ("Key in the directory", "目录标识"),
    ("ID", "ID"),
    ("Outcome", "结果"),
    ("Reason", "原因"),
    ("Before", "更改前"),
    ("After", "更改后"),
];

const WORDS: [(&str, Words); 20] = [
    ("department", ("Department", "部门")),
    ("person", ("Person", "人员")),
    ("group", ("Group", "用户组")),
    ("person_manager", ("Manager", "上级")),
    ("department_managers", ("Department managers", "部门负责人")),
    ("create", ("Create", "新建")),
    ("update", ("Update", "更新")),
    ("link", ("Link to one that is there", "关联已有")),
    ("enable", ("Enable", "启用")),
    ("disable", ("Disable", "停用")),
    ("remove", ("Remove", "移除")),
    ("conflict", ("Conflict", "冲突")),
    ("unfit", ("Not fit", "不符合要求")),
    ("undo", ("Take back", "撤销")),
    ("planned", ("Planned", "待执行")),
    ("held", ("To be tried again", "待重试")),
    ("done", ("Done", "已完成")),
    ("failed", ("Failed", "未成功")),
    ("taken_back", ("Taken back", "已撤销")),
    ("kept", ("Kept as it is", "保持现状")),
];

#[must_use]
pub fn headings(language: Language) -> Vec<String> {
    let headings = HEADINGS.into_iter().map(|words| language.of(words));
    headings.map(str::to_owned).collect()
}

/// The rows behind a place, and the place of the last.
pub async fn page(
    state: &State,
    run: &RunId,
    wanted: Wanted<'_>,
    language: Language,
    after: Option<i64>,
) -> Result<(Vec<Row>, Option<i64>), Refused> {
    let mut view = state.store.view().await?;
    let found = record::changes(&mut view, run, wanted, after.unwrap_or(0), PIECE).await?;
    let (changes, next) = found;
    let next = next.and(changes.last().map(|last| last.seq));
    let rows = changes.into_iter().map(|change| row(change, language));
    Ok((rows.collect(), next))
}

fn row(change: SyncChange, language: Language) -> Row {
    vec![
        change.seq.into(),
        word(&change.object, language),
        word(&change.kind, language),
        change.name.into(),
        change.key.into(),
        change.object_id.into(),
        word(&change.outcome, language),
        { change.reason }
            .map(|why| why.get(language).to_owned())
            .into(),
        state_of(change.before),
        state_of(change.after),
    ]
}

/// One that has no word stays as it is.
fn word(name: &str, language: Language) -> Cell {
    let known = WORDS.into_iter().find(|(known, _)| *known == name);
    known.map_or(name, |(_, words)| language.of(words)).into()
}

/// What something was, or became, as the API tells it.
fn state_of(state: Option<Value>) -> Cell {
    state.map(|state| state.to_string()).into()
}
