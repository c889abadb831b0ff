//! The table: role × action × resource.
//!
//! r = read, c = create, u = change, d = remove. What is not written is not allowed.

use config::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    Members,
    /// Passwords, second factors, lockouts and one-time links of members; never their content.
    Credentials,
    /// The link with which the first owner is made, while there is none.
    SetUp,
    /// Which roles a member holds. [`super::roles`] narrows this further.
    RoleAssignments,
    /// Roles that the organisation makes out of permissions.
    Roles,
    /// Members of the kind `guest`. Whoever may create them looks after those for whom they answer, and
    /// whoever may change them too after all, and after the settings. Nobody may change them alone.
    Guests,
    Departments,
    /// The directories that are connected, and who of theirs is whom. Whoever changes one decides who comes in.
    Directories,
    /// Runs that take over what a directory says, and what is decided about them.
    SyncRuns,
    Groups,
    Applications,
    IpLists,
    /// What it takes to sign in, and for how long.
    SignInPolicy,
    /// Brand and watermark.
    Appearance,
    /// Groups, IP lists, applications, sign-in policy, brand and watermark as files; each change in them also takes what it
    /// would take by hand.
    Configuration,
    Sessions,
    Tokens,
    /// What the operator of a node has written, and which certificates it serves.
    Node,
    /// Those that are uploaded, with which every node shows who it is.
    Certificates,
    /// How mail and SMS go out, and what has gone out.
    Senders,
    /// The whole store, to be taken away.
    Backup,
    /// How things stand, in numbers.
    Overview,
    AccessLog,
    SignInLog,
    AuditLog,
    /// Trying out how a request would be decided.
    Explanations,
    /// What every caller may ask about itself, and the description of the API.
    Caller,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Read,
    Create,
    Change,
    Remove,
}

struct Row {
    resource: Resource,
    name: &'static str,
    /// In the order of [`Role::ALL`].
    cells: [&'static str; 5],
}

const fn row(resource: Resource, name: &'static str, cells: [&'static str; 5]) -> Row {
    Row {
        resource,
        name,
        cells,
    }
}

#[rustfmt::skip]
const TABLE: [Row; 27] = [
    //                                                    owner   admin.  security auditor help desk
    row(Resource::Members,      "members",              ["rcud", "rcud", "ru",    "r",    "r"  ]),
    row(Resource::Credentials,  "credentials",          ["rcud", "rcud", "rcud",  "",     "rcud"]),
    row(Resource::SetUp,        "set_up",               ["c",    "",     "",      "",     ""   ]),
    row(Resource::RoleAssignments, "role_assignments",  ["ru",   "ru",   "r",     "r",    "r"  ]),
    row(Resource::Roles,        "roles",                ["rcud", "rcud", "r",     "r",    "r"  ]),
    row(Resource::Guests,       "guests",               ["rcu",  "rcu",  "r",     "r",    "r"  ]),
    row(Resource::Departments,  "departments",          ["rcud", "rcud", "r",     "r",    "r"  ]),
    row(Resource::Directories,  "directories",          ["rcud", "r",    "r",     "r",    ""   ]),
    row(Resource::SyncRuns,     "sync_runs",            ["rcu",  "rcu",  "r",     "r",    ""   ]),
    row(Resource::Groups,       "groups",               ["rcud", "rcud", "r",     "r",    "r"  ]),
    row(Resource::Applications, "applications",         ["rcud", "rcud", "ru",    "r",    "r"  ]),
    row(Resource::IpLists,      "ip_lists",             ["rcud", "r",    "rcud",  "r",    "r"  ]),
    row(Resource::SignInPolicy, "sign_in_policy",       ["ru",   "r",    "ru",    "r",    "r"  ]),
    row(Resource::Appearance,   "appearance",           ["ru",   "ru",   "r",     "r",    "r"  ]),
    row(Resource::Configuration,"configuration",         ["ru",   "ru",   "ru",    "r",    "r"  ]),
    row(Resource::Sessions,     "sessions",             ["rd",   "rd",   "rd",    "r",    "rd" ]),
    row(Resource::Tokens,       "tokens",               ["rcud", "rcud", "rcud",  "r",    ""   ]),
    row(Resource::Node,         "node",                 ["r",    "r",    "r",     "r",    ""   ]),
    row(Resource::Certificates, "certificates",         ["rcud", "rcud", "rcud",  "r",    ""   ]),
    row(Resource::Senders,      "senders",              ["ru",   "ru",   "r",     "r",    "r"  ]),
    row(Resource::Backup,       "backup",               ["r",    "",     "",      "",     ""   ]),
    row(Resource::Overview,     "overview",             ["r",    "r",    "r",     "r",    "r"  ]),
    row(Resource::AccessLog,    "access_log",           ["r",    "r",    "r",     "r",    "r"  ]),
    row(Resource::SignInLog,    "sign_in_log",          ["r",    "r",    "r",     "r",    "r"  ]),
    row(Resource::AuditLog,     "audit_log",            ["r",    "",     "r",     "r",    ""   ]),
    row(Resource::Explanations, "explanations",         ["r",    "r",    "r",     "r",    "r"  ]),
    row(Resource::Caller,       "caller",               ["r",    "r",    "r",     "r",    "r"  ]),
];

