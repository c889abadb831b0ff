//! Other proxies in front, which ask whether a request may pass: real ones, set up by the samples in
//! `examples/forward-auth`, so that neither the samples nor our idea of the proxies can be wrong.

mod front;
mod passing;
mod program;
mod refusing;
mod signing_in;
mod spoofing;

use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use config::id::RuleId;
use config::settings::Settings;
use config::snapshot::{Access, Application, PathMatch, PathRule, PolicyRule, TwoStep, WebSockets};

use self::front::{Front, Kind};
use crate::support::applications::{application, everyone, rule};
use crate::support::free_address;
use crate::support::gatehouse::{Builder, Gatehouse};
use crate::support::origin::{Answer, Origin, Received, ok};

const WIKI: &str = "wiki.example.com";
const HTML: (&str, &str) = ("Accept", "text/html");
const OUR_PAGE: &str = "sign-in begins here";

/// A proxy in front of an application that records what reaches it, and Gatehouse that is asked.
struct Scene {
    front: Front,
    gatehouse: Gatehouse,
    origin: Origin,
}

impl Scene {
    async fn start(kind: Kind) -> Self {
        Self::with(kind, |_| ()).await
    }

    async fn with(kind: Kind, change: impl FnOnce(&mut Application)) -> Self {
        let origin = Origin::start(answer).await;
        // Nothing reaches the application by way of Gatehouse.
        let mut wiki = wiki(free_address());
        change(&mut wiki);
        let gatehouse = Builder::new()
            .applications(vec![wiki])
            .with(|settings: &mut Settings| {
                settings.trust.proxies = vec!["127.0.0.1".parse().unwrap()];
            })
            .pages(Router::new().route("/.gatehouse/start", get(|| async { OUR_PAGE })))
            .start()
            .await;
        let front = kind.start(gatehouse.address, origin.address).await;
        let mut scene = Self {
            front,
            gatehouse,
            origin,
        };
        scene.gatehouse.events();
        scene
    }

    fn cookie(&self) -> String {
        self.gatehouse.sign_in("ada", WIKI).cookie()
    }

    /// The one request that reached the application.
    fn received(&self) -> Received {
        let mut received = self.origin.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }

    fn nothing_received(&self) -> bool {
        self.origin.received().is_empty()
    }
}

fn answer(request: &Received) -> Answer {
    if request.header("upgrade").is_empty() {
        return ok("the wiki");
    }
    let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    Answer::Echo(head.into())
}

/// Open to everyone who is signed in, with parts that are more or less open.
fn wiki(upstream: SocketAddr) -> Application {
    let two_step = PolicyRule {
        two_step: TwoStep::Required,
        ..rule("two-step", vec![config::snapshot::Who::Everyone])
    };
    Application {
        path_rules: vec![
            part("/public", Access::Public),
            part("/closed", Access::Rules(Vec::new())),
            part("/strong", Access::Rules(vec![two_step])),
            PathRule {
                methods: vec!["GET".into()],
                ..part("/readable", Access::Public)
            },
        ],
        access: everyone(),
        ..application(WIKI, upstream)
    }
}

fn part(prefix: &str, access: Access) -> PathRule {
    PathRule {
        id: RuleId::from(prefix),
        name: prefix.into(),
        path: PathMatch::Prefix(prefix.into()),
        methods: Vec::new(),
        access,
    }
}

fn with_websockets(application: &mut Application) {
    application.websockets = WebSockets {
        enabled: true,
        allowed_origins: Vec::new(),
    };
}

/// Each of these tests with each of the proxies.
macro_rules! with_each {
    ($($test:ident),* $(,)?) => {
        crate::fronts::with_each!(nginx Nginx: $($test),*);
        crate::fronts::with_each!(caddy Caddy: $($test),*);
        crate::fronts::with_each!(traefik Traefik: $($test),*);
        crate::fronts::with_each!(envoy Envoy: $($test),*);
    };
    ($module:ident $kind:ident: $($test:ident),*) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $test() {
                    super::$test(crate::fronts::front::Kind::$kind).await;
                }
            )*
        }
    };
}
use with_each;
