//! Everybody that an LDAP directory lists.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use config::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::connect::{Access, Bound, bound};
use super::dialect::Dialect;
use super::dn::{folded, parent};
use super::entry::{Entry, attributes_of, person, wanted};
use super::feed::Persisting;
use super::search::{PAGE, Stream};
use super::settings::LdapSettings;
use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::source::{Again, News, OrganisationSource, SourceError};
use crate::name_key::name_key;

/// How far the listing of people is.
enum People {
    NotAsked,
    Listing(Box<Stream>),
    Listed,
}

pub struct LdapSource {
    pub(super) settings: LdapSettings,
    pub(super) now: Timestamp,
    pub(super) bound: Bound,
    /// By their folded DNs.
    pub(super) departments: HashMap<String, String>,
    /// Folded DNs of what is none, as far as that was asked.
    pub(super) no_departments: HashSet<String>,
    /// A search that goes on while something is waited for.
    pub(super) persisting: Option<Persisting>,
    /// How far the controller had counted when it was last asked for changes.
    pub(super) seen_number: Option<(String, i64)>,
    people: People,
    /// Keys by folded DNs, where groups are taken over.
    by_dn: HashMap<String, String>,
    /// Keys by usernames; `None`: of several.
    by_username: HashMap<String, Option<String>>,
}

impl LdapSource {
    /// # Errors
    /// Why nobody can be asked.
    pub async fn open(access: Access<'_>) -> Result<Self, SourceError> {
        Ok(Self {
            bound: bound(access).await?,
            settings: access.settings.clone(),
            now: access.now,
            departments: HashMap::new(),
            no_departments: HashSet::new(),
            persisting: None,
            seen_number: None,
            people: People::NotAsked,
            by_dn: HashMap::new(),
            by_username: HashMap::new(),
        })
    }

    async fn list_departments(&mut self) -> Result<Vec<TheirDepartment>, SourceError> {
        let units = self.settings.units.clone();
        if !units.enabled {
            return Ok(Vec::new());
        }
        let mut attributes = vec![units.key.clone(), units.position.clone()];
        attributes.extend(units.name.iter().cloned());
        let base = self.settings.base_of(&units.base).to_owned();
        let mut found = self.all(&base, &units.filter, wanted(attributes)).await?;
        let top = folded(&base);
        found.retain(|entry| entry.dn() != top);
        for entry in &found {
            if let Some(key) = entry.key(&units.key) {
                self.departments.insert(entry.dn().to_owned(), key);
            }
        }
        let mut departments = Vec::with_capacity(found.len());
        for entry in &found {
            let Some(key) = entry.key(&units.key) else {
                return Err(self.without_key(entry.dn(), &units.key));
            };
            let mut names = units.name.iter();
            departments.push(TheirDepartment {
                parent: self.department_above(entry.dn()),
                name: names.find_map(|name| entry.first(name)).unwrap_or_default(),
                position: entry
                    .first(&units.position)
                    .and_then(|number| number.trim().parse().ok())
                    .unwrap_or(0),
                key,
            });
        }
        if units.position.is_empty() {
            by_name(&mut departments);
        }
        Ok(departments)
    }

    /// The nearest department above an entry.
    fn department_above(&self, dn: &str) -> Option<String> {
        let mut above = std::iter::successors(parent(dn), |dn| parent(dn));
        above.find_map(|dn| self.departments.get(dn)).cloned()
    }

    async fn list_people(&mut self) -> Result<Option<Vec<TheirPerson>>, SourceError> {
        let mut stream = match std::mem::replace(&mut self.people, People::Listed) {
            People::Listing(stream) => stream,
            People::Listed => {
                self.people = People::NotAsked;
                return Ok(None);
            }
            People::NotAsked => {
                let people = &self.settings.people;
                let base = self.settings.base_of(&people.base).to_owned();
                let filter = people.filter.clone();
                let attributes = attributes_of(&self.settings);
                Box::new(self.search(&base, &filter, attributes).await?)
            }
        };
        let mut some = Vec::new();
        while let Some(entry) = self.next(&mut stream).await? {
            some.push(self.person(&entry)?);
            if some.len() >= usize::try_from(PAGE).unwrap_or(1) {
                self.people = People::Listing(stream);
                break;
            }
        }
        Ok(Some(some))
    }

