//! What an ID token must not be: told by a provider that says whatever a test wants.

use std::collections::HashMap;

use config::id::DirectoryId;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use p256::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use serde_json::{Value, json};

use super::oidc_tests::{callback, connect, house_of_today, leave, parameters, refused};
use crate::directories::oidc::testing::{CLIENT, SECRET, StandIn, settings};
use crate::store::testing::TestStore;
use crate::testing::{ACCESS, Answered, Browser, House};

/// A key by which tokens are signed.
pub(super) struct Signer {
    kid: &'static str,
    pem: String,
}

impl Signer {
    pub(super) fn new(kid: &'static str) -> Self {
        let pem = rcgen::KeyPair::generate().unwrap().serialize_pem();
        Self { kid, pem }
    }

    fn public(&self) -> p256::PublicKey {
        p256::SecretKey::from_pkcs8_pem(&self.pem)
            .unwrap()
            .public_key()
    }

    fn jwk(&self) -> Value {
        let mut jwk: Value = serde_json::from_str(&self.public().to_jwk_string()).unwrap();
        jwk["kid"] = self.kid.into();
        jwk
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        let key = EncodingKey::from_ec_pem(self.pem.as_bytes()).unwrap();
        encode(&self.header(Algorithm::ES256), claims, &key).unwrap()
    }

    /// Signs it as a token of another kind.
    pub(super) fn sign_as(&self, kind: &str, claims: &Value) -> String {
        let key = EncodingKey::from_ec_pem(self.pem.as_bytes()).unwrap();
        let header = Header {
            typ: Some(kind.to_owned()),
            ..self.header(Algorithm::ES256)
        };
        encode(&header, claims, &key).unwrap()
    }

    /// Signs by a secret, under the name of this key.
    pub(super) fn sign_by(&self, secret: &[u8], claims: &Value) -> String {
        let key = EncodingKey::from_secret(secret);
        encode(&self.header(Algorithm::HS256), claims, &key).unwrap()
    }

    fn header(&self, algorithm: Algorithm) -> Header {
        Header {
            kid: Some(self.kid.to_owned()),
            ..Header::new(algorithm)
        }
    }
}

pub(super) struct Scene {
    pub(super) house: House,
    pub(super) id: DirectoryId,
    pub(super) provider: StandIn,
    pub(super) signer: Signer,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let signer = Signer::new("one");
        let provider = StandIn::start(json!({"keys": [signer.jwk()]})).await;
        let house = house_of_today(TestStore::sqlite().await).await;
        let id = connect(&house, "Staff", settings(&provider.issuer)).await;
        Self {
            house,
            id,
            provider,
            signer,
        }
    }

    /// Somebody comes back for whom the provider says what `token` makes of what it should say.
    pub(super) async fn comes_back(
        &self,
        browser: &mut Browser<'_>,
        said: (impl FnOnce(Value) -> String, Value),
    ) -> Answered {
        let sent = parameters(&leave(browser, &self.id).await);
        self.answered(browser, &sent, said).await
    }

    /// As that, of a browser that was sent there with these parameters.
    pub(super) async fn answered(
        &self,
        browser: &mut Browser<'_>,
        sent: &HashMap<String, String>,
        (token, userinfo): (impl FnOnce(Value) -> String, Value),
    ) -> Answered {
        let now = self.house.state.clock.now().0 / 1000;
        let claims = json!({
            "iss": self.provider.issuer, "aud": CLIENT, "sub": "wang", "nonce": sent["nonce"],
            "iat": now, "exp": now + 300, "preferred_username": "wang", "name": "Wang",
        });
        self.provider.says(&token(claims), userinfo);
        let back = format!("{}?code=c&state={}", callback(&self.id), sent["state"]);
        browser.open(&back).await
    }

    async fn is_refused(&self, token: impl FnOnce(Value) -> String) -> String {
        let mut browser = self.house.browser();
        let said = (token, json!({"sub": "wang"}));
        let answer = self.comes_back(&mut browser, said).await;
        refused(&mut browser, &answer).await
    }

    async fn is_let_in(&self, token: impl FnOnce(Value) -> String) {
        let mut browser = self.house.browser();
        let said = (token, json!({"sub": "wang"}));
        let answer = self.comes_back(&mut browser, said).await;
        assert!(browser.is_signed_in().await, "{}", answer.body);
    }

    /// With one thing that it says changed, or left out where it is `null`.
    async fn refused_with(&self, claim: &str, value: Value) -> String {
        self.is_refused(|claims| self.signer.sign(&with(claims, claim, value)))
            .await
    }
}

