//! What we say to identity providers: that somebody wants to sign in, that a session is over, and who we are. And
//! how it gets there: in an address that is signed, or in a form with a signed document (SAML Bindings §3.4, §3.5).

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::Timestamp;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use openssl::pkey::{PKey, Private};
use url::Url;
use url::form_urlencoded::Serializer;

use super::assertion::NameId;
use super::metadata::Endpoint;
use super::names::{ASSERTION, METADATA, POST, PROTOCOL, REDIRECT, RSA_SHA256, SIGNATURE};
use super::response::escaped;
use super::settings::{SamlBinding, SamlSettings};
use super::signature;
use crate::directories::provider::Onward;

/// No message that we read is longer, in bytes, before or after it is inflated.
pub const LONGEST: usize = 512 * 1024;

/// Who says something, to whom, and when.
pub struct Head<'a> {
    pub id: &'a str,
    pub issuer: &'a str,
    pub to: &'a Url,
    pub now: Timestamp,
}

/// The start tag of a message, with who says it.
fn begun(name: &str, head: &Head<'_>, attributes: &str) -> String {
    format!(
        "<samlp:{name} xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{}\" Version=\"2.0\" \
         IssueInstant=\"{}\" Destination=\"{}\"{attributes}><saml:Issuer>{}</saml:Issuer>",
        head.id,
        super::written(head.now),
        escaped(head.to.as_str()),
        escaped(head.issuer),
    )
}

#[must_use]
pub fn authn_request(
    head: &Head<'_>,
    (callback, afresh): (&str, bool),
    settings: &SamlSettings,
) -> String {
    let force = if settings.force_authn || afresh {
        " ForceAuthn=\"true\""
    } else {
        ""
    };
    let attributes = format!(
        "{force} ProtocolBinding=\"{POST}\" AssertionConsumerServiceURL=\"{}\"",
        escaped(callback)
    );
    let format = match settings.name_format.uri() {
        Some(uri) => format!(" Format=\"{uri}\""),
        None => String::new(),
    };
    format!(
        "{}<samlp:NameIDPolicy{format} AllowCreate=\"true\"/></samlp:AuthnRequest>",
        begun("AuthnRequest", head, &attributes)
    )
}

#[must_use]
pub fn logout_request(head: &Head<'_>, name: &NameId, session: Option<&str>) -> String {
    let attribute = |key: &str, value: &Option<String>| match value {
        Some(value) => format!(" {key}=\"{}\"", escaped(value)),
        None => String::new(),
    };
    let attributes = [
        attribute("Format", &name.format),
        attribute("NameQualifier", &name.name_qualifier),
        attribute("SPNameQualifier", &name.sp_name_qualifier),
    ]
    .concat();
    let session = match session {
        Some(session) => format!(
            "<samlp:SessionIndex>{}</samlp:SessionIndex>",
            escaped(session)
        ),
        None => String::new(),
    };
    format!(
        "{}<saml:NameID{attributes}>{}</saml:NameID>{session}</samlp:LogoutRequest>",
        begun("LogoutRequest", head, ""),
        escaped(&name.value)
    )
}

#[must_use]
pub fn logout_response(head: &Head<'_>, request: &str, status: &str) -> String {
    let attributes = format!(" InResponseTo=\"{}\"", escaped(request));
    format!(
        "{}<samlp:Status><samlp:StatusCode Value=\"{status}\"/></samlp:Status></samlp:LogoutResponse>",
        begun("LogoutResponse", head, &attributes)
    )
}

/// A message under way.
pub struct Parcel<'a> {
    /// `SAMLRequest` or `SAMLResponse`.
    pub field: &'static str,
    pub id: &'a str,
    pub text: String,
    pub relay_state: &'a str,
    /// By which it is signed.
    pub key: Option<&'a PKey<Private>>,
}

/// The way of a message to one of the provider's addresses. `None`: it could not be signed.
#[must_use]
pub fn sent(parcel: &Parcel<'_>, to: &Url, endpoint: &Endpoint) -> Option<Onward> {
    match endpoint.binding {
        SamlBinding::Redirect => redirected(parcel, to).map(Onward::To),
        SamlBinding::Post => {
            let text = match parcel.key {
                Some(key) => signature::sign(&with_template(parcel), key)?,
                None => parcel.text.clone(),
            };
            let mut fields = vec![(parcel.field, STANDARD.encode(text))];
            if !parcel.relay_state.is_empty() {
                fields.push(("RelayState", parcel.relay_state.to_owned()));
            }
            Some(Onward::Form(to.clone(), fields))
        }
    }
}

