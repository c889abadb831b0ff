//! What an identity provider says of itself (SAML Metadata §2): its name, where it is asked, and the certificates
//! by which it signs. A certificate only carries a key here: its end and its issuer say nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::Timestamp;
use openssl::pkey::Id;
use openssl::x509::X509;
use roxmltree::{Document, Node};
use url::Url;

use super::names::{METADATA, POST, PROTOCOL, REDIRECT, SIGNATURE};
use super::settings::SamlBinding;
use crate::directories::checks::is_guarded;
use crate::directories::provider::Unusable;
use crate::directories::xml;

/// Shorter keys of RSA can be factored, and of curves computed, in bits.
const LEAST_RSA: u32 = 2048;
const LEAST_CURVE: u32 = 256;

/// An address of the provider's, and how it takes what is sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub binding: SamlBinding,
    pub at: Url,
    /// Where answers go, if that is elsewhere.
    pub answers_at: Url,
}

/// An identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idp {
    pub entity_id: String,
    pub sign_in: Vec<Endpoint>,
    pub logout: Vec<Endpoint>,
    /// By which it signs, as DER; never none.
    pub certificates: Vec<Vec<u8>>,
    pub valid_until: Option<Timestamp>,
}

impl Idp {
    /// The address of that binding, or of another one.
    #[must_use]
    pub fn endpoint(of: &[Endpoint], binding: SamlBinding) -> Option<&Endpoint> {
        let preferred = of.iter().find(|one| one.binding == binding);
        preferred.or_else(|| of.first())
    }
}

/// Reads the metadata of the provider of that name, or of the only one.
///
/// # Errors
/// If it is none that can be used. Without a certificate for signatures nothing could be believed.
pub fn read(text: &str, entity_id: &str) -> Result<Idp, Unusable> {
    let document =
        xml::parse_trusted(text.trim_start_matches('\u{feff}').trim()).map_err(no_xml)?;
    let (entity, role) = provider(&document, entity_id)?;
    let name = entity.attribute("entityID").unwrap_or_default();
    let idp = Idp {
        entity_id: name.to_owned(),
        sign_in: endpoints(role, "SingleSignOnService")?,
        logout: endpoints(role, "SingleLogoutService")?,
        certificates: certificates(role)?,
        valid_until: valid_until(entity, role)?,
    };
    if name.is_empty() || name.len() > 1024 {
        return Err(Unusable::new((
            "the provider has no entityID",
            "元数据中没有 entityID",
        )));
    }
    if idp.sign_in.is_empty() {
        return Err(Unusable::new((
            "the provider has no address for sign-in by redirect or by POST",
            "元数据中没有支持 HTTP-Redirect 或 HTTP-POST 的登录地址",
        )));
    }
    Ok(idp)
}

fn no_xml(reason: &str) -> Unusable {
    Unusable::new((
        &format!("this is no metadata of SAML ({reason})"),
        &format!("这不是有效的 SAML 元数据（{reason}）"),
    ))
}

type Found<'a, 'i> = (Node<'a, 'i>, Node<'a, 'i>);

/// The provider's own entity, and what it says of itself as a provider.
fn provider<'a, 'i>(
    document: &'a Document<'i>,
    entity_id: &str,
) -> Result<Found<'a, 'i>, Unusable> {
    let entities = document
        .descendants()
        .filter(|node| node.has_tag_name((METADATA, "EntityDescriptor")));
    let mut found = entities
        .filter(|node| entity_id.is_empty() || node.attribute("entityID") == Some(entity_id))
        .filter_map(|node| {
            let speaks = |role: &Node<'_, '_>| {
                let protocols = role.attribute("protocolSupportEnumeration");
                let mut protocols = protocols.unwrap_or_default().split_whitespace();
                protocols.any(|protocol| protocol == PROTOCOL)
            };
            let role = xml::children(node, METADATA, "IDPSSODescriptor").find(speaks);
            role.map(|role| (node, role))
        });
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(Unusable::new((
            "the metadata tells of several providers: say which by its entity ID",
            "元数据中有多个身份提供方，请填写 entityID 指定其中一个",
        ))),
        (None, _) => Err(Unusable::new((
            "the metadata tells of no such SAML 2.0 identity provider",
            "元数据中没有符合的 SAML 2.0 身份提供方",
        ))),
    }
}

fn endpoints(role: Node<'_, '_>, name: &'static str) -> Result<Vec<Endpoint>, Unusable> {
    let mut found = Vec::new();
    for node in xml::children(role, METADATA, name) {
        let binding = match node.attribute("Binding") {
            Some(REDIRECT) => SamlBinding::Redirect,
            Some(POST) => SamlBinding::Post,
            _ => continue,
        };
        let address = |attribute: &str| match node.attribute(attribute).map(Url::parse) {
            None => Ok(None),
            Some(Ok(url)) if is_guarded(&url) => Ok(Some(url)),
            Some(_) => Err(Unusable::new((
                "the provider has an address that is not https://",
                "身份提供方的某个地址不是 https://",
            ))),
        };
        if let Some(at) = address("Location")? {
            found.push(Endpoint {
                binding,
                answers_at: address("ResponseLocation")?.unwrap_or_else(|| at.clone()),
                at,
            });
        }
    }
    Ok(found)
}

fn certificates(role: Node<'_, '_>) -> Result<Vec<Vec<u8>>, Unusable> {
    let mut found = Vec::new();
    for key in xml::children(role, METADATA, "KeyDescriptor") {
        if key.attribute("use").is_some_and(|its| its != "signing") {
            continue;
        }
        let of_signature = |node: &Node<'_, '_>| node.has_tag_name((SIGNATURE, "X509Certificate"));
        for node in key.descendants().filter(of_signature) {
            let text = xml::text_of(node).unwrap_or_default();
            let bare: String = text.split_whitespace().collect();
            let der = STANDARD.decode(bare).map_err(|_| no_certificate())?;
            if !is_strong(&der).ok_or_else(no_certificate)? {
                return Err(Unusable::new((
                    "a key of the provider is too short: RSA needs 2048 bits, curves 256",
                    "身份提供方的密钥过短：RSA 至少 2048 位，椭圆曲线至少 256 位",
                )));
            }
            found.push(der);
        }
    }
    if found.is_empty() {
        return Err(Unusable::new((
            "the provider tells no certificate by which it signs: nothing that it says could be believed",
            "元数据中没有签名证书，无法验证其签名",
        )));
    }
    Ok(found)
}

fn no_certificate() -> Unusable {
    Unusable::new((
        "a certificate of the provider cannot be read",
        "身份提供方的证书无法读取",
    ))
}

/// Whether the key of a certificate is long enough; `None`: it is none.
fn is_strong(der: &[u8]) -> Option<bool> {
    let key = X509::from_der(der).ok()?.public_key().ok()?;
    Some(match key.id() {
        Id::RSA => key.bits() >= LEAST_RSA,
        Id::EC => key.bits() >= LEAST_CURVE,
        _ => false,
    })
}

/// The sooner of what is said of the entity and of its role.
fn valid_until(entity: Node<'_, '_>, role: Node<'_, '_>) -> Result<Option<Timestamp>, Unusable> {
    let mut soonest = None;
    for node in [entity, role].into_iter().chain(entity.ancestors()) {
        if let Some(text) = node.attribute("validUntil") {
            let until = super::time(text).ok_or_else(|| no_xml("validUntil"))?;
            soonest = Some(soonest.map_or(until, |other: Timestamp| other.min(until)));
        }
    }
    Ok(soonest)
}
