//! Whom entries name as managers: by DN, so that each is looked for once.

use super::dn::folded;
use super::entry::Entry;
use super::source::LdapSource;
use crate::directories::source::SourceError;

/// So many are at the head of a department.
const MOST: usize = 20;

impl LdapSource {
    /// The keys of those whom the attribute names, as far as they are people who are taken over.
    pub(super) async fn managers_of(
        &mut self,
        entry: &Entry,
        attribute: &str,
    ) -> Result<Vec<String>, SourceError> {
        if attribute.is_empty() {
            return Ok(Vec::new());
        }
        // The values of an attribute are in no order (RFC 4512 §2.2): sorted, so that they stay the same.
        let mut names = entry.all(attribute);
        names.sort_unstable();
        names.truncate(MOST);
        let mut keys = Vec::with_capacity(names.len());
        for name in names {
            keys.extend(self.manager(&name).await?);
        }
        Ok(keys)
    }

    async fn manager(&mut self, name: &str) -> Result<Option<String>, SourceError> {
        let dn = folded(name);
        if let Some(known) = self.managers.get(&dn) {
            return Ok(known.clone());
        }
        let people = self.settings.people.clone();
        let top = folded(self.settings.base_of(&people.base));
        let key = if dn.ends_with(&top) {
            let asked = vec![people.key.clone()];
            let found = self.one(name, &people.filter, asked).await?;
            found.and_then(|entry| entry.key(&people.key))
        } else {
            None
        };
        self.managers.insert(dn, key.clone());
        Ok(key)
    }
}
