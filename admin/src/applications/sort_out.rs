//! Which applications can be obeyed. The others are set aside, so that one that cannot be read, or
//! that this version must not obey, holds up nobody else.

use std::sync::Arc;

use config::Problem;
use config::id::{ApplicationId, RuleId};
use config::snapshot::{
    Application, Claims, ClosedApplication, HostPattern, IpList, is_path_prefix,
};

use super::{Definition, Unreadable};
use crate::store::applications::ApplicationRow;

/// An application that cannot be obeyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub id: ApplicationId,
    /// Never empty.
    pub problems: Vec<Problem>,
    hosts: Vec<HostPattern>,
    /// `None` where it cannot be made out, or is none that an application may have.
    path_prefix: Option<String>,
}

#[derive(Debug, Default)]
pub struct Sorted {
    pub good: Vec<Arc<Application>>,
    pub set_aside: Vec<SetAside>,
    /// The places of the good ones.
    pub claims: Claims,
}

/// Of two that lay claim to one place, the older has it. `list` finds an IP list by its id.
pub fn sort_out(
    rows: Vec<ApplicationRow>,
    list: impl Fn(&RuleId) -> Option<Arc<IpList>>,
) -> Sorted {
    let mut sorted = Sorted::default();
    for row in rows {
        let application = match row.definition {
            Ok(definition) => read(row.id, definition, &list),
            Err(unreadable) => Err(SetAside::unreadable(row.id, &unreadable)),
        };
        let claims = &mut sorted.claims;
        let judged = application.and_then(|application| {
            let mut problems = application.problems();
            if problems.is_empty() {
                problems = claims.take(&application).err().unwrap_or_default();
            }
            if problems.is_empty() {
                Ok(application)
            } else {
                Err(SetAside::of(application, problems))
            }
        });
        match judged {
            Ok(application) => sorted.good.push(Arc::new(application)),
            Err(set_aside) => sorted.set_aside.push(set_aside),
        }
    }
    sorted
}

fn read(
    id: ApplicationId,
    definition: Definition,
    list: impl Fn(&RuleId) -> Option<Arc<IpList>>,
) -> Result<Application, SetAside> {
    let (hosts, path_prefix) = (definition.hosts.clone(), definition.path_prefix.clone());
    definition
        .into_application(id.clone(), list)
        .map_err(|missing| SetAside {
            problems: vec![no_such_list(&id, &missing)],
            id,
            hosts,
            path_prefix: Some(path_prefix).filter(|prefix| is_path_prefix(prefix)),
        })
}

impl SetAside {
    /// What was read, but must not be obeyed.
    #[must_use]
    pub fn of(application: Application, problems: Vec<Problem>) -> Self {
        Self {
            id: application.id,
            problems,
            hosts: application.hosts,
            path_prefix: Some(application.path_prefix).filter(|prefix| is_path_prefix(prefix)),
        }
    }

    fn unreadable(id: ApplicationId, unreadable: &Unreadable) -> Self {
        let (hosts, path_prefix) = unreadable.places();
        let why = &unreadable.why;
        let problem = Problem {
            source: format!("application {id}"),
            key: "definition".into(),
            what: (
                &*format!("it cannot be read: {why}"),
                &*format!("无法读取：{why}"),
            )
                .into(),
            allowed: (
                "write it anew, remove it, or run the version that wrote it",
                "请重新提交该定义、将其删除，或运行写入它的版本",
            )
                .into(),
        };
        Self {
            id,
            problems: vec![problem],
            hosts,
            path_prefix,
        }
    }

    /// Its places, apart from those that another application has; whole hosts where it is not known
    /// which of their paths are its own.
    #[must_use]
    pub fn closed(&self, claims: &Claims) -> ClosedApplication {
        let prefix = self.path_prefix.as_deref();
        let is_its_own =
            |host: &&HostPattern| prefix.is_none_or(|prefix| claims.is_free(host, prefix));
        ClosedApplication {
            id: self.id.clone(),
            hosts: self.hosts.iter().filter(is_its_own).cloned().collect(),
            path_prefix: self.path_prefix.clone(),
        }
    }
}

fn no_such_list(application: &ApplicationId, list: &RuleId) -> Problem {
    Problem {
        source: format!("application {application}"),
        key: "ip_lists".into(),
        what: (
            &*format!("there is no IP list {list}"),
            &*format!("IP 列表 {list} 不存在"),
        )
            .into(),
        allowed: (
            "ids of IP lists that exist; see /api/v1/ip-lists",
            "已存在的 IP 列表的 id，参见 /api/v1/ip-lists",
        )
            .into(),
    }
}
