//! Signatures in XML, and of addresses.
//!
//! `samael` has xmlsec check them, and hands over the very bytes that were digested ([`ReduceMode::PreDigest`]):
//! nothing else of the document is read afterwards, so that it does not matter where in it they lay (attack:
//! signature wrapping). What it does not check is checked here before: that a signature is of the element in which
//! it stands and of nothing else, that nothing but an enveloped signature is left out of what is digested, and that
//! only the algorithms below are used. xmlsec is C; by then a parser in safe Rust has seen that the document is
//! well-formed, not deep, and without a document type.

use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Private};
use openssl::sign::{Signer, Verifier};
use openssl::x509::X509;
use roxmltree::{Document, Node};
use samael::crypto::{
    AllowedSignatureAlgorithm, CertificateDer, Crypto, CryptoProvider as _, ReduceMode,
};

use super::names::{CANONICAL, ENVELOPED, RSA_SHA256, RSA_SHA384, RSA_SHA512, SIGNATURE};
use crate::directories::xml;

/// Nothing by SHA-1, and nothing by a secret.
const ALGORITHMS: [AllowedSignatureAlgorithm; 6] = [
    AllowedSignatureAlgorithm::RsaSha256,
    AllowedSignatureAlgorithm::RsaSha384,
    AllowedSignatureAlgorithm::RsaSha512,
    AllowedSignatureAlgorithm::EcdsaSha256,
    AllowedSignatureAlgorithm::EcdsaSha384,
    AllowedSignatureAlgorithm::EcdsaSha512,
];

/// It was signed by a key that is not among those that are known, or not at all by whoever it says.
pub const UNKNOWN_KEY: &str = "signature";

/// The signature of an element, if it has one.
///
/// # Errors
/// If there are several, or it is of something else.
pub fn of<'a, 'i>(signed: Node<'a, 'i>) -> Result<Option<Node<'a, 'i>>, &'static str> {
    let mut found = xml::children(signed, SIGNATURE, "Signature");
    let Some(signature) = found.next() else {
        return Ok(None);
    };
    if found.next().is_some() {
        return Err("several_signatures");
    }
    let info = xml::only(signature, SIGNATURE, "SignedInfo").ok_or("signature_shape")?;
    let reference = xml::only(info, SIGNATURE, "Reference").ok_or("signature_shape")?;
    let id = signed.attribute("ID").filter(|id| !id.is_empty());
    let uri = reference.attribute("URI").unwrap_or_default();
    if uri.strip_prefix('#') != id || id.is_none() {
        return Err("signature_of_something_else");
    }
    let method = xml::only(info, SIGNATURE, "CanonicalizationMethod").ok_or("signature_shape")?;
    if method.attribute("Algorithm") != Some(CANONICAL) {
        return Err("signature_transforms");
    }
    check_transforms(reference)?;
    if xml::children(signature, SIGNATURE, "Object")
        .next()
        .is_some()
    {
        return Err("signature_shape");
    }
    Ok(Some(signature))
}

/// SAML Core §5.4.4: the signature itself is left out, and the rest written canonically. No more: what a transform
/// leaves out was not signed.
fn check_transforms(reference: Node<'_, '_>) -> Result<(), &'static str> {
    let all = xml::only(reference, SIGNATURE, "Transforms").ok_or("signature_transforms")?;
    let names: Vec<_> = all
        .children()
        .filter(Node::is_element)
        .map(|one| one.attribute("Algorithm"))
        .collect();
    match names[..] {
        [Some(ENVELOPED)] | [Some(ENVELOPED), Some(CANONICAL)] => Ok(()),
        _ => Err("signature_transforms"),
    }
}

/// Whether each signature in the document stands where signatures are looked for, and each ID is there once.
///
/// # Errors
/// If not: then there are things in it that are not meant for us.
pub fn check_places(document: &Document<'_>, places: &[Node<'_, '_>]) -> Result<(), &'static str> {
    let mut ids = std::collections::HashSet::new();
    for node in document.descendants().filter(Node::is_element) {
        let is_signature = node.has_tag_name((SIGNATURE, "Signature"));
        let stands = node.parent().is_some_and(|parent| places.contains(&parent));
        if is_signature && !stands {
            return Err("signature_elsewhere");
        }
        for attribute in node.attributes() {
            let name = attribute.name();
            if name.eq_ignore_ascii_case("id") && !ids.insert(attribute.value()) {
                return Err("id_twice");
            }
        }
    }
    Ok(())
}

/// Checks all signatures of a document; gives what was digested of the outermost.
///
/// # Errors
/// If one is by none of the keys.
pub fn verified(text: &str, certificates: &[Vec<u8>]) -> Result<String, &'static str> {
    let certificates: Vec<_> = certificates
        .iter()
        .map(|der| CertificateDer::from(der.clone()))
        .collect();
    // Whatever encoding a declaration names: what xmlsec reads is what was read here, which is UTF-8.
    let text = xml::without_declaration(text);
    Crypto::reduce_xml_to_signed_with_allowed_algorithms(
        text,
        &certificates,
        ReduceMode::PreDigest,
        Some(&ALGORITHMS),
    )
    .map_err(|error| {
        tracing::debug!(%error, "a signature does not hold");
        UNKNOWN_KEY
    })
}

/// What stands in a document where its signature will be.
#[must_use]
pub fn template(id: &str) -> String {
    format!(
        "<ds:Signature xmlns:ds=\"{SIGNATURE}\"><ds:SignedInfo>\
         <ds:CanonicalizationMethod Algorithm=\"{CANONICAL}\"/><ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"/>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"/>\
         <ds:Transform Algorithm=\"{CANONICAL}\"/></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue/>\
         </ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )
}

/// Fills the template in.
pub fn sign(text: &str, key: &PKey<Private>) -> Option<String> {
    let der = key.private_key_to_der().ok()?;
    Crypto::sign_xml(text, &der).ok()
}

/// The signature of the query of an address (SAML Bindings §3.4.4.1).
pub fn sign_query(query: &str, key: &PKey<Private>) -> Option<Vec<u8>> {
    let mut signer = Signer::new(MessageDigest::sha256(), key).ok()?;
    signer.sign_oneshot_to_vec(query.as_bytes()).ok()
}

/// Whether one of the keys signed the query.
#[must_use]
pub fn query_holds(
    query: &str,
    (algorithm, signature): (&str, &[u8]),
    certificates: &[Vec<u8>],
) -> bool {
    let digest = match algorithm {
        RSA_SHA256 => MessageDigest::sha256(),
        RSA_SHA384 => MessageDigest::sha384(),
        RSA_SHA512 => MessageDigest::sha512(),
        _ => return false,
    };
    let holds = |der: &[u8]| {
        let key = X509::from_der(der).ok()?.public_key().ok()?;
        if key.id() != Id::RSA {
            return None;
        }
        let mut verifier = Verifier::new(digest, &key).ok()?;
        verifier.verify_oneshot(signature, query.as_bytes()).ok()
    };
    certificates.iter().any(|der| holds(der) == Some(true))
}
