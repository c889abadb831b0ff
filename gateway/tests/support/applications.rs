//! Applications as an operator would define them, and the snapshot that holds them.

use std::net::SocketAddr;
use std::sync::Arc;

use config::Timestamp;
use config::id::{ApplicationId, RuleId};
use config::language::LocalText;
use config::snapshot::{
    Access, Application, Brand, Effect, HostHeader, HostPattern, IdentityHeaders, Limits,
    PolicyRule, Pool, Protocol, SigningKey, SigningKeys, Snapshot, Timeouts, TwoStep, Upstream,
    Watermark, WebSockets, Who,
};

/// An application at `host` for everyone signed in.
pub fn application(host: &str, upstream: SocketAddr) -> Application {
    Application {
        id: ApplicationId::from(host),
        name: LocalText {
            zh_cn: host.into(),
            en: host.into(),
        },
        description: LocalText::default(),
        hosts: vec![HostPattern::try_from(host.to_owned()).unwrap()],
        path_prefix: "/".into(),
        pool: pool(upstream),
        access: everyone(),
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

/// An application at `host` for anybody.
pub fn public(host: &str, upstream: SocketAddr) -> Application {
    Application {
        access: Access::Public,
        ..application(host, upstream)
    }
}

pub fn pool(upstream: SocketAddr) -> Pool {
    Pool {
        upstreams: vec![Upstream {
            address: upstream.to_string(),
            weight: 1,
        }],
        protocol: Protocol::default(),
        tls: None,
        host_header: HostHeader::default(),
        timeouts: Timeouts::default(),
        health_check: None,
        ejection: None,
        retries: 1,
    }
}

pub fn everyone() -> Access {
    Access::Rules(vec![rule("everyone", vec![Who::Everyone])])
}

pub fn rule(name: &str, who: Vec<Who>) -> PolicyRule {
    PolicyRule {
        id: RuleId::from(name),
        name: name.into(),
        effect: Effect::Allow,
        who,
        from: Vec::new(),
        when: Vec::new(),
        two_step: TwoStep::NotAsked,
    }
}

pub fn snapshot(revision: u64, applications: Vec<Application>) -> Snapshot {
    let key = rcgen::KeyPair::generate().unwrap();
    Snapshot {
        revision,
        built_at: Timestamp(0),
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
                private_pem: key.serialize_pem().into(),
            },
            jwks: r#"{"keys":[]}"#.into(),
        },
    }
}
