//! Where the metadata of an identity provider is, how it is asked, and what it says of people under which name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{metadata, names};
use crate::directories::checks::{
    is_authority, is_guarded_address, is_word, no_address, no_authority,
};
use crate::refused::{Invalid, both};

/// Metadata that is written down is no longer, in bytes.
pub const MOST_METADATA: usize = 128 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SamlBinding {
    /// In the address.
    #[default]
    Redirect,
    /// In a form.
    Post,
}

/// As what the provider is asked to name people to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SamlNameFormat {
    /// As it likes.
    #[default]
    Unspecified,
    /// By a name of theirs for us alone, which never changes.
    Persistent,
    /// By another name each time: then an attribute must be the key.
    Transient,
    EmailAddress,
}

impl SamlNameFormat {
    #[must_use]
    pub fn uri(self) -> Option<&'static str> {
        match self {
            Self::Unspecified => None,
            Self::Persistent => Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
            Self::Transient => Some(names::TRANSIENT),
            Self::EmailAddress => Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
        }
    }
}

/// Under which names the provider says what of a person, by `Name` or by `FriendlyName`; empty: it is not taken
/// over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SamlAttributes {
    /// What never changes and is nobody else's; empty: the `NameID`.
    pub key: String,
    /// Empty: the `NameID`.
    pub username: String,
    /// The first of these that is there. At most 10.
    #[schema(max_items = 10)]
    pub display_name: Vec<String>,
    pub email: String,
    pub mobile: String,
    pub employee_number: String,
}

impl Default for SamlAttributes {
    fn default() -> Self {
        Self {
            key: String::new(),
            username: String::new(),
            display_name: vec!["displayName".to_owned(), "cn".to_owned()],
            email: "mail".to_owned(),
            mobile: String::new(),
            employee_number: String::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SamlSettings {
    /// Where the provider's metadata is fetched, now and again; empty: it is in `metadata`.
    #[serde(default)]
    pub metadata_url: String,
    /// The provider's metadata, as XML; empty: it is fetched. At most 128 KiB.
    #[serde(default)]
    pub metadata: String,
    /// Certificates in PEM of whoever signed that of the server of `metadata_url`; empty: those that this machine
    /// trusts.
    #[serde(default)]
    pub ca: String,
    /// Which provider it is, where the metadata tells of several; empty: the only one.
    #[serde(default)]
    pub entity_id: String,
    /// How requests get to the provider, if it takes them so.
    #[serde(default)]
    pub binding: SamlBinding,
    #[serde(default = "yes")]
    pub sign_requests: bool,
    #[serde(default)]
    pub name_format: SamlNameFormat,
    /// People prove anew who they are, even if the provider knows them already.
    #[serde(default)]
    pub force_authn: bool,
    /// Whether people may come whom we did not send. They are asked first whether they want to be signed in.
    #[serde(default)]
    pub idp_initiated: bool,
    #[serde(default)]
    pub attributes: SamlAttributes,
    /// By which authentication context classes the provider says that it has seen a second factor. At most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub second_factor: Vec<String>,
    /// How often our keys have followed each other. Raised by one, the next key, which our metadata has told of
    /// all along, is the one that signs.
    #[serde(default)]
    pub key_generation: u32,
}

fn yes() -> bool {
    true
}

impl SamlSettings {
    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        wrong.extend(self.metadata_problem());
        if !self.ca.is_empty() && !is_authority(&self.ca) {
            wrong.push(no_authority());
        }
        if !self.entity_id.is_empty() && !is_word(&self.entity_id, 1024, |c| !c.is_control()) {
            wrong.push(Invalid::new(
                "source.entity_id",
                ("this is no entity ID", "这不是有效的 entityID"),
                ("as it stands in the metadata", "与元数据中的 entityID 一致"),
            ));
        }
        if self.name_format == SamlNameFormat::Transient && self.attributes.key.is_empty() {
            wrong.push(Invalid::new(
                "source.attributes.key",
                (
                    "nobody is known again by a name that is another each time",
                    "临时标识每次都不同，无法识别同一个人",
                ),
                ("an attribute that never changes", "永不改变的属性"),
            ));
        }
        wrong.extend(self.attribute_problems());
        let class = |text: &String| is_word(text, 200, |c| c.is_ascii_graphic());
        if self.second_factor.len() > 20 || !self.second_factor.iter().all(class) {
            wrong.push(Invalid::new(
                "source.second_factor",
                ("these are no such values", "这些值无效"),
                (
                    "at most 20 values, each of 1 to 200 printable ASCII characters without blanks",
                    "最多 20 个，每个 1 到 200 个可打印 ASCII 字符，不含空格",
                ),
            ));
        }
        wrong
    }

    fn metadata_problem(&self) -> Option<Invalid> {
        match (self.metadata_url.as_str(), self.metadata.as_str()) {
            ("", "") => Some(Invalid::new(
                "source.metadata_url",
                ("there is no metadata", "缺少元数据"),
                (
                    "the address of the provider's metadata, or the metadata itself in source.metadata",
                    "填写身份提供方元数据的地址，或在 source.metadata 中填写元数据内容",
                ),
            )),
            ("", text) if text.len() > MOST_METADATA => Some(Invalid::new(
                "source.metadata",
                ("the metadata is too long", "元数据过长"),
                ("at most 128 KiB", "最多 128 KiB"),
            )),
            ("", text) => {
                let wrong = metadata::read(text, &self.entity_id).err();
                wrong.map(|unusable| Invalid {
                    field: "source.metadata".to_owned(),
                    what: unusable.why,
                    allowed: both(NEEDED),
                })
            }
            (_, "") => {
                (!is_guarded_address(&self.metadata_url)).then(|| no_address("source.metadata_url"))
            }
            _ => Some(Invalid::new(
                "source.metadata",
                (
                    "the metadata is both fetched and written down",
                    "元数据地址和元数据内容不能同时填写",
                ),
                ("one of the two", "只填其中一个"),
            )),
        }
    }

    fn attribute_problems(&self) -> Vec<Invalid> {
        let of = &self.attributes;
        let mut named = vec![
            ("source.attributes.key", &of.key, false),
            ("source.attributes.username", &of.username, false),
            ("source.attributes.email", &of.email, false),
            ("source.attributes.mobile", &of.mobile, false),
            (
                "source.attributes.employee_number",
                &of.employee_number,
                false,
            ),
        ];
        let shown = of.display_name.iter();
        named.extend(shown.map(|name| ("source.attributes.display_name", name, true)));
        let fits = |name: &str| is_word(name, 200, |c| c.is_ascii_graphic());
        let unfit = named
            .into_iter()
            .filter(|(_, name, needed)| !(fits(name) || (!needed && name.is_empty())));
        let mut wrong: Vec<_> = unfit
            .map(|(field, ..)| {
                Invalid::new(
                    field,
                    ("this is no name of an attribute", "这不是有效的属性名称"),
                    (
                        "a name such as mail or urn:oid:0.9.2342.19200300.100.1.3",
                        "例如 mail 或 urn:oid:0.9.2342.19200300.100.1.3",
                    ),
                )
            })
            .collect();
        if of.display_name.len() > 10 {
            wrong.push(Invalid::too_many("source.attributes.display_name", 10));
        }
        wrong
    }
}

const NEEDED: (&str, &str) = (
    "metadata of a SAML 2.0 identity provider, with a certificate for signatures",
    "SAML 2.0 身份提供方的元数据，且包含签名证书",
);
