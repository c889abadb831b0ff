//! `[access]`: the host at which people sign in.

use crate::settings::section::Section;

/// Every link that Gatehouse builds starts from here, never from what a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessHost {
    /// `https://access.example.com` or with a port; no path. People reach applications by the same
    /// scheme and port.
    pub url: url::Url,
}

impl AccessHost {
    /// Stands in for one that could not be read, while the other settings are checked.
    pub(super) fn unknown() -> Option<Self> {
        let url = url::Url::parse("https://access.invalid").ok()?;
        Some(Self { url })
    }

    /// The host name, lower case, without port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// `:8443`, or nothing where the scheme's own port is used.
    #[must_use]
    pub fn port_suffix(&self) -> String {
        self.url
            .port()
            .map_or_else(String::new, |port| format!(":{port}"))
    }

    /// The origin at which people reach an application host, such as `https://wiki.example.com:8443`.
    #[must_use]
    pub fn origin_of(&self, host: &str) -> String {
        format!("{}://{host}{}", self.url.scheme(), self.port_suffix())
    }
}

/// What is allowed as `url`.
pub(super) const URL_ALLOWED: &str = "write the address at which people sign in, such as \
     https://access.example.com or https://access.example.com:8443: https (http only for localhost \
     and names under it), a host name, no path";

pub(super) fn read(section: &mut Section<'_>) -> Option<AccessHost> {
    section.require("url", URL_ALLOWED);
    let url = own_url(section)?;
    Some(AccessHost { url })
}

/// The address of a host with pages of our own.
pub(super) fn own_url(section: &mut Section<'_>) -> Option<url::Url> {
    section.parsed("url", URL_ALLOWED, |text| {
        let url = url::Url::parse(text).map_err(|error| error.to_string())?;
        check(&url).map(|()| url).map_err(str::to_owned)
    })
}

fn check(url: &url::Url) -> Result<(), &'static str> {
    let Some(url::Host::Domain(host)) = url.host() else {
        return Err("it has no host name; an address in numbers will not do");
    };
    let local = host == "localhost" || host.ends_with(".localhost");
    if url.scheme() != "https" && !(url.scheme() == "http" && local) {
        return Err("browsers keep our cookies over https only");
    }
    if host.ends_with('.') {
        return Err("the host name ends with a dot");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it has a user name or password in it");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("it has a path, query or fragment");
    }
    Ok(())
}