impl Resource {
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Caller; TABLE.len()];
        let mut at = 0;
        while at < TABLE.len() {
            all[at] = TABLE[at].resource;
            at += 1;
        }
        all
    };

    #[must_use]
    pub fn as_str(self) -> &'static str {
        TABLE
            .iter()
            .find(|row| row.resource == self)
            .map_or("unknown", |row| row.name)
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let row = TABLE.iter().find(|row| row.name == name);
        row.map(|row| row.resource)
    }

    /// Whether it consists of people and departments, so that a role can be confined to some of them.
    /// Nothing else is given by a role that is confined.
    #[must_use]
    pub fn is_of_departments(self) -> bool {
        matches!(
            self,
            Self::Members | Self::Guests | Self::Credentials | Self::Sessions | Self::Departments
        )
    }
}

impl Action {
    pub const ALL: [Self; 4] = [Self::Read, Self::Create, Self::Change, Self::Remove];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    fn letter(self) -> char {
        match self {
            Self::Read => 'r',
            Self::Create => 'c',
            Self::Change => 'u',
            Self::Remove => 'd',
        }
    }
}

/// How a permission is written: `members:read`.
#[must_use]
pub fn permission(resource: Resource, action: Action) -> String {
    format!("{}:{}", resource.as_str(), action.as_str())
}

/// Whether the role may do that. A resource without a row is nobody's.
#[must_use]
pub fn allows(role: Role, resource: Resource, action: Action) -> bool {
    let column = Role::ALL.iter().position(|r| *r == role);
    TABLE
        .iter()
        .find(|row| row.resource == resource)
        .and_then(|row| row.cells.get(column?))
        .is_some_and(|cell| cell.contains(action.letter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_18_an_auditor_changes_nothing() {
        for row in &TABLE {
            for action in [Action::Create, Action::Change, Action::Remove] {
                assert!(!allows(Role::Auditor, row.resource, action), "{}", row.name);
            }
        }
    }

    #[test]
    fn whoever_may_change_a_thing_may_read_it() {
        const ALONE: [Resource; 1] = [Resource::SetUp];
        for row in &TABLE {
            for cell in row.cells {
                let readable = cell.is_empty() || cell.starts_with('r');
                assert!(readable || ALONE.contains(&row.resource), "{}", row.name);
                assert!(cell.chars().all(|c| "rcud".contains(c)), "{}", row.name);
            }
        }
    }

    #[test]
    fn no_role_may_do_what_the_owner_may_not() {
        for row in &TABLE {
            let [owner, others @ ..] = row.cells;
            for cell in others {
                assert!(cell.chars().all(|c| owner.contains(c)), "{}", row.name);
            }
        }
    }
}
