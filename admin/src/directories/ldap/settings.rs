//! Where an LDAP directory is, and what of it is whom.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::dialect::Dialect;
use super::mapping::{self, AttributeMapping};
use crate::directories::kind::UsedFor;
use crate::refused::Invalid;

/// How the connection is guarded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the start, for `ldaps://`.
    #[default]
    Tls,
    /// TLS after a plain beginning, for `ldap://` (RFC 4511 §4.14).
    StartTls,
    /// Everybody on the way reads all passwords. For a server on the same machine.
    None,
}

/// Where people are, and what is read of them. Attributes are compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleSearch {
    /// Below this DN; empty: below the base.
    pub base: String,
    /// RFC 4515.
    pub filter: String,
    /// The attribute that never changes and is nobody else's.
    pub key: String,
    pub username: String,
    /// The first of these that is there.
    pub display_name: Vec<String>,
    pub email: String,
    pub mobile: String,
    pub employee_number: String,
    /// The attribute that names by DN to whom somebody reports; empty: it is said elsewhere.
    pub manager: String,
    /// An attribute by whose value somebody is disabled; empty: nobody is.
    pub disabled: String,
    /// The values that say so, `*` for any. A number after `&` asks for those bits.
    pub disabled_values: Vec<String>,
    /// What is made of attributes in other ways than those above. One a field.
    #[schema(max_items = 5)]
    pub mappings: Vec<AttributeMapping>,
}

impl Default for PeopleSearch {
    fn default() -> Self {
        Self {
            base: String::new(),
            filter: "(objectClass=inetOrgPerson)".to_owned(),
            key: "entryUUID".to_owned(),
            username: "uid".to_owned(),
            display_name: vec!["displayName".to_owned(), "cn".to_owned()],
            email: "mail".to_owned(),
            mobile: "mobile".to_owned(),
            employee_number: "employeeNumber".to_owned(),
            manager: "manager".to_owned(),
            disabled: String::new(),
            disabled_values: Vec::new(),
            mappings: Vec::new(),
        }
    }
}

/// Where departments are: a person belongs to the nearest one above them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UnitSearch {
    /// Whether departments are taken over.
    pub enabled: bool,
    /// Below this DN; empty: below the base. The entry itself is no department.
    pub base: String,
    pub filter: String,
    pub key: String,
    /// The first of these that is there.
    pub name: Vec<String>,
    /// A number by which they are in order; empty: by name.
    pub position: String,
    /// The attribute that names by DN who heads them; empty: it is said elsewhere.
    pub managers: String,
}

impl UnitSearch {
    #[must_use]
    pub fn tells_managers(&self) -> bool {
        self.enabled && !self.managers.is_empty()
    }
}

impl Default for UnitSearch {
    fn default() -> Self {
        Self {
            enabled: true,
            base: String::new(),
            filter: "(objectClass=organizationalUnit)".to_owned(),
            key: "entryUUID".to_owned(),
            name: vec!["ou".to_owned()],
            position: String::new(),
            managers: String::new(),
        }
    }
}

/// Where groups are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GroupSearch {
    /// Whether groups are taken over.
    pub enabled: bool,
    /// Below this DN; empty: below the base.
    pub base: String,
    pub filter: String,
    pub key: String,
    pub name: String,
    /// The attribute that names people: by DN, or by username in `memberUid`.
    pub people: String,
}

