//! Everybody whom the application may see, department by department. Besides departments it may be shown people by
//! themselves, or by tags.

use std::collections::HashSet;
use std::time::Duration;

use config::id::DirectoryId;
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use serde_json::Value;

use super::entry::{self, ROOT, number, text};
use super::protocol::{APPLICATION, WeCom};
use super::settings::WeComSettings;
use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::source::{Again, News, OrganisationSource, SourceError};
use crate::directories::suite::cloud::{Asked, Cloud, below};
use crate::directories::suite::error::CallError;
use crate::directories::suite::feed::Feed;
use crate::directories::suite::secrets::Secrets;
use crate::state::State;

/// So many people are asked for at once by key.
const AT_ONCE: usize = 8;
/// Nobody there.
const NOBODY: [&str; 2] = ["60111", "40003"];
/// Nobody whom the application may see.
const UNSEEN: [&str; 1] = ["60011"];
/// No such department: it was taken away since they were listed.
const NOWHERE: [&str; 2] = ["60003", "60123"];

pub struct WeComSource {
    cloud: Cloud,
    settings: WeComSettings,
    feed: Option<Feed>,
    /// What of the company is still to be listed.
    left: Option<Left>,
    /// Who was listed: people are in many departments.
    seen: HashSet<String>,
}

struct Left {
    /// People who may be seen by themselves.
    people: Vec<String>,
    departments: Vec<i64>,
}

impl WeComSource {
    #[must_use]
    pub fn new(
        state: &State,
        directory: Option<&DirectoryId>,
        (settings, secrets): (&WeComSettings, &Secrets),
    ) -> Self {
        let protocol = Box::new(WeCom::new(settings, secrets));
        Self {
            cloud: Cloud::new(state, directory, protocol),
            settings: settings.clone(),
            feed: directory.map(|id| Feed::new(state, id)),
            left: None,
            seen: HashSet::new(),
        }
    }

    async fn ask(&self, parts: &[&str], query: &[(&str, &str)]) -> Result<Value, CallError> {
        let url = below(&self.settings.url, &[&["cgi-bin"], parts].concat())?;
        self.cloud.ask(APPLICATION, Asked::get(url, query)).await
    }

    async fn listed(&mut self) -> Result<Vec<TheirDepartment>, CallError> {
        let answer = self.ask(&["department", "list"], &[]).await?;
        let told = list(&answer, "department")?;
        let (mut found, mut ids) = (Vec::new(), Vec::new());
        for one in told {
            let department = entry::department(one).ok_or_else(|| {
                CallError::away((
                    "the platform listed a department without its id",
                    "平台返回的部门缺少 ID",
                ))
            })?;
            let id = number(one, "id").unwrap_or_default();
            if !ids.contains(&id) {
                ids.push(id);
                if id != ROOT {
                    found.push(department);
                }
            }
        }
        let keys: HashSet<String> = found.iter().map(|one| one.key.clone()).collect();
        for one in &mut found {
            one.parent = one.parent.take().filter(|parent| keys.contains(parent));
        }
        self.left = Some(Left {
            people: self.shown_by_themselves().await?,
            departments: ids,
        });
        Ok(found)
    }

    /// The people whom the application is shown without their departments.
    async fn shown_by_themselves(&self) -> Result<Vec<String>, CallError> {
        let agent = self.settings.agent_id.to_string();
        let answer = self.ask(&["agent", "get"], &[("agentid", &agent)]).await?;
        let mut people = user_ids(&answer["allow_userinfos"], "user");
        let tags = answer["allow_tags"]["tagid"].as_array();
        for tag in tags.into_iter().flatten() {
            let tag = tag.to_string();
            let tag = tag.trim_matches('"');
            let answer = self.ask(&["tag", "get"], &[("tagid", tag)]).await?;
            people.extend(user_ids(&answer, "userlist"));
        }
        people.sort_unstable();
        people.dedup();
        Ok(people)
    }

    /// Somebody by key; `None`: they are not there, or have left.
    async fn one(&self, key: &str) -> Result<Option<TheirPerson>, CallError> {
        let told = match self.ask(&["user", "get"], &[("userid", key)]).await {
            Err(error) if error.is_code(&NOBODY) => return Ok(None),
            other => other?,
        };
        if entry::has_left(&told) {
            return Ok(None);
        }
        Ok(Some(self.read(&told)?))
    }

    fn read(&self, told: &Value) -> Result<TheirPerson, CallError> {
        entry::person(&self.settings, told).ok_or_else(|| {
            CallError::away((
                "the platform told of somebody without a userid",
                "平台返回的人员缺少 userid",
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

    /// Those directly in a department.
    async fn members(&self, department: i64) -> Result<Vec<TheirPerson>, CallError> {
        let id = department.to_string();
        let of = [("department_id", id.as_str()), ("fetch_child", "0")];
        let answer = match self.ask(&["user", "list"], &of).await {
            Err(error) if error.is_code(&NOWHERE) => return Ok(Vec::new()),
            other => other?,
        };
        let here = list(&answer, "userlist")?.iter();
        let here = here.filter(|told| !entry::has_left(told));
        here.map(|told| self.read(told)).collect()
    }

    /// Some people more; `None`: that was everybody.
    async fn more(&mut self) -> Result<Option<Vec<TheirPerson>>, CallError> {
        let Some(mut left) = self.left.take() else {
            return Ok(None);
        };
        let at = left.people.len().saturating_sub(AT_ONCE);
        let some = left.people.split_off(at);
        let mut people = if some.is_empty() {
            let Some(department) = left.departments.pop() else {
                return Ok(None);
            };
            self.members(department).await?
        } else {
            self.several(&some).await?
        };
        self.left = Some(left);
        people.retain(|one| self.seen.insert(one.key.clone()));
        Ok(Some(people))
    }
}

fn list<'a>(answer: &'a Value, name: &str) -> Result<&'a Vec<Value>, CallError> {
    answer.get(name).and_then(Value::as_array).ok_or_else(|| {
        CallError::away(("the platform answered with no list", "平台返回的不是列表"))
    })
}

fn user_ids(of: &Value, name: &str) -> Vec<String> {
    let people = of.get(name).and_then(Value::as_array);
    let ids = people.into_iter().flatten();
    ids.filter_map(|one| text(one, "userid"))
        .map(entry::key)
        .collect()
}

impl OrganisationSource for WeComSource {
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
