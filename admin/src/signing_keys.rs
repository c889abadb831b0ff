//! The keys that sign identity assertions (ES256, RFC 7518 §3.4), and how one follows another.
//!
//! A key is published before it signs, so that applications which keep the key set have it in time,
//! and stays published after it has been retired, until all that it signed has expired.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use config::Timestamp;
use config::snapshot::{SigningKey, SigningKeys};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::sealed::{Place, Sealer};
use crate::store::changes::{self, Change};
use crate::store::signing_keys::{self, KeyRow};
use crate::store::{Store, StoreError};

/// A key signs for so long.
const LIFE: Duration = Duration::from_hours(30 * 24);
/// It is published so long before; key sets are usually kept for minutes to hours.
const LEAD: Duration = Duration::from_hours(24);
/// And so long after: far beyond the life of an assertion.
const OVERLAP: Duration = Duration::from_hours(24);

/// What is due. At most one step at a time; they are taken until nothing is due.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// There is none that signs: make one that does so at once.
    MakeSigning,
    /// Make the successor.
    MakeWaiting,
    /// Let the successor sign.
    Promote(String),
    Forget(String),
}

fn next_step(keys: &[KeyRow], now: Timestamp) -> Option<Step> {
    let signing = keys
        .iter()
        .find_map(|k| k.signs_since.filter(|_| k.retired_at.is_none()));
    let waiting = keys.iter().find(|k| k.signs_since.is_none());
    let (Some(since), waiting) = (signing, waiting) else {
        return Some(Step::MakeSigning);
    };
    match waiting {
        None if now >= since.plus(LIFE).minus(LEAD) => return Some(Step::MakeWaiting),
        Some(key) if now >= key.created_at.plus(LEAD) => {
            return Some(Step::Promote(key.kid.clone()));
        }
        _ => {}
    }
    keys.iter()
        .find(|k| k.retired_at.is_some_and(|at| now >= at.plus(OVERLAP)))
        .map(|k| Step::Forget(k.kid.clone()))
}

/// Does what is due. Any number of nodes may call it at once: they take turns, and those that come
/// later find nothing to do. Says whether something changed.
pub async fn rotate(store: &Store, sealer: &Sealer, now: Timestamp) -> Result<bool, StoreError> {
    let mut read = store.read().await?;
    let keys = signing_keys::all(&mut read).await?;
    drop(read);
    if next_step(&keys, now).is_none() {
        return Ok(false);
    }
    let mut tx = store.begin().await?;
    changes::announce(&mut tx, Change::Snapshot, now).await?;
    let mut changed = false;
    // Looked at again now that this node has its turn.
    while let Some(step) = next_step(&signing_keys::all(&mut tx).await?, now) {
        tracing::info!(?step, "identity signing keys");
        match step {
            Step::MakeSigning => signing_keys::insert(&mut tx, &make(sealer, now, true)?).await?,
            Step::MakeWaiting => signing_keys::insert(&mut tx, &make(sealer, now, false)?).await?,
            Step::Promote(kid) => signing_keys::promote(&mut tx, &kid, now).await?,
            Step::Forget(kid) => signing_keys::delete(&mut tx, &kid).await?,
        }
        changed = true;
    }
    if changed {
        tx.commit().await?;
    }
    Ok(changed)
}

/// What goes into the snapshot; `None` before the first key has been made.
///
/// # Errors
/// If a key cannot be unsealed.
pub fn publish(keys: &[KeyRow], sealer: &Sealer) -> Result<Option<SigningKeys>, StoreError> {
    let Some(signing) = keys
        .iter()
        .find(|k| k.signs_since.is_some() && k.retired_at.is_none())
    else {
        return Ok(None);
    };
    let unreadable =
        |why: String| StoreError::Corrupt(format!("the signing key {}: {why}", signing.kid));
    let pem = sealer
        .open(place(&signing.kid), &signing.private_key)
        .map_err(|e| unreadable(e.to_string()))?;
    let pem = std::str::from_utf8(&pem).map_err(|e| unreadable(e.to_string()))?;
    let published = keys
        .iter()
        .map(|k| serde_json::from_str(&k.public_jwk))
        .collect::<Result<Vec<Value>, _>>()?;
    Ok(Some(SigningKeys {
        current: SigningKey {
            kid: signing.kid.clone(),
            private_pem: pem.into(),
        },
        jwks: json!({ "keys": published }).to_string().into(),
    }))
}

fn place(kid: &str) -> Place<'_> {
    Place {
        table: "signing_keys",
        column: "private_key",
        row: kid,
    }
}

