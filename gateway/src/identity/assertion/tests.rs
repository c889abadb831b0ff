//! What the assertion says, who can check it, and how often one is made.

use std::sync::Arc;

use config::id::{DepartmentId, GroupId, MemberId, SessionId, SignInId};
use config::{Named, Principal, PrincipalKind, Session};
use ring::signature::KeyPair;
use serde_json::Value;

use super::*;

pub(crate) fn principal() -> Principal {
    Principal {
        id: MemberId::from("01890a5d-ac96-774b-bcce-b302099a8057"),
        kind: PrincipalKind::Member,
        username: "wangxm".into(),
        display_name: "王小明".into(),
        email: Some("wangxm@example.com".into()),
        mobile: Some("13800138000".into()),
        employee_number: Some("E1024".into()),
        departments: vec![Named {
            id: DepartmentId::from("d1"),
            name: "平台部".into(),
        }],
        groups: vec![
            Named {
                id: GroupId::from("g1"),
                name: "wiki-editors".into(),
            },
            Named {
                id: GroupId::from("g2"),
                name: "研发".into(),
            },
        ],
        roles: Vec::new(),
        administers: false,
    }
}

pub(crate) fn session() -> Session {
    Session {
        id: SessionId::from("s1"),
        sign_in: SignInId::from("si1"),
        host: "wiki.example.com".into(),
        principal: Arc::new(principal()),
        authenticated_at: Timestamp(1_700_000_000_000),
        second_factor_at: Some(Timestamp(1_700_000_000_000)),
        methods: vec![AuthenticationMethod::Password, AuthenticationMethod::Totp],
        expires_at: Timestamp(1_700_100_000_000),
        idle_limit: None,
        last_seen_at: Timestamp(1_700_000_000_000),
    }
}

pub(crate) fn signing_key(kid: &str) -> SigningKey {
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .unwrap();
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    SigningKey {
        kid: kid.into(),
        private_pem: format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
            .into(),
    }
}

fn access() -> AccessHost {
    AccessHost {
        url: "https://access.example.com:8443".parse().unwrap(),
    }
}

const NOW: Timestamp = Timestamp(1_700_000_100_000);

fn made(signer: &Signer, entry: &SessionEntry, application: &str, now: Timestamp) -> String {
    let value = signer.assertion(entry, &ApplicationId::from(application), &access(), now);
    value.unwrap().to_str().unwrap().to_owned()
}

fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn the_assertion_says_who_for_whom_and_until_when() {
    let signer = Signer::new(&signing_key("k1")).unwrap();
    let token = made(&signer, &SessionEntry::new(session()), "app-1", NOW);
    assert_eq!(part(&token, 0)["alg"], "ES256");
    assert_eq!(part(&token, 0)["kid"], "k1");
    let claims = part(&token, 1);
    assert_eq!(claims["iss"], "https://access.example.com:8443");
    assert_eq!(claims["aud"], "app-1");
    assert_eq!(claims["sub"], principal().id.as_str());
    assert_eq!(claims["name"], "王小明");
    assert_eq!(
        claims["groups"],
        serde_json::json!(["wiki-editors", "研发"])
    );
    assert_eq!(claims["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        300
    );
    assert!(
        claims.get("mobile").is_none(),
        "no application asked for it"
    );
}

#[test]
fn whoever_has_the_public_key_can_check_it() {
    let key = signing_key("k1");
    let signer = Signer::new(&key).unwrap();
    let token = made(&signer, &SessionEntry::new(session()), "app-1", NOW);
    let public = signer.key.public_key().as_ref().to_vec();
    let (x, y) = (&public[1..33], &public[33..65]);
    let checker = jsonwebtoken::DecodingKey::from_ec_components(
        &URL_SAFE_NO_PAD.encode(x),
        &URL_SAFE_NO_PAD.encode(y),
    )
    .unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    rules.set_audience(&["app-1"]);
    rules.validate_exp = false;
    jsonwebtoken::decode::<Value>(&token, &checker, &rules).unwrap();
    rules.set_audience(&["app-2"]);
    assert!(jsonwebtoken::decode::<Value>(&token, &checker, &rules).is_err());
}

#[test]
fn one_is_made_for_each_application_and_kept_until_shortly_before_it_expires() {
    let signer = Signer::new(&signing_key("k1")).unwrap();
    let entry = SessionEntry::new(session());
    let first = made(&signer, &entry, "app-1", NOW);
    let other = made(&signer, &entry, "app-2", NOW);
    assert_ne!(first, other);
    let soon = NOW.plus(SENT_FOR);
    assert_eq!(made(&signer, &entry, "app-1", soon), first);
    let late = NOW.plus(SENT_FOR + Duration::from_millis(1));
    assert_ne!(made(&signer, &entry, "app-1", late), first);
}

#[test]
fn a_new_key_signs_from_the_next_request_on() {
    let entry = SessionEntry::new(session());
    let old = Signer::new(&signing_key("k1")).unwrap();
    let new = Signer::new(&signing_key("k2")).unwrap();
    made(&old, &entry, "app-1", NOW);
    assert_eq!(part(&made(&new, &entry, "app-1", NOW), 0)["kid"], "k2");
}

#[test]
fn a_key_that_cannot_sign_is_refused_with_a_reason() {
    let key = SigningKey {
        kid: "k1".into(),
        private_pem: "nonsense".into(),
    };
    assert_eq!(Signer::new(&key).err().unwrap().key, "private_pem");
}