pub(super) fn with(mut claims: Value, claim: &str, value: Value) -> Value {
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(claim);
    } else {
        claims[claim] = value;
    }
    claims
}

#[tokio::test]
async fn attack_14_a_token_that_was_said_by_others_to_others_or_for_another_sign_in_is_refused() {
    let scene = Scene::new().await;
    scene.is_let_in(|claims| scene.signer.sign(&claims)).await;
    let longer = format!("{}/", scene.provider.issuer);
    for (claim, value, reason) in [
        ("iss", json!(null), "id_token_issuer"),
        ("iss", json!("https://op.example.com"), "id_token_issuer"),
        ("iss", json!(longer), "id_token_issuer"),
        ("aud", json!(null), "id_token_audience"),
        ("aud", json!("another client"), "id_token_audience"),
        ("aud", json!([]), "id_token_audience"),
        ("aud", json!([[CLIENT]]), "id_token_audience"),
        ("aud", json!([CLIENT, "another"]), "id_token_azp"),
        ("azp", json!("another"), "id_token_azp"),
        ("azp", json!([CLIENT]), "id_token_azp"),
        ("nonce", json!(null), "id_token_nonce"),
        ("nonce", json!(""), "id_token_nonce"),
        ("nonce", json!("of another sign-in"), "id_token_nonce"),
        ("sub", json!(null), "id_token_subject"),
        ("sub", json!(""), "id_token_subject"),
    ] {
        let found = scene.refused_with(claim, value.clone()).await;
        assert_eq!(found, reason, "{claim}: {value}");
    }
    let for_several = |claims| {
        with(
            with(claims, "aud", json!([CLIENT, "b"])),
            "azp",
            json!(CLIENT),
        )
    };
    scene
        .is_let_in(|claims| scene.signer.sign(&for_several(claims)))
        .await;
}

#[tokio::test]
async fn attack_14_a_token_of_another_time_is_refused() {
    let scene = Scene::new().await;
    let now = || scene.house.state.clock.now().0 / 1000;
    for (claim, value, reason) in [
        ("exp", json!(null), "id_token_expired"),
        ("exp", json!("tomorrow"), "id_token_expired"),
        ("exp", json!(1), "id_token_expired"),
        ("iat", json!(null), "id_token_not_yet"),
        ("iat", json!(1e12), "id_token_not_yet"),
        ("nbf", json!(1e12), "id_token_not_yet"),
        ("nbf", json!("today"), "id_token_not_yet"),
    ] {
        let found = scene.refused_with(claim, value.clone()).await;
        assert_eq!(found, reason, "{claim}: {value}");
    }
    let found = scene.refused_with("exp", json!(now() - 61)).await;
    assert_eq!(found, "id_token_expired");
    let late = json!(now() - 50);
    scene
        .is_let_in(|claims| scene.signer.sign(&with(claims, "exp", late)))
        .await;
}

#[tokio::test]
async fn attack_14_an_unsigned_token_and_one_that_is_signed_by_something_public_are_refused() {
    let scene = Scene::new().await;
    let signer = &scene.signer;
    let public = signer.public();
    let pem = public
        .to_public_key_pem(p256::pkcs8::LineEnding::LF)
        .unwrap();
    let jwk = signer.jwk().to_string();
    for secret in [pem.as_bytes(), jwk.as_bytes(), SECRET.as_bytes(), b""] {
        let found = scene
            .is_refused(|claims| signer.sign_by(secret, &claims))
            .await;
        assert_eq!(found, "id_token_algorithm");
    }
    for algorithm in ["none", "None", "NONE", ""] {
        let found = scene.is_refused(|claims| {
            let header = json!({"alg": algorithm, "kid": "one"});
            let token = signer.sign(&claims);
            let parts: Vec<&str> = token.split('.').collect();
            format!("{}.{}.", base64(&header), parts[1])
        });
        assert_eq!(found.await, "id_token_algorithm", "{algorithm}");
    }
    let cut = scene.is_refused(|claims| {
        let token = signer.sign(&claims);
        token[..=token.rfind('.').unwrap()].to_owned()
    });
    assert_eq!(cut.await, "id_token_signature");
    assert_eq!(
        scene.is_refused(|_| String::new()).await,
        "id_token_malformed"
    );
}

