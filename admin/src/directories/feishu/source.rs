//! Everybody whom the application may see, department by department. What it may see is asked for first: it need
//! not be the whole company.

use std::collections::HashSet;
use std::time::Duration;

use config::id::DirectoryId;
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use serde_json::Value;

use super::entry::{self, ROOT, text};
use super::protocol::{Feishu, TENANT};
use super::settings::FeishuSettings;
use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::source::{Again, News, OrganisationSource, SourceError};
use crate::directories::suite::cloud::{Asked, Cloud, below};
use crate::directories::suite::error::CallError;
use crate::directories::suite::feed::Feed;
use crate::directories::suite::secrets::Secrets;
use crate::state::State;

/// So many of anything at a time: no more are given.
const PAGE: &str = "50";
/// So many people are asked for at once by key.
const AT_ONCE: usize = 8;
/// Nobody there.
const NOBODY: [&str; 1] = ["41012"];
/// Nobody whom the application may see.
const UNSEEN: [&str; 1] = ["41050"];
/// No such department.
const NOWHERE: &str = "40015";
/// Not in what the application may see: of the root, not the whole company.
const NOT_OURS: &str = "40004";
/// Too large to be listed with all that is below it.
const TOO_LARGE: &str = "43010";

pub struct FeishuSource {
    cloud: Cloud,
    settings: FeishuSettings,
    feed: Option<Feed>,
    /// What of the company is still to be listed.
    left: Option<Left>,
    /// Who was listed: people are in many departments.
    seen: HashSet<String>,
}

struct Left {
    /// People who may be seen by themselves.
    people: Vec<String>,
    departments: Vec<String>,
    page: Option<String>,
}

/// A part of a list.
struct Page {
    items: Vec<Value>,
    next: Option<String>,
}

impl FeishuSource {
    #[must_use]
    pub fn new(
        state: &State,
        directory: Option<&DirectoryId>,
        (settings, secrets): (&FeishuSettings, &Secrets),
    ) -> Self {
        let protocol = Box::new(Feishu::new(settings, secrets));
        Self {
            cloud: Cloud::new(state, directory, protocol),
            settings: settings.clone(),
            feed: directory.map(|id| Feed::new(state, id)),
            left: None,
            seen: HashSet::new(),
        }
    }

    async fn contact(&self, parts: &[&str], query: &[(&str, &str)]) -> Result<Value, CallError> {
        let base = ["open-apis", "contact", "v3"];
        let url = below(&self.settings.url, &[&base, parts].concat())?;
        let ids = [
            ("user_id_type", "union_id"),
            ("department_id_type", "open_department_id"),
        ];
        let asked = Asked::get(url, &[&ids, query].concat());
        self.cloud.ask(TENANT, asked).await
    }

    async fn page(
        &self,
        parts: &[&str],
        query: &[(&str, &str)],
        token: Option<&str>,
    ) -> Result<Page, CallError> {
        let mut all = query.to_vec();
        all.push(("page_size", PAGE));
        all.extend(token.map(|token| ("page_token", token)));
        let answer = self.contact(parts, &all).await?;
        let data = answer.get("data").unwrap_or(&Value::Null);
        let has_more = data.get("has_more").and_then(Value::as_bool);
        let next = text(data, "page_token").map(str::to_owned);
        let items = data.get("items").and_then(Value::as_array).cloned();
        match (has_more, &next) {
            (Some(true), None) => Err(endless()),
            (Some(true), Some(next)) if Some(next.as_str()) == token => Err(endless()),
            (Some(true), Some(_)) => Ok(Page {
                items: items.unwrap_or_default(),
                next,
            }),
            (Some(false), _) => Ok(Page {
                items: items.unwrap_or_default(),
                next: None,
            }),
            (None, _) => Err(CallError::away((
                "the platform answered with no list",
                "平台返回的不是列表",
            ))),
        }
    }

