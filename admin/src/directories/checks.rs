//! What the settings of all sign-in pages are held to.

use url::{Host, Url};

use crate::refused::Invalid;

/// Whether nobody on the way reads what goes to an address.
#[must_use]
pub fn is_guarded(url: &Url) -> bool {
    let is_guarded = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        },
        _ => false,
    };
    is_guarded && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

/// The same of an address as it is written down.
#[must_use]
pub fn is_guarded_address(text: &str) -> bool {
    text.len() <= 500 && Url::parse(text).is_ok_and(|url| is_guarded(&url))
}

#[must_use]
pub fn is_authority(pem: &str) -> bool {
    let found = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
    pem.len() <= 64 * 1024 && found.is_ok_and(|found| !found.is_empty())
}

#[must_use]
pub fn no_authority() -> Invalid {
    Invalid::new(
        "source.ca",
        ("these are no certificates", "这不是有效的证书"),
        (
            "certificates in PEM (BEGIN CERTIFICATE), or nothing",
            "PEM 格式的证书（BEGIN CERTIFICATE），或留空",
        ),
    )
}

#[must_use]
pub fn no_address(field: &str) -> Invalid {
    Invalid::new(
        field,
        (
            "this address is not guarded on its way",
            "该地址不是安全的地址",
        ),
        (
            "an https:// address without user name and fragment; http:// only to an IP address of this machine",
            "https:// 地址，不含用户名和片段；仅本机 IP 地址可用 http://",
        ),
    )
}

/// What can stand beside others with a blank between them.
#[must_use]
pub fn is_token(text: &str) -> bool {
    is_word(text, 100, |c| c.is_ascii_graphic())
}

#[must_use]
pub fn is_word(text: &str, most: usize, fits: impl Fn(char) -> bool) -> bool {
    (1..=most).contains(&text.len()) && text.chars().all(fits)
}