/// The schema wants the signature behind the issuer.
fn with_template(parcel: &Parcel<'_>) -> String {
    let end = "</saml:Issuer>";
    let template = signature::template(parcel.id);
    parcel.text.replacen(end, &format!("{end}{template}"), 1)
}

fn redirected(parcel: &Parcel<'_>, to: &Url) -> Option<Url> {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(parcel.text.as_bytes()).ok()?;
    let message = STANDARD.encode(deflated.finish().ok()?);
    let mut query = Serializer::new(String::new());
    query.append_pair(parcel.field, &message);
    if !parcel.relay_state.is_empty() {
        query.append_pair("RelayState", parcel.relay_state);
    }
    if parcel.key.is_some() {
        query.append_pair("SigAlg", RSA_SHA256);
    }
    let mut query = query.finish();
    if let Some(key) = parcel.key {
        let signature = STANDARD.encode(signature::sign_query(&query, key)?);
        let mut more = Serializer::new(query);
        more.append_pair("Signature", &signature);
        query = more.finish();
    }
    let query = match to.query() {
        Some(own) if !own.is_empty() => format!("{own}&{query}"),
        _ => query,
    };
    let mut address = to.clone();
    address.set_query(Some(&query));
    Some(address)
}

/// The text of a message that came in an address.
#[must_use]
pub fn inflated(message: &str) -> Option<String> {
    let deflated = STANDARD.decode(message).ok()?;
    let mut text = String::new();
    let mut reader = DeflateDecoder::new(deflated.as_slice()).take(LONGEST as u64 + 1);
    reader.read_to_string(&mut text).ok()?;
    (text.len() <= LONGEST).then_some(text)
}

/// The text of a message that came in a form.
#[must_use]
pub fn decoded(message: &str) -> Option<String> {
    if message.len() > LONGEST * 4 / 3 {
        return None;
    }
    let bare: String = message.split_ascii_whitespace().collect();
    String::from_utf8(STANDARD.decode(bare).ok()?).ok()
}

/// Where we are found by one provider.
pub struct Own {
    pub entity_id: String,
    pub callback: String,
    pub logout: String,
}

/// Our metadata, with the certificates of our keys in base64, the one that signs first.
#[must_use]
pub fn own_metadata(own: &Own, certificates: &[String], settings: &SamlSettings) -> String {
    let key = |its: &str, certificate: &String| {
        let methods = if its == "encryption" { ENCRYPTIONS } else { "" };
        format!(
            "<md:KeyDescriptor use=\"{its}\"><ds:KeyInfo xmlns:ds=\"{SIGNATURE}\"><ds:X509Data>\
             <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{methods}\
             </md:KeyDescriptor>"
        )
    };
    let signing = certificates.iter().map(|one| key("signing", one));
    let encrypting = certificates
        .iter()
        .take(1)
        .map(|one| key("encryption", one));
    let keys: String = signing.chain(encrypting).collect();
    let logout: String = [REDIRECT, POST]
        .map(|binding| {
            format!(
                "<md:SingleLogoutService Binding=\"{binding}\" Location=\"{}\"/>",
                escaped(&own.logout)
            )
        })
        .concat();
    let format = match settings.name_format.uri() {
        Some(uri) => format!("<md:NameIDFormat>{uri}</md:NameIDFormat>"),
        None => String::new(),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{}\"><md:SPSSODescriptor \
         AuthnRequestsSigned=\"{}\" WantAssertionsSigned=\"true\" protocolSupportEnumeration=\"{PROTOCOL}\">\
         {keys}{logout}{format}<md:AssertionConsumerService Binding=\"{POST}\" Location=\"{}\" index=\"0\" \
         isDefault=\"true\"/></md:SPSSODescriptor></md:EntityDescriptor>\n",
        escaped(&own.entity_id),
        settings.sign_requests,
        escaped(&own.callback),
    )
}

/// What we open, the best first.
const ENCRYPTIONS: &str = "<md:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/>\
    <md:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes128-gcm\"/>\
    <md:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes256-cbc\"/>\
    <md:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes128-cbc\"/>\
    <md:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"/>";
