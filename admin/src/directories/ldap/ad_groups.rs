//! Who is in the groups of Microsoft AD: those whom a group names, those whose primary group it is, whom it
//! does not name, and, where groups are in groups, whoever is in one of those.

use std::collections::HashSet;

use ldap3::ldap_escape;

use super::dialect::AdDialect;
use super::entry::{Entry, wanted};
use super::ranges;
use super::source::LdapSource;
use crate::directories::entry::TheirGroup;
use crate::directories::source::SourceError;

const IDENTIFIER: &str = "objectSid";
/// Follows chains of groups (LDAP_MATCHING_RULE_IN_CHAIN).
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";

impl LdapSource {
    pub(super) async fn list_ad_groups(
        &mut self,
        ad: &AdDialect,
    ) -> Result<Vec<TheirGroup>, SourceError> {
        let groups = self.settings.groups.clone();
        let mut attributes = vec![
            groups.key.clone(),
            groups.name.clone(),
            IDENTIFIER.to_owned(),
        ];
        if !ad.nests_groups {
            attributes.push(format!("{};range=0-*", groups.people));
        }
        let base = self.settings.base_of(&groups.base).to_owned();
        let found = self.all(&base, &groups.filter, wanted(attributes)).await?;
        let mut listed = Vec::with_capacity(found.len());
        for entry in found {
            let Some(key) = entry.key(&groups.key) else {
                return Err(self.without_key(entry.dn(), &groups.key));
            };
            let people = if ad.nests_groups {
                self.in_chain(&entry).await?
            } else {
                self.in_it(&entry).await?
            };
            listed.push(TheirGroup {
                name: entry.first(&groups.name).unwrap_or_default(),
                people,
                key,
            });
        }
        Ok(listed)
    }

    /// Whoever is in a group, or in one that is in it, however deep.
    async fn in_chain(&mut self, group: &Entry) -> Result<Vec<String>, SourceError> {
        let within = format!("(memberOf:{IN_CHAIN}:={})", ldap_escape(group.dn()));
        // Below the base of all: groups that are in it may be anywhere.
        let base = self.settings.base.clone();
        let filter = format!("(&(objectClass=group){within})");
        let inner = self
            .all(&base, &filter, vec![IDENTIFIER.to_owned()])
            .await?;
        let groups = std::iter::once(group).chain(&inner);
        let primary: String = groups.filter_map(whose_primary).collect();
        self.keys(&format!("(|{within}{primary})")).await
    }

    /// Whom a group names, and whose primary group it is.
    async fn in_it(&mut self, group: &Entry) -> Result<Vec<String>, SourceError> {
        let attribute = self.settings.groups.people.clone();
        let mut names = group.all(&attribute);
        let mut range = group.ranged(&attribute);
        while let Some((name, some)) = range {
            names.extend(some);
            let Some(next) = ranges::next(&name) else {
                break;
            };
            let found = self.one(group.dn(), "(objectClass=*)", vec![next]).await?;
            range = found.and_then(|entry| entry.ranged(&attribute));
            if range.is_none() {
                return Err(self.cut_short(group.dn()));
            }
        }
        let mut keys: HashSet<String> = names.iter().filter_map(|name| self.key_of(name)).collect();
        if let Some(primary) = whose_primary(group) {
            keys.extend(self.keys(&primary).await?);
        }
        Ok(keys.into_iter().collect())
    }

    /// Whoever was not told of is not to be taken for gone.
    fn cut_short(&self, dn: &str) -> SourceError {
        let server = &self.bound.server;
        SourceError::new((
            &format!("{server}: it told only a part of who is in {dn}"),
            &format!("{server}：只返回了 {dn} 的部分成员"),
        ))
    }

    /// The keys of the people who match, too.
    async fn keys(&mut self, filter: &str) -> Result<Vec<String>, SourceError> {
        let people = self.settings.people.clone();
        let base = self.settings.base_of(&people.base).to_owned();
        let filter = format!("(&{}{filter})", people.filter);
        let found = self.all(&base, &filter, vec![people.key.clone()]).await?;
        Ok(found
            .iter()
            .filter_map(|entry| entry.key(&people.key))
            .collect())
    }
}

/// The filter for those whose primary group it is: by the last part of its identifier.
fn whose_primary(group: &Entry) -> Option<String> {
    let last = group.bytes(IDENTIFIER)?.last_chunk()?;
    Some(format!("(primaryGroupID={})", u32::from_le_bytes(*last)))
}
