//! Who is told that a certificate expires: nobody once browsers are shown others in its place.

#![allow(clippy::unwrap_used, reason = "what a test relies on may end it")]

use std::sync::Arc;

use certs::{CertificateStore, Pair};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, SignatureAlgorithm};

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;
const VALID: i32 = 2030;
const EXPIRED: i32 = 2020;

/// For this name until that year.
fn upload(name: &str, until: i32, kind: &'static SignatureAlgorithm) -> Arc<Pair> {
    let key = KeyPair::generate_for(kind).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let chain = params.self_signed(&key).unwrap().pem();
    Arc::new(Pair::of_upload(name, &chain, &key.serialize_pem()).unwrap())
}

/// Which of them, in the order in which they are served, others take the place of.
fn superseded(uploads: &[Arc<Pair>]) -> Vec<bool> {
    let store = CertificateStore::load(&[], NOW).unwrap();
    store.set_uploads(uploads, NOW);
    store.pairs().iter().map(|(_, is)| *is).collect()
}

#[test]
fn an_expired_certificate_that_a_valid_wildcard_answers_for_is_told_of_no_more() {
    let ecdsa = |name, until| upload(name, until, &PKCS_ECDSA_P256_SHA256);
    let expired = ecdsa("wiki.example.com", EXPIRED);
    let alone = ecdsa("other.example.org", EXPIRED);
    let store = CertificateStore::load(&[], NOW).unwrap();
    let mut all = vec![expired, alone];
    store.set_uploads(&all, NOW);
    assert_eq!(store.expiries().len(), 2);
    all.push(ecdsa("*.example.com", VALID));
    store.set_uploads(&all, NOW);
    let told: Vec<_> = store.expiries().into_iter().map(|e| e.name).collect();
    assert_eq!(told, ["*.example.com", "other.example.org"]);
}

#[test]
fn an_expired_certificate_is_told_of_no_more_once_a_valid_one_has_a_key_that_browsers_take() {
    let valid = upload("wiki.example.com", VALID, &PKCS_ECDSA_P256_SHA256);
    let expired = upload("wiki.example.com", EXPIRED, &PKCS_ED25519);
    assert_eq!(superseded(&[valid, expired]), [false, true]);
}

#[test]
fn an_expired_certificate_is_told_of_while_the_valid_one_has_a_key_that_browsers_do_not_take() {
    let valid = upload("wiki.example.com", VALID, &PKCS_ED25519);
    let of_its_kind = upload("wiki.example.com", EXPIRED, &PKCS_ED25519);
    let expired = upload("wiki.example.com", EXPIRED, &PKCS_ECDSA_P256_SHA256);
    let all = [valid, of_its_kind, expired];
    assert_eq!(superseded(&all), [false, true, false]);
}
