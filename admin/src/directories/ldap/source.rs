//! Everybody that an LDAP directory lists.

use std::collections::HashMap;

use config::settings::Outbound;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{LdapError, Scope, SearchEntry, SearchStream};
use uuid::Uuid;

use super::connect::{ANSWER, Bound, bound};
use super::dn::{folded, parent};
use super::explain::{explain, referred, refused};
use super::settings::{LdapSettings, PeopleSearch};
use crate::directories::entry::{TheirDepartment, TheirGroup, TheirPerson};
use crate::directories::source::{OrganisationSource, SourceError};
use crate::name_key::name_key;

/// So many entries a page (RFC 2696): as many as servers give by default.
const PAGE: i32 = 500;

type Stream = SearchStream<'static, String, Vec<String>>;

/// How far the listing of people is.
enum People {
    NotAsked,
    Listing(Box<Stream>),
    Listed,
}

pub struct LdapSource {
    settings: LdapSettings,
    bound: Bound,
    /// By their folded DNs.
    departments: HashMap<String, String>,
    people: People,
    /// Keys by folded DNs, where groups are taken over.
    by_dn: HashMap<String, String>,
    /// Keys by usernames; `None`: of several.
    by_username: HashMap<String, Option<String>>,
}

impl LdapSource {
    /// # Errors
    /// Why nobody can be asked.
    pub async fn open(
        outbound: &Outbound,
        settings: &LdapSettings,
        password: &str,
    ) -> Result<Self, SourceError> {
        Ok(Self {
            bound: bound(outbound, settings, password).await?,
            settings: settings.clone(),
            departments: HashMap::new(),
            people: People::NotAsked,
            by_dn: HashMap::new(),
            by_username: HashMap::new(),
        })
    }

    async fn search(
        &mut self,
        base: &str,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Stream, SourceError> {
        let adapters: Vec<Box<dyn Adapter<'static, String, Vec<String>>>> = vec![
            Box::new(EntriesOnly::new()),
            Box::new(PagedResults::new(PAGE)),
        ];
        let started = self
            .bound
            .ldap
            .with_timeout(ANSWER)
            .streaming_search_with(adapters, base, Scope::Subtree, filter, attributes)
            .await;
        started.map_err(|error| explain(&self.bound.server, &error))
    }

    /// The next entry; `None` once those were all, and no refusal cut them short.
    async fn next(&self, stream: &mut Stream) -> Result<Option<Entry>, SourceError> {
        let server = &self.bound.server;
        match stream.next().await {
            Ok(Some(entry)) => Ok(Some(Entry::of(SearchEntry::construct(entry)))),
            Ok(None) => {
                let result = stream.finish().await;
                match result.refs.first() {
                    _ if result.rc != 0 => Err(refused(server, &result)),
                    Some(elsewhere) if !self.settings.ignores_references => {
                        Err(referred(server, elsewhere))
                    }
                    _ => Ok(None),
                }
            }
            Err(LdapError::LdapResult { result }) => Err(refused(server, &result)),
            Err(error) => Err(explain(server, &error)),
        }
    }