fn make(sealer: &Sealer, now: Timestamp, signs: bool) -> Result<KeyRow, StoreError> {
    let secret = random_key();
    let point = secret.public_key().to_encoded_point(false);
    let (Some(x), Some(y)) = (point.x(), point.y()) else {
        return Err(StoreError::Other("a public key without coordinates".into()));
    };
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let kid = thumbprint(&x, &y);
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y,
    });
    let pem = secret
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|e| StoreError::Other(e.to_string()))?;
    Ok(KeyRow {
        private_key: sealer.seal(place(&kid), pem.as_bytes()),
        kid,
        public_jwk: jwk.to_string(),
        created_at: now,
        signs_since: signs.then_some(now),
        retired_at: None,
    })
}

fn random_key() -> SecretKey {
    loop {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rand::fill(&mut bytes[..]);
        // All but one in 2^32 are below the order of the curve.
        if let Ok(key) = SecretKey::from_slice(&bytes[..]) {
            return key;
        }
    }
}

/// RFC 7638 §3: SHA-256 of the required members in this very form and order.
fn thumbprint(x: &str, y: &str) -> String {
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};

    use super::*;
    use crate::store::testing::on_both_engines;

    const DAY: Duration = Duration::from_hours(24);

    fn sealer() -> Sealer {
        Sealer::new(&[Zeroizing::new([7; 32])]).unwrap()
    }

    async fn published(store: &Store) -> (String, Vec<String>) {
        let keys = signing_keys::all(&mut store.read().await.unwrap())
            .await
            .unwrap();
        let keys = publish(&keys, &sealer()).unwrap().unwrap();
        let jwks: Value = serde_json::from_str(&keys.jwks).unwrap();
        let kids = jwks["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|k| k["kid"].as_str().unwrap().to_owned())
            .collect();
        (keys.current.kid, kids)
    }

    #[tokio::test]
    async fn a_key_is_published_before_it_signs_and_after() {
        on_both_engines(async |store| {
            let start = Timestamp(1_767_225_600_000);
            let rotate_at = async |after: Duration| {
                rotate(&store, &sealer(), start.plus(after)).await.unwrap();
                published(&store).await
            };
            let (first, kids) = rotate_at(Duration::ZERO).await;
            assert_eq!(kids, [first.as_str()]);

            let (signing, kids) = rotate_at(DAY * 29).await;
            assert_eq!((signing.as_str(), kids.len()), (first.as_str(), 2));
            let second = kids[1].clone();

            let (signing, kids) = rotate_at(DAY * 30).await;
            assert_eq!((signing.as_str(), kids.len()), (second.as_str(), 2));

            let (signing, kids) = rotate_at(DAY * 31).await;
            assert_eq!((signing, kids), (second.clone(), vec![second]));
        })
        .await;
    }

    #[tokio::test]
    async fn nodes_that_start_at_once_agree_on_one_key() {
        on_both_engines(async |store| {
            let tasks: Vec<_> = (0..6)
                .map(|_| {
                    let store = store.store.clone();
                    tokio::spawn(async move { rotate(&store, &sealer(), Timestamp(5)).await })
                })
                .collect();
            let mut made = 0;
            for task in tasks {
                made += u32::from(task.await.unwrap().unwrap());
            }
            assert_eq!(made, 1);
            assert_eq!(published(&store).await.1.len(), 1);
        })
        .await;
    }

    #[test]
    fn what_is_signed_is_verified_by_the_published_key() {
        let row = make(&sealer(), Timestamp(1), true).unwrap();
        let keys = publish(&[row], &sealer()).unwrap().unwrap();
        let set: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&keys.jwks).unwrap();
        let jwk = set.find(&keys.current.kid).unwrap();
        let key = EncodingKey::from_ec_pem(keys.current.private_pem.as_bytes()).unwrap();
        let claims = json!({"exp": 4_000_000_000_u64});
        let token = encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap();
        let verified = decode::<Value>(
            &token,
            &DecodingKey::from_jwk(jwk).unwrap(),
            &Validation::new(Algorithm::ES256),
        );
        assert_eq!(verified.unwrap().claims, claims);
    }

    #[test]
    fn the_private_key_cannot_be_read_without_the_master_key() {
        let row = make(&sealer(), Timestamp(1), true).unwrap();
        let other = Sealer::new(&[Zeroizing::new([8; 32])]).unwrap();
        assert!(publish(std::slice::from_ref(&row), &other).is_err());
        assert!(!String::from_utf8_lossy(&row.private_key).contains("PRIVATE KEY"));
    }
}