    /// The departments and the people that the application may see by themselves.
    async fn scope(&self) -> Result<(Vec<String>, Vec<String>), CallError> {
        let (mut departments, mut people) = (Vec::new(), Vec::new());
        let mut token: Option<String> = None;
        loop {
            let mut query = vec![("page_size", PAGE)];
            query.extend(token.as_deref().map(|token| ("page_token", token)));
            let answer = self.contact(&["scopes"], &query).await?;
            let data = answer.get("data").unwrap_or(&Value::Null);
            for (name, into) in [
                ("department_ids", &mut departments),
                ("user_ids", &mut people),
            ] {
                let ids = data.get(name).and_then(Value::as_array);
                let ids = ids.into_iter().flatten().filter_map(Value::as_str);
                into.extend(ids.map(str::to_owned));
            }
            if data.get("has_more").and_then(Value::as_bool) != Some(true) {
                return Ok((departments, people));
            }
            let next = text(data, "page_token").map(str::to_owned);
            if next.is_none() || next == token {
                return Err(endless());
            }
            token = next;
        }
    }

    async fn listed(&mut self) -> Result<Vec<TheirDepartment>, CallError> {
        let (roots, people) = self.scope().await?;
        let (mut found, mut keys) = (Vec::new(), HashSet::new());
        for root in roots.iter().filter(|root| *root != ROOT) {
            let answer = self.contact(&["departments", root], &[]).await?;
            let told = answer.get("data").and_then(|data| data.get("department"));
            add(told.unwrap_or(&Value::Null), (&mut found, &mut keys))?;
        }
        let mut left = roots;
        while let Some(root) = left.pop() {
            let mut below = self.below(&root, true).await;
            if matches!(&below, Err(error) if error.is_code(&[TOO_LARGE])) {
                below = self.below(&root, false).await;
                let children = below.iter().flatten();
                left.extend(
                    children.filter_map(|one| text(one, "open_department_id")?.to_owned().into()),
                );
            }
            for told in &below? {
                add(told, (&mut found, &mut keys))?;
            }
        }
        for one in &mut found {
            one.parent = one.parent.take().filter(|parent| keys.contains(parent));
        }
        let departments = keys.into_iter().chain([ROOT.to_owned()]).collect();
        self.left = Some(Left {
            people,
            departments,
            page: None,
        });
        Ok(found)
    }