impl Default for GroupSearch {
    fn default() -> Self {
        Self {
            enabled: false,
            base: String::new(),
            filter: "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))".to_owned(),
            key: "entryUUID".to_owned(),
            name: "cn".to_owned(),
            people: "member".to_owned(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LdapSettings {
    /// `ldaps://ldap.example.com` or `ldap://10.0.0.5:389`; the next is asked where one does not answer.
    /// 1 to 10.
    #[schema(min_items = 1, max_items = 10)]
    pub servers: Vec<String>,
    #[serde(default)]
    pub security: Security,
    /// Certificates in PEM of whoever signed the server's; empty: those that this machine trusts.
    #[serde(default)]
    pub ca: String,
    /// As whom it is asked; empty: as nobody, where the server lets nobody read.
    #[serde(default)]
    pub bind_dn: String,
    /// Everything is below this DN.
    pub base: String,
    /// Whether what the server says is kept elsewhere is nobody of ours. Otherwise a listing that refers
    /// elsewhere is not whole, and changes nothing.
    #[serde(default)]
    pub ignores_references: bool,
    #[serde(default)]
    pub people: PeopleSearch,
    #[serde(default)]
    pub units: UnitSearch,
    #[serde(default)]
    pub groups: GroupSearch,
    /// Of a kind that is more than LDAP.
    #[serde(skip)]
    pub dialect: Dialect,
}

impl LdapSettings {
    #[must_use]
    pub fn needs_secret(&self) -> bool {
        !self.bind_dn.is_empty()
    }

    /// The DN below which people are.
    #[must_use]
    pub fn base_of<'a>(&'a self, own: &'a str) -> &'a str {
        if own.is_empty() { &self.base } else { own }
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self, used_for: UsedFor) -> Vec<Invalid> {
        let mut wrong = self.server_problems();
        if !self.ca.is_empty() && super::connect::roots(&self.ca).is_err() {
            wrong.push(Invalid::new(
                "source.ca",
                ("these are no certificates", "这不是有效的证书"),
                (
                    "certificates in PEM (BEGIN CERTIFICATE), or nothing",
                    "PEM 格式的证书（BEGIN CERTIFICATE），或留空",
                ),
            ));
        }
        for (field, text) in [
            ("source.base", &self.base),
            ("source.bind_dn", &self.bind_dn),
            ("source.people.base", &self.people.base),
            ("source.units.base", &self.units.base),
            ("source.groups.base", &self.groups.base),
        ] {
            let is_missing = field == "source.base" && text.is_empty();
            if is_missing || text.len() > 1000 || text.contains('\0') {
                wrong.push(Invalid::new(
                    field,
                    ("this is no DN", "这不是有效的 DN"),
                    (
                        "a DN such as ou=people,dc=example,dc=com",
                        "例如 ou=people,dc=example,dc=com 的 DN",
                    ),
                ));
            }
        }
        wrong.extend(self.attribute_problems(used_for));
        wrong.extend(self.filter_problems());
        wrong.extend(mapping::problems(&self.people.mappings));
        wrong
    }

    fn server_problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        if !(1..=10).contains(&self.servers.len()) {
            wrong.push(Invalid::new(
                "source.servers",
                ("these are none, or too many", "服务器数量不正确"),
                ("1 to 10 servers", "1 到 10 个服务器"),
            ));
        }
        for (at, server) in self.servers.iter().enumerate() {
            let scheme = match self.security {
                Security::Tls => "ldaps",
                Security::StartTls | Security::None => "ldap",
            };
            let url = Url::parse(server).ok();
            let fits = url.is_some_and(|url| {
                url.scheme() == scheme
                    && url.host_str().is_some_and(|host| !host.is_empty())
                    && url.username().is_empty()
                    && matches!(url.path(), "" | "/")
                    && url.query().is_none()
            });
            if !fits {
                wrong.push(Invalid::new(
                    &format!("source.servers.{at}"),
                    (
                        "this is no address of such a server",
                        "这不是有效的服务器地址",
                    ),
                    (
                        &format!("{scheme}://HOST or {scheme}://HOST:PORT, as `security` says"),
                        &format!("{scheme}://主机 或 {scheme}://主机:端口，与 security 一致"),
                    ),
                ));
            }
        }
        wrong
    }

    /// The names of attributes, by their fields, and whether each is needed.
    fn attributes(&self, used_for: UsedFor) -> Vec<(&'static str, &str, bool)> {
        let people = &self.people;
        let mut named = vec![
            ("source.people.key", people.key.as_str(), true),
            ("source.people.username", &people.username, true),
            ("source.people.email", &people.email, false),
            ("source.people.mobile", &people.mobile, false),
            (
                "source.people.employee_number",
                &people.employee_number,
                false,
            ),
            ("source.people.manager", &people.manager, false),
            ("source.people.disabled", &people.disabled, false),
        ];
        named.extend(
            people
                .display_name
                .iter()
                .map(|name| ("source.people.display_name", name.as_str(), true)),
        );
        if used_for.organisation() && self.units.enabled {
            named.push(("source.units.key", &self.units.key, true));
            named.push(("source.units.position", &self.units.position, false));
            named.push(("source.units.managers", &self.units.managers, false));
            named.extend(
                self.units
                    .name
                    .iter()
                    .map(|name| ("source.units.name", name.as_str(), true)),
            );
        }
        if used_for.organisation() && self.groups.enabled {
            named.push(("source.groups.key", &self.groups.key, true));
            named.push(("source.groups.name", &self.groups.name, true));
            named.push(("source.groups.people", &self.groups.people, true));
        }
        named
    }

    fn attribute_problems(&self, used_for: UsedFor) -> Vec<Invalid> {
        let named = self.attributes(used_for);
        let wrong = named
            .into_iter()
            .filter(|(_, name, needed)| !(is_attribute(name) || (!needed && name.is_empty())));
        wrong
            .map(|(field, ..)| {
                Invalid::new(
                    field,
                    ("this is no name of an attribute", "这不是有效的属性名"),
                    (
                        "a name such as uid: letters, digits, - and ; beginning with a letter",
                        "例如 uid：以字母开头，由字母、数字、- 和 ; 组成",
                    ),
                )
            })
            .collect()
    }

    fn filter_problems(&self) -> Vec<Invalid> {
        let filters = [
            ("source.people.filter", &self.people.filter, true),
            (
                "source.units.filter",
                &self.units.filter,
                self.units.enabled,
            ),
            (
                "source.groups.filter",
                &self.groups.filter,
                self.groups.enabled,
            ),
        ];
        let wrong = filters
            .into_iter()
            .filter(|(_, filter, is_used)| *is_used && !is_filter(filter));
        wrong
            .map(|(field, ..)| {
                Invalid::new(
                    field,
                    ("this is no LDAP filter", "这不是有效的 LDAP 筛选条件"),
                    (
                        "a filter such as (objectClass=inetOrgPerson) (RFC 4515)",
                        "例如 (objectClass=inetOrgPerson)（RFC 4515）",
                    ),
                )
            })
            .collect()
    }
}

/// RFC 4515 §3: within brackets, so that it can be a part of another.
fn is_filter(filter: &str) -> bool {
    filter.starts_with('(') && ldap3::parse_filter(filter).is_ok()
}

/// RFC 4512 §2.5: a short name or a dotted number, with options.
pub fn is_attribute(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ';' | '.' | '_'))
}

#[cfg(test)]
mod tests;
