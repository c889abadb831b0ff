//! Where a domain is, and what of it is taken over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directories::kind::UsedFor;
use crate::directories::ldap::dialect::{ACCOUNT_NAME, AdDialect, Dialect};
use crate::directories::ldap::mapping::AttributeMapping;
use crate::directories::ldap::{GroupSearch, LdapSettings, PeopleSearch, Security, UnitSearch};
use crate::refused::Invalid;

/// What never changes of an entry.
const KEY: &str = "objectGUID";

/// Where people are, and what is read of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdPeople {
    /// Below this DN; empty: below the base.
    pub base: String,
    /// RFC 4515. Computers are no people.
    pub filter: String,
    pub username: String,
    /// The first of these that is there.
    pub display_name: Vec<String>,
    pub email: String,
    pub mobile: String,
    pub employee_number: String,
    /// The attribute that names by DN to whom somebody reports; empty: it is said elsewhere.
    pub manager: String,
    /// What is made of attributes in other ways than those above. One a field.
    #[schema(max_items = 5)]
    pub mappings: Vec<AttributeMapping>,
}

impl Default for AdPeople {
    fn default() -> Self {
        Self {
            base: String::new(),
            filter: "(&(objectCategory=person)(objectClass=user))".to_owned(),
            username: ACCOUNT_NAME.to_owned(),
            display_name: vec!["displayName".to_owned(), "cn".to_owned()],
            email: "mail".to_owned(),
            mobile: "mobile".to_owned(),
            employee_number: "employeeID".to_owned(),
            manager: "manager".to_owned(),
            mappings: Vec::new(),
        }
    }
}

/// Where departments are: a person belongs to the nearest one above them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdUnits {
    /// Whether departments are taken over.
    pub enabled: bool,
    /// Below this DN; empty: below the base. The entry itself is no department.
    pub base: String,
    pub filter: String,
    /// The attribute that names by DN who heads them; empty: it is said elsewhere.
    pub managers: String,
}

impl Default for AdUnits {
    fn default() -> Self {
        Self {
            enabled: true,
            base: String::new(),
            filter: "(objectClass=organizationalUnit)".to_owned(),
            managers: "managedBy".to_owned(),
        }
    }
}

/// Where groups are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdGroups {
    /// Whether groups are taken over.
    pub enabled: bool,
    /// Below this DN; empty: below the base.
    pub base: String,
    pub filter: String,
    /// Whoever is in a group that is in a group is in both.
    pub nested: bool,
}

