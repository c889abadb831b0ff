//! Looks at single entries again.

use std::collections::HashSet;

use super::super::dialect::Dialect;
use super::super::dn::{folded, parent};
use super::super::entry::{attributes_of, person};
use super::super::source::LdapSource;
use super::super::who::by_key;
use crate::directories::entry::TheirPerson;
use crate::directories::source::{Again, SourceError};

/// So many are asked for at a time: a filter holds no more than some thousand characters.
const AT_ONCE: usize = 50;

impl LdapSource {
    pub(in super::super) async fn read_again(
        &mut self,
        keys: &[String],
    ) -> Result<Again, SourceError> {
        self.departments.clear();
        self.no_departments.clear();
        let mut again = Again::default();
        for keys in keys.chunks(AT_ONCE) {
            let people = self.people_again(keys).await?;
            let found: HashSet<&str> = people.iter().map(|one| one.key.as_str()).collect();
            let others = keys.iter().filter(|key| !found.contains(key.as_str()));
            let others: Vec<String> = others.cloned().collect();
            again.touches_structure |= self.is_structure(&others).await?;
            again.people.extend(people);
        }
        Ok(again)
    }

    async fn people_again(&mut self, keys: &[String]) -> Result<Vec<TheirPerson>, SourceError> {
        let people = self.settings.people.clone();
        let base = self.settings.base_of(&people.base).to_owned();
        let filter = format!("(&{}{})", people.filter, any(&people.key, keys));
        let attributes = attributes_of(&self.settings);
        let mut found = Vec::new();
        for entry in self.all(&base, &filter, attributes).await? {
            let person = person(&self.settings, &entry, self.now);
            let person = person.map_err(|missing| self.without(entry.dn(), &missing))?;
            let department = self.department_of(entry.dn()).await?;
            found.push(TheirPerson {
                departments: department.into_iter().collect(),
                ..person
            });
        }
        Ok(found)
    }

    /// Whether one of these is a department or a group.
    async fn is_structure(&mut self, keys: &[String]) -> Result<bool, SourceError> {
        if keys.is_empty() {
            return Ok(false);
        }
        let (units, mut groups) = (self.settings.units.clone(), self.settings.groups.clone());
        if let Dialect::Ad(ad) = &self.settings.dialect
            && ad.nests_groups
        {
            // A group that is not read may be in one that is.
            groups.base.clone_from(&self.settings.base);
            "(objectClass=group)".clone_into(&mut groups.filter);
        }
        for (is_read, base, filter, key) in [
            (units.enabled, &units.base, &units.filter, &units.key),
            (groups.enabled, &groups.base, &groups.filter, &groups.key),
        ] {
            let base = self.settings.base_of(base).to_owned();
            let filter = format!("(&{filter}{})", any(key, keys));
            if is_read
                && !self
                    .all(&base, &filter, vec![key.clone()])
                    .await?
                    .is_empty()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The nearest department above an entry, where not all of them were read before.
    async fn department_of(&mut self, dn: &str) -> Result<Option<String>, SourceError> {
        let units = self.settings.units.clone();
        let top = folded(self.settings.base_of(&units.base));
        let mut above = parent(dn).map(str::to_owned);
        while let Some(dn) = above.filter(|dn| units.enabled && *dn != top && dn.ends_with(&top)) {
            if let Some(key) = self.departments.get(&dn) {
                return Ok(Some(key.clone()));
            }
            if !self.no_departments.contains(&dn) {
                let found = self
                    .one(&dn, &units.filter, vec![units.key.clone()])
                    .await?;
                if let Some(key) = found.and_then(|entry| entry.key(&units.key)) {
                    self.departments.insert(dn, key.clone());
                    return Ok(Some(key));
                }
                self.no_departments.insert(dn.clone());
            }
            above = parent(&dn).map(str::to_owned);
        }
        Ok(None)
    }
}

/// The filter for those with one of these keys.
fn any(attribute: &str, keys: &[String]) -> String {
    let terms: String = keys.iter().map(|key| by_key(attribute, key)).collect();
    format!("(|{terms})")
}
