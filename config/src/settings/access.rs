//! `[access]`: the host at which people sign in.

/// Every link that Gatehouse builds starts from here, never from what a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessHost {
    /// `https://access.example.com` or with a port; no path. People reach applications by the same
    /// scheme and port.
    pub url: url::Url,
}

impl AccessHost {
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
