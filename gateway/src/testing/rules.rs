//! Applications, rules and people, as little of them as a test needs.

use std::sync::Arc;
use std::time::Duration;

use config::id::{GroupId, SessionId, SignInId};
use config::language::LocalText;
use config::session::AuthenticationMethod;
use config::snapshot::{
    Access, Application, Brand, Effect, HostPattern, IdentityHeaders, IpEntry, IpList, Limits,
    PathMatch, PathRule, PolicyRule, Pool, SigningKey, SigningKeys, TwoStep, Upstream, Watermark,
    WebSockets, Who,
};
use config::{Named, Principal, PrincipalKind, Session, Snapshot};

use super::START;

/// An application at a host that lets in everyone who has signed in.
pub fn application(id: &str, host: &str) -> Application {
    Application {
        id: id.into(),
        name: id.into(),
        description: LocalText::default(),
        hosts: vec![HostPattern::try_from(host.to_owned()).unwrap()],
        path_prefix: "/".into(),
        pool: Pool {
            upstreams: vec![Upstream {
                address: "127.0.0.1:9".into(),
                weight: 1,
            }],
            protocol: config::snapshot::Protocol::default(),
            tls: None,
            host_header: config::snapshot::HostHeader::default(),
            timeouts: config::snapshot::Timeouts::default(),
            health_check: None,
            ejection: None,
            retries: 0,
        },
        access: Access::Rules(vec![allow("everyone", Who::Everyone)]),
        path_rules: Vec::new(),
        ip_lists: Vec::new(),
        identity: IdentityHeaders::default(),
        watermark: false,
        websockets: WebSockets::default(),
        limits: Limits::default(),
        own_ip_lists_only: false,
        on_portal: true,
    }
}

pub fn allow(name: &str, who: Who) -> PolicyRule {
    PolicyRule {
        id: name.into(),
        name: name.into(),
        effect: Effect::Allow,
        who: vec![who],
        from: Vec::new(),
        when: Vec::new(),
        two_step: TwoStep::NotAsked,
    }
}

pub fn deny(name: &str, who: Who) -> PolicyRule {
    PolicyRule {
        effect: Effect::Deny,
        ..allow(name, who)
    }
}

/// A rule for a path and all below it, whatever the method.
pub fn path_rule(path: &str, access: Access) -> PathRule {
    PathRule {
        id: path.into(),
        name: format!("rule of {path}"),
        path: PathMatch::Prefix(path.into()),
        methods: Vec::new(),
        access,
    }
}

pub fn ip_list(name: &str, effect: Effect, ranges: &[&str]) -> Arc<IpList> {
    let entry = |range: &&str| IpEntry {
        range: range.parse().unwrap(),
        note: String::new(),
        expires_at: None,
    };
    Arc::new(IpList {
        id: name.into(),
        name: name.into(),
        effect,
        entries: ranges.iter().map(entry).collect(),
    })
}

/// A member of this name in these groups.
pub fn person(name: &str, groups: &[&str]) -> Principal {
    let named = |id: &&str| Named {
        id: GroupId::from(*id),
        name: (*id).to_owned(),
    };
    Principal {
        id: name.into(),
        kind: PrincipalKind::Member,
        username: name.into(),
        display_name: name.into(),
        email: None,
        mobile: None,
        employee_number: None,
        departments: Vec::new(),
        groups: groups.iter().map(named).collect(),
        roles: Vec::new(),
        administers: false,
    }
}

/// A session of this person at this host, begun at [`START`], by password only, for eight hours.
pub fn session(principal: Principal, host: &str) -> Session {
    Session {
        id: SessionId::from(format!("{}@{host}", principal.username)),
        sign_in: SignInId::from(format!("sign-in of {}", principal.username)),
        host: host.into(),
        principal: Arc::new(principal),
        authenticated_at: START,
        second_factor_at: None,
        methods: vec![AuthenticationMethod::Password],
        expires_at: START.plus(Duration::from_hours(8)),
        idle_limit: None,
        last_seen_at: START,
    }
}

pub fn snapshot(applications: Vec<Application>) -> Snapshot {
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    Snapshot {
        revision: 1,
        built_at: START,
        applications: applications.into_iter().map(Arc::new).collect(),
        closed: Vec::new(),
        ip_lists: Vec::new(),
        guest_groups: Vec::new(),
        watermark: Watermark::default(),
        brand: Brand::default(),
        pictures: config::snapshot::Pictures::default(),
        certificates: Vec::new(),
        signing_keys: SigningKeys {
            current: SigningKey {
                kid: "test".into(),
                private_pem: key.into(),
            },
            jwks: r#"{"keys":[]}"#.into(),
        },
    }
}