impl Default for AdGroups {
    fn default() -> Self {
        Self {
            enabled: false,
            base: String::new(),
            // Those for security, without those that every domain is born with.
            filter: "(&(objectClass=group)(groupType:1.2.840.113556.1.4.803:=2147483648)\
                     (!(isCriticalSystemObject=TRUE)))"
                .to_owned(),
            nested: true,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdSettings {
    /// Domain controllers, such as `ldaps://dc1.example.com`; the next is asked where one does not answer.
    /// 1 to 10.
    #[schema(min_items = 1, max_items = 10)]
    pub servers: Vec<String>,
    /// `tls` or `start_tls`.
    #[serde(default)]
    pub security: Security,
    /// Certificates in PEM of whoever signed the servers'; empty: those that this machine trusts.
    #[serde(default)]
    pub ca: String,
    /// As whom it is asked: `gatehouse@example.com`, `EXAMPLE\gatehouse` or a DN.
    pub account: String,
    /// Everything is below this DN: that of the domain, or of a part of it.
    pub base: String,
    /// The short name of the domain, with which people may sign in as `EXAMPLE\name`; empty: they do not.
    #[serde(default)]
    pub domain: String,
    #[serde(default)]
    pub people: AdPeople,
    #[serde(default)]
    pub units: AdUnits,
    #[serde(default)]
    pub groups: AdGroups,
    /// Whether people set new passwords there by this page, in exchange for the present one: on the page of
    /// their account, and where the domain asks for a new one as they sign in.
    #[serde(default)]
    pub changes_passwords: bool,
}

impl AdSettings {
    /// What is said in the words of LDAP.
    #[must_use]
    pub fn ldap(&self) -> LdapSettings {
        let people = self.people.clone();
        LdapSettings {
            servers: self.servers.clone(),
            // A domain refers to its own partitions for DNS and configuration in each answer.
            ignores_references: true,
            security: self.security,
            ca: self.ca.clone(),
            bind_dn: self.account.clone(),
            base: self.base.clone(),
            people: PeopleSearch {
                base: people.base,
                filter: people.filter,
                key: KEY.to_owned(),
                username: people.username,
                display_name: people.display_name,
                email: people.email,
                mobile: people.mobile,
                employee_number: people.employee_number,
                manager: people.manager,
                disabled: String::new(),
                disabled_values: Vec::new(),
                mappings: people.mappings,
            },
            units: UnitSearch {
                enabled: self.units.enabled,
                base: self.units.base.clone(),
                filter: self.units.filter.clone(),
                key: KEY.to_owned(),
                name: vec!["ou".to_owned(), "name".to_owned()],
                position: String::new(),
                managers: self.units.managers.clone(),
            },
            groups: GroupSearch {
                enabled: self.groups.enabled,
                base: self.groups.base.clone(),
                filter: self.groups.filter.clone(),
                key: KEY.to_owned(),
                name: "name".to_owned(),
                people: "member".to_owned(),
            },
            dialect: Dialect::Ad(AdDialect {
                domain: self.domain.clone(),
                nests_groups: self.groups.nested,
            }),
        }
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self, used_for: UsedFor) -> Vec<Invalid> {
        let mut wrong = self.ldap().problems(used_for);
        wrong.retain(|one| one.field != "source.bind_dn");
        if self.security == Security::None {
            wrong.push(Invalid::new(
                "source.security",
                (
                    "a domain controller takes passwords over TLS alone",
                    "域控制器仅接受通过 TLS 传输的密码",
                ),
                ("tls or start_tls", "tls 或 start_tls"),
            ));
        }
        if !(1..=1000).contains(&self.account.trim().len()) || self.account.contains('\0') {
            wrong.push(Invalid::new(
                "source.account",
                ("this is no name of an account", "这不是有效的账号名称"),
                (
                    "a name such as gatehouse@example.com, EXAMPLE\\gatehouse or a DN",
                    "例如 gatehouse@example.com、EXAMPLE\\gatehouse 或 DN",
                ),
            ));
        }
        if self.domain.len() > 64 || self.domain.contains(['\\', '@', '\0', ' ']) {
            wrong.push(Invalid::new(
                "source.domain",
                ("this is no short name of a domain", "这不是有效的域短名称"),
                (
                    "a name such as EXAMPLE, or nothing",
                    "例如 EXAMPLE 的名称，或留空",
                ),
            ));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> AdSettings {
        serde_json::from_value(serde_json::json!({
            "servers": ["ldaps://dc1.example.com"],
            "account": "gatehouse@example.com",
            "base": "DC=example,DC=com",
        }))
        .unwrap()
    }

    #[test]
    fn little_has_to_be_said() {
        assert_eq!(settings().problems(UsedFor::Both), []);
        assert!(!settings().changes_passwords);
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        let mut wrong = settings();
        wrong.security = Security::None;
        wrong.servers = vec!["ldap://dc1.example.com".to_owned()];
        wrong.account = String::new();
        wrong.domain = "A\\B".to_owned();
        wrong.people.filter = "(".to_owned();
        let wrong = wrong.problems(UsedFor::Both).into_iter();
        let fields: Vec<String> = wrong.map(|one| one.field).collect();
        assert_eq!(
            fields,
            [
                "source.people.filter",
                "source.security",
                "source.account",
                "source.domain"
            ]
        );
    }
}