    async fn all(
        &mut self,
        base: &str,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Vec<Entry>, SourceError> {
        let mut stream = self.search(base, filter, attributes).await?;
        let mut found = Vec::new();
        while let Some(entry) = self.next(&mut stream).await? {
            found.push(entry);
        }
        Ok(found)
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
        found.retain(|entry| entry.dn != top);
        for entry in &found {
            if let Some(key) = entry.key(&units.key) {
                self.departments.insert(entry.dn.clone(), key);
            }
        }
        let mut departments = Vec::with_capacity(found.len());
        for entry in &found {
            let Some(key) = entry.key(&units.key) else {
                return Err(self.without_key(&entry.dn, &units.key));
            };
            let mut names = units.name.iter();
            departments.push(TheirDepartment {
                parent: self.department_above(&entry.dn),
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
        let people = self.settings.people.clone();
        let mut stream = match std::mem::replace(&mut self.people, People::Listed) {
            People::Listing(stream) => stream,
            People::Listed => return Ok(None),
            People::NotAsked => {
                let base = self.settings.base_of(&people.base).to_owned();
                let attributes = attributes_of(&people);
                Box::new(self.search(&base, &people.filter, attributes).await?)
            }
        };
        let mut some = Vec::new();
        while let Some(entry) = self.next(&mut stream).await? {
            some.push(self.person(&people, &entry)?);
            if some.len() >= usize::try_from(PAGE).unwrap_or(1) {
                self.people = People::Listing(stream);
                break;
            }
        }
        Ok(Some(some))
    }

    fn person(&mut self, people: &PeopleSearch, entry: &Entry) -> Result<TheirPerson, SourceError> {
        let Some(found) = person(people, entry) else {
            return Err(self.without_key(&entry.dn, &people.key));
        };
        if self.settings.groups.enabled {
            self.by_dn.insert(entry.dn.clone(), found.key.clone());
            let names_one = |known: &mut Option<String>| {
                known.take_if(|key| *key != found.key);
            };
            self.by_username
                .entry(name_key(&found.username))
                .and_modify(names_one)
                .or_insert_with(|| Some(found.key.clone()));
        }
        Ok(TheirPerson {
            departments: self.department_above(&entry.dn).into_iter().collect(),
            ..found
        })
    }

    /// Nobody is known without it, so nobody could be told from whoever has left.
    fn without_key(&self, dn: &str, attribute: &str) -> SourceError {
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

    /// Whom a group names: nobody who may call themselves as they like is taken for another.
    fn key_of(&self, name: &str) -> Option<String> {
        match self.by_dn.get(&folded(name)) {
            Some(key) => Some(key.clone()),
            None => self.by_username.get(&name_key(name))?.clone(),
        }
    }

    async fn list_groups(&mut self) -> Result<Vec<TheirGroup>, SourceError> {
        let groups = self.settings.groups.clone();
        if !groups.enabled {
            return Ok(Vec::new());
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
                return Err(self.without_key(&entry.dn, &groups.key));
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

/// What an entry says of somebody, but for where they are; `None`: it has no key.
pub(super) fn person(people: &PeopleSearch, entry: &Entry) -> Option<TheirPerson> {
    let username = entry.first(&people.username).unwrap_or_default();
    let mut names = people
        .display_name
        .iter()
        .filter_map(|name| entry.first(name));
    Some(TheirPerson {
        key: entry.key(&people.key)?,
        display_name: names.next().unwrap_or_else(|| username.clone()),
        username,
        email: entry.first(&people.email),
        mobile: entry.first(&people.mobile),
        employee_number: entry.first(&people.employee_number),
        is_enabled: !is_disabled(people, entry),
        departments: Vec::new(),
    })
}

fn wanted(attributes: Vec<String>) -> Vec<String> {
    let mut attributes = attributes;
    attributes.retain(|name| !name.is_empty());
    attributes
}

pub(super) fn attributes_of(people: &PeopleSearch) -> Vec<String> {
    let mut attributes = vec![
        people.key.clone(),
        people.username.clone(),
        people.email.clone(),
        people.mobile.clone(),
        people.employee_number.clone(),
        people.disabled.clone(),
    ];
    attributes.extend(people.display_name.iter().cloned());
    wanted(attributes)
}

fn is_disabled(people: &PeopleSearch, entry: &Entry) -> bool {
    let values = entry.all(&people.disabled);
    let says_so = |value: &String| {
        people.disabled_values.iter().any(|wanted| {
            if let Some(bits) = wanted.strip_prefix('&') {
                let number = value.trim().parse::<i64>().ok();
                let bits = bits.trim().parse::<i64>().ok();
                return number
                    .zip(bits)
                    .is_some_and(|(number, bits)| number & bits != 0);
            }
            wanted == "*" || wanted.eq_ignore_ascii_case(value)
        })
    };
    values.iter().any(says_so)
}

/// An entry whose attributes are found by their names in lower case.
pub(super) struct Entry {
    /// Folded.
    dn: String,
    texts: HashMap<String, Vec<String>>,
    bytes: HashMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    pub fn of(entry: SearchEntry) -> Self {
        let lower = |name: String| name.to_ascii_lowercase();
        Self {
            dn: folded(&entry.dn),
            texts: entry
                .attrs
                .into_iter()
                .map(|(name, all)| (lower(name), all))
                .collect(),
            bytes: entry
                .bin_attrs
                .into_iter()
                .map(|(name, all)| (lower(name), all))
                .collect(),
        }
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.texts
            .get(&name.to_ascii_lowercase())
            .cloned()
            .unwrap_or_default()
    }

    /// The values of an attribute are in no order (RFC 4512 §2.2): the smallest, so that it stays the same.
    fn first(&self, name: &str) -> Option<String> {
        let all = self.texts.get(&name.to_ascii_lowercase())?.iter();
        all.filter(|value| !value.trim().is_empty()).min().cloned()
    }

    /// What never changes of it: a text as it is, 16 bytes as a UUID (`objectGUID`), others in hex.
    fn key(&self, name: &str) -> Option<String> {
        if name.eq_ignore_ascii_case("dn") {
            return Some(self.dn.clone());
        }
        let name = name.to_ascii_lowercase();
        // Which bytes happen to be a text does not decide how a key is written.
        if name == "objectguid" {
            let text = self
                .texts
                .get(&name)
                .and_then(|all| all.first())
                .map(String::as_bytes);
            let bytes = self
                .bytes
                .get(&name)
                .and_then(|all| all.first())
                .map(Vec::as_slice);
            return Some(Uuid::from_slice_le(bytes.or(text)?).ok()?.to_string());
        }
        match self.texts.get(&name).and_then(|all| all.first()) {
            Some(text) if !text.is_empty() => Some(text.clone()),
            _ => {
                let bytes = self.bytes.get(&name)?.first()?;
                Some(crate::hex::hex(bytes))
            }
        }
    }
}