fn base64(value: &Value) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The public key of RFC 7515 §A.2.
const RSA: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfQHp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4\
                   d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re\
                   xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX\
                   FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

#[tokio::test]
async fn attack_14_a_key_signs_only_in_the_way_that_is_its_own() {
    let scene = Scene::new().await;
    let rsa = Signer::new("rsa");
    let mut encrypting = scene.signer.jwk();
    encrypting["use"] = "enc".into();
    let secret = json!({"kty": "oct", "kid": "one", "k": "c2VjcmV0", "alg": "HS256"});
    let jwk = json!({"kty": "RSA", "kid": "rsa", "n": RSA, "e": "AQAB"});
    scene
        .provider
        .signs_by(json!({"keys": [jwk, encrypting, secret]}));
    for bytes in [RSA.as_bytes(), jwk.to_string().as_bytes()] {
        let found = scene.is_refused(|claims| rsa.sign_by(bytes, &claims)).await;
        assert_eq!(found, "id_token_algorithm", "RSA for HMAC");
    }
    let found = scene.is_refused(|claims| rsa.sign(&claims)).await;
    assert_eq!(found, "id_token_algorithm", "RSA for ECDSA");
    let found = scene.is_refused(|claims| scene.signer.sign(&claims)).await;
    assert_eq!(found, "id_token_algorithm", "a key for encryption");
    let found = scene.is_refused(|claims| scene.signer.sign_by(b"secret", &claims));
    assert_eq!(found.await, "id_token_algorithm", "a secret that is told");
}

#[tokio::test]
async fn attack_14_a_token_that_somebody_else_has_signed_is_refused_and_makes_no_flood_of_questions()
 {
    let scene = Scene::new().await;
    let mut same_name = Signer::new("one");
    let found = scene.is_refused(|claims| same_name.sign(&claims)).await;
    assert_eq!(found, "id_token_signature");
    same_name.kid = "unheard of";
    scene.is_let_in(|claims| scene.signer.sign(&claims)).await;
    let before = scene.provider.asked_for_keys();
    for _ in 0..3 {
        let mut browser = scene.house.browser();
        let said = (|claims| same_name.sign(&claims), json!({}));
        let answer = scene.comes_back(&mut browser, said).await;
        assert_eq!(refused(&mut browser, &answer).await, "id_token_key_unknown");
    }
    let asked = scene.provider.asked_for_keys() - before;
    assert_eq!(asked, 0, "it was asked just now");
}

#[tokio::test]
async fn attack_14_what_userinfo_says_of_somebody_else_is_refused() {
    let scene = Scene::new().await;
    for userinfo in [
        json!({"sub": "boss", "email": "boss@example.com"}),
        json!({"email": "boss@example.com"}),
    ] {
        let mut browser = scene.house.browser();
        let said = (|claims| scene.signer.sign(&claims), userinfo);
        let answer = scene.comes_back(&mut browser, said).await;
        assert_eq!(
            refused(&mut browser, &answer).await,
            "userinfo_of_somebody_else"
        );
    }
}

#[tokio::test]
async fn attack_22_a_second_factor_there_counts_by_the_values_that_were_chosen_alone() {
    let scene = Scene::new().await;
    for (amr, counts) in [(json!(["pwd"]), false), (json!(["pwd", "mfa"]), true)] {
        let mut browser = scene.house.browser();
        let token = |claims| scene.signer.sign(&with(claims, "amr", amr.clone()));
        scene
            .comes_back(&mut browser, (token, json!({"sub": "wang"})))
            .await;
        let session = browser.session(ACCESS).await.unwrap();
        assert_eq!(session.second_factor_at.is_some(), counts, "{amr}");
    }
}
