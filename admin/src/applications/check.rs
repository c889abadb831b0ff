//! Whether gateways could obey what a change leaves behind, asked before it is committed.
//!
//! The same check runs again on each node before it obeys; here it turns a mistake into an answer
//! for whoever made it. Entries of IP lists are left out: each was checked when it was written, and
//! there may be a million of them.

use std::collections::HashMap;
use std::sync::Arc;

use config::id::RuleId;
use config::snapshot::{Brand, HostPattern, IpList, Watermark};
use config::{Problem, Snapshot, Timestamp};

use crate::refused::{Invalid, Refused, both};
use crate::signing_keys;
use crate::state::State;
use crate::store::{self, Connection, documents, published};

/// # Errors
/// [`Refused::Invalid`] with all problems.
pub async fn whole(
    connection: &mut Connection,
    state: &State,
    now: Timestamp,
) -> Result<(), Refused> {
    let lists = lists(connection).await?;
    let mut applications = Vec::new();
    for (id, definition) in published::applications(connection).await? {
        let find = |list: &RuleId| lists.get(list).map(|(_, list)| Arc::clone(list));
        match definition.into_application(id.clone(), find) {
            Ok(application) => applications.push(Arc::new(application)),
            Err(missing) => return Err(no_such_list(id.as_str(), &missing).into()),
        }
    }
    let access = state.settings.access.host();
    let at_access = |host: &HostPattern| matches!(host, HostPattern::Exact(name) if name == access);
    if applications.iter().any(|a| a.hosts.iter().any(at_access)) {
        return Err(access_host(access).into());
    }
    let keys = store::signing_keys::all(connection).await?;
    let Some(signing_keys) = signing_keys::publish(&keys, &state.sealer)? else {
        return Err(Refused::Impossible(both((
            "Gatehouse is still making its signing keys: try again in a moment",
            "Gatehouse 正在生成签名密钥，请稍后重试",
        ))));
    };
    let snapshot = Snapshot {
        revision: 0,
        built_at: now,
        applications,
        ip_lists: lists
            .values()
            .filter(|(everywhere, _)| *everywhere)
            .map(|(_, list)| Arc::clone(list))
            .collect(),
        watermark: document::<Watermark>(connection, documents::WATERMARK).await?,
        brand: document::<Brand>(connection, documents::BRAND).await?,
        signing_keys,
    };
    snapshot
        .validate()
        .map_err(|problems| Refused::Invalid(problems.iter().map(invalid).collect()))
}

/// The IP lists without their entries, and whether each guards every host.
async fn lists(
    connection: &mut Connection,
) -> Result<HashMap<RuleId, (bool, Arc<IpList>)>, Refused> {
    let heads = published::ip_lists(connection).await?;
    let without_entries = |head: published::ListHead| {
        let list = IpList {
            id: head.id.clone(),
            name: head.name,
            effect: head.effect,
            entries: Arc::from([]),
        };
        (head.id, (head.everywhere, Arc::new(list)))
    };
    Ok(heads.into_iter().map(without_entries).collect())
}

async fn document<T: Default + serde::de::DeserializeOwned>(
    connection: &mut Connection,
    name: &str,
) -> Result<T, Refused> {
    let found = documents::get(connection, name).await?;
    Ok(found.map(|document| document.body).unwrap_or_default())
}

fn no_such_list(application: &str, list: &RuleId) -> Invalid {
    Invalid::new(
        "ip_lists",
        (
            &format!("application {application} names the IP list {list}, which does not exist"),
            &format!("应用 {application} 引用了不存在的 IP 列表 {list}"),
        ),
        (
            "ids of IP lists that exist; see /api/v1/ip-lists",
            "已存在的 IP 列表的 id，参见 /api/v1/ip-lists",
        ),
    )
}

fn access_host(host: &str) -> Invalid {
    Invalid::new(
        "hosts",
        (
            &format!("{host} is where people sign in"),
            &format!("{host} 是登录所用的访问域"),
        ),
        ("a host name of the application's own", "应用自己的域名"),
    )
}

fn invalid(problem: &Problem) -> Invalid {
    let what = format!("{}: {}", problem.source, problem.what);
    Invalid::new(
        &problem.key,
        (&what, &what),
        (&problem.allowed, &problem.allowed),
    )
}