    fn person(&mut self, entry: &Entry) -> Result<TheirPerson, SourceError> {
        let found = person(&self.settings, entry, self.now);
        let found = found.map_err(|missing| self.without(entry.dn(), &missing))?;
        if self.settings.groups.enabled {
            self.by_dn.insert(entry.dn().to_owned(), found.key.clone());
            let names_one = |known: &mut Option<String>| {
                known.take_if(|key| *key != found.key);
            };
            self.by_username
                .entry(name_key(&found.username))
                .and_modify(names_one)
                .or_insert_with(|| Some(found.key.clone()));
        }
        Ok(TheirPerson {
            departments: self.department_above(entry.dn()).into_iter().collect(),
            ..found
        })
    }

    /// Nobody is known without it, so nobody could be told from whoever has left.
    pub(super) fn without_key(&self, dn: &str, attribute: &str) -> SourceError {
        let server = &self.bound.server;
        SourceError::new((
            &format!(
                "{server}: {dn} has no {attribute}, or the account may not read it: choose another key"
            ),
            &format!(
                "{server}：{dn} 没有属性 {attribute}，或目录账号无权读取，请选择其他唯一标识属性"
            ),
        ))
    }

    /// As that, whatever attribute it is without which somebody is not known.
    pub(super) fn without(&self, dn: &str, attribute: &str) -> SourceError {
        if attribute == self.settings.people.key {
            return self.without_key(dn, attribute);
        }
        let server = &self.bound.server;
        SourceError::new((
            &format!(
                "{server}: {dn} does not show {attribute}: let the account read it, or leave the entry out \
                 by the filter"
            ),
            &format!(
                "{server}：{dn} 未返回属性 {attribute}，请授权目录账号读取，或通过过滤条件排除该条目"
            ),
        ))
    }

    /// Whom a group names: nobody who may call themselves as they like is taken for another.
    pub(super) fn key_of(&self, name: &str) -> Option<String> {
        match self.by_dn.get(&folded(name)) {
            Some(key) => Some(key.clone()),
            // The name of an entry that is none of our people's.
            None if name.contains('=') => None,
            None => self.by_username.get(&name_key(name))?.clone(),
        }
    }

    async fn list_groups(&mut self) -> Result<Vec<TheirGroup>, SourceError> {
        let groups = self.settings.groups.clone();
        if !groups.enabled {
            return Ok(Vec::new());
        }
        if let Dialect::Ad(ad) = self.settings.dialect.clone() {
            return self.list_ad_groups(&ad).await;
        }
        let attributes = vec![
            groups.key.clone(),
            groups.name.clone(),
            groups.people.clone(),
        ];
        let base = self.settings.base_of(&groups.base).to_owned();
        let found = self.all(&base, &groups.filter, wanted(attributes)).await?;
        let mut listed = Vec::with_capacity(found.len());
        for entry in found {
            let Some(key) = entry.key(&groups.key) else {
                return Err(self.without_key(entry.dn(), &groups.key));
            };
            let named = entry.all(&groups.people).into_iter();
            let known = named.filter_map(|name| self.key_of(&name));
            listed.push(TheirGroup {
                name: entry.first(&groups.name).unwrap_or_default(),
                people: known.collect(),
                key,
            });
        }
        Ok(listed)
    }
}

impl OrganisationSource for LdapSource {
    fn mark(&mut self) -> BoxFuture<'_, Result<Option<String>, SourceError>> {
        self.mark_now().boxed()
    }

    fn news<'a>(
        &'a mut self,
        mark: &'a str,
        patience: Duration,
    ) -> BoxFuture<'a, Result<News, SourceError>> {
        self.news_since(mark, patience).boxed()
    }

    fn again<'a>(&'a mut self, keys: &'a [String]) -> BoxFuture<'a, Result<Again, SourceError>> {
        self.read_again(keys).boxed()
    }

    fn departments(&mut self) -> BoxFuture<'_, Result<Vec<TheirDepartment>, SourceError>> {
        self.list_departments().boxed()
    }

    fn people(&mut self) -> BoxFuture<'_, Result<Option<Vec<TheirPerson>>, SourceError>> {
        self.list_people().boxed()
    }

    fn groups(&mut self) -> BoxFuture<'_, Result<Vec<TheirGroup>, SourceError>> {
        self.list_groups().boxed()
    }
}

/// Siblings by name, whatever order the server lists them in.
fn by_name(departments: &mut [TheirDepartment]) {
    departments.sort_by(|a, b| (&a.parent, &a.name, &a.key).cmp(&(&b.parent, &b.name, &b.key)));
    let mut position = 0;
    for at in 0..departments.len() {
        let is_sibling = at > 0 && departments[at - 1].parent == departments[at].parent;
        position = if is_sibling { position + 1 } else { 0 };
        departments[at].position = position;
    }
}