    /// The departments below one: all of them, or only those next to it.
    async fn below(&self, root: &str, is_deep: bool) -> Result<Vec<Value>, CallError> {
        let (parts, mut found) = (["departments", root, "children"], Vec::new());
        let how = [("fetch_child", if is_deep { "true" } else { "false" })];
        let mut token: Option<String> = None;
        loop {
            let page = self.page(&parts, &how, token.as_deref()).await?;
            found.extend(page.items);
            token = page.next;
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Somebody by key; `None`: they are not there, or have left.
    async fn one(&self, key: &str) -> Result<Option<TheirPerson>, CallError> {
        let answer = match self.contact(&["users", key], &[]).await {
            Err(error) if error.is_code(&NOBODY) => return Ok(None),
            other => other?,
        };
        let told = answer.get("data").and_then(|data| data.get("user"));
        let told = told.unwrap_or(&Value::Null);
        if entry::has_left(told) {
            return Ok(None);
        }
        Ok(Some(self.read(told)?))
    }

    fn read(&self, told: &Value) -> Result<TheirPerson, CallError> {
        // What the application may not read is left out, and is no word that it is not so.
        for field in ["status", "department_ids"] {
            if told.get(field).is_none() {
                return Err(CallError::away((
                    &format!(
                        "the platform leaves out {field} of people: grant the application what it lacks"
                    ),
                    &format!("平台未返回人员的 {field} 字段，请为应用补齐缺少的权限"),
                )));
            }
        }
        entry::person(&self.settings, told).ok_or_else(|| {
            CallError::away((
                "the platform told of somebody without a union_id",
                "平台返回的人员缺少 union_id",
            ))
        })
    }

    /// Looks at them again. That the platform will not answer for somebody is no word that they have left: then
    /// everything is listed, where it is seen how many are missing.
    async fn looked_at(&self, keys: &[String]) -> Result<Again, CallError> {
        let mut again = Again::default();
        for some in keys.chunks(AT_ONCE) {
            for one in join_all(some.iter().map(|key| self.one(key))).await {
                match one {
                    Ok(person) => again.people.extend(person),
                    Err(CallError::Refused { .. }) => again.touches_structure = true,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(again)
    }

    async fn several(&self, keys: &[String]) -> Result<Vec<TheirPerson>, CallError> {
        let mut people = Vec::new();
        for some in keys.chunks(AT_ONCE) {
            for one in join_all(some.iter().map(|key| self.one(key))).await {
                match one {
                    Err(error) if error.is_code(&UNSEEN) => {}
                    one => people.extend(one?),
                }
            }
        }
        Ok(people)
    }

    /// Some people more; `None`: that was everybody.
    async fn more(&mut self) -> Result<Option<Vec<TheirPerson>>, CallError> {
        let Some(mut left) = self.left.take() else {
            return Ok(None);
        };
        if !left.people.is_empty() {
            let at = left.people.len().saturating_sub(AT_ONCE);
            let some = left.people.split_off(at);
            let people = self.several(&some).await?;
            self.left = Some(left);
            return Ok(Some(self.unseen(people)));
        }
        let Some(department) = left.departments.last().cloned() else {
            return Ok(None);
        };
        let of = [("department_id", department.as_str())];
        let parts = ["users", "find_by_department"];
        let page = match self.page(&parts, &of, left.page.as_deref()).await {
            Err(error) if left.page.is_none() && is_empty(&department, &error) => Page {
                items: Vec::new(),
                next: None,
            },
            other => other?,
        };
        left.page = page.next;
        if left.page.is_none() {
            left.departments.pop();
        }
        self.left = Some(left);
        let here = page.items.iter().filter(|told| !entry::has_left(told));
        let people: Result<Vec<_>, _> = here.map(|told| self.read(told)).collect();
        Ok(Some(self.unseen(people?)))
    }

    fn unseen(&mut self, mut people: Vec<TheirPerson>) -> Vec<TheirPerson> {
        people.retain(|one| self.seen.insert(one.key.clone()));
        people
    }
}

/// Adds a department that is told of, once.
fn add(
    told: &Value,
    (found, keys): (&mut Vec<TheirDepartment>, &mut HashSet<String>),
) -> Result<(), CallError> {
    if entry::is_deleted(told) {
        return Ok(());
    }
    let department = entry::department(told).ok_or_else(|| {
        CallError::away((
            "the platform listed a department without its id",
            "平台返回的部门缺少 ID",
        ))
    })?;
    if keys.insert(department.key.clone()) {
        found.push(department);
    }
    Ok(())
}

/// Whether nobody is to be expected there: it was taken away since the departments were listed, or it is the root of a
/// company that we may not see as a whole.
fn is_empty(department: &str, error: &CallError) -> bool {
    error.is_code(&[NOWHERE]) || (department == ROOT && error.is_code(&[NOT_OURS]))
}

fn endless() -> CallError {
    CallError::away((
        "the platform does not come to the end of a list",
        "平台的列表分页异常，无法读完",
    ))
}

impl OrganisationSource for FeishuSource {
    fn departments(&mut self) -> BoxFuture<'_, Result<Vec<TheirDepartment>, SourceError>> {
        async { Ok(self.listed().await?) }.boxed()
    }

    fn people(&mut self) -> BoxFuture<'_, Result<Option<Vec<TheirPerson>>, SourceError>> {
        async { Ok(self.more().await?) }.boxed()
    }

    fn groups(&mut self) -> BoxFuture<'_, Result<Vec<TheirGroup>, SourceError>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn mark(&mut self) -> BoxFuture<'_, Result<Option<String>, SourceError>> {
        async {
            match &self.feed {
                Some(feed) => feed.mark().await.map(Some),
                None => Ok(None),
            }
        }
        .boxed()
    }

    fn news<'a>(
        &'a mut self,
        mark: &'a str,
        patience: Duration,
    ) -> BoxFuture<'a, Result<News, SourceError>> {
        async move {
            match &self.feed {
                Some(feed) => feed.news(mark, patience).await,
                None => Ok(News::Lost),
            }
        }
        .boxed()
    }

    fn again<'a>(&'a mut self, keys: &'a [String]) -> BoxFuture<'a, Result<Again, SourceError>> {
        async move { Ok(self.looked_at(keys).await?) }.boxed()
    }
}
