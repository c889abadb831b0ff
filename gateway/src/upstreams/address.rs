//! Where an upstream's address leads. Names are resolved in the background, so that no request
//! waits for a resolver.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arc_swap::ArcSwap;

/// The socket addresses of one upstream; several take turns.
pub struct Addresses {
    /// What to ask the resolver for; `None` where the operator wrote an IP address.
    name: Option<(String, u16)>,
    known: ArcSwap<Vec<SocketAddr>>,
    asked: AtomicBool,
    next: AtomicUsize,
}

impl Addresses {
    /// Reads `host:port`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let (host, port) = text
            .rsplit_once(':')
            .ok_or_else(|| format!("\"{text}\" has no port"))?;
        let port = match port.parse() {
            Ok(port) if port != 0 => port,
            _ => return Err(format!("\"{port}\" is not a port")),
        };
        let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let address: Option<IpAddr> = match bracketed {
            Some(inner) => Some(
                inner
                    .parse()
                    .map_err(|_| format!("\"{inner}\" is not an IPv6 address"))?,
            ),
            None => host.parse().ok(),
        };
        if let Some(address) = address {
            return Ok(Self::known(
                None,
                vec![SocketAddr::new(address, port)],
                true,
            ));
        }
        // The form of a host name is checked as it is for applications; `*` has no place here.
        match config::snapshot::HostPattern::try_from(host.to_owned()) {
            Ok(config::snapshot::HostPattern::Exact(name)) => {
                Ok(Self::known(Some((name, port)), Vec::new(), false))
            }
            _ => Err(format!("\"{host}\" is not a host name or an IP address")),
        }
    }

    fn known(name: Option<(String, u16)>, known: Vec<SocketAddr>, asked: bool) -> Self {
        Self {
            name,
            known: ArcSwap::from_pointee(known),
            asked: AtomicBool::new(asked),
            next: AtomicUsize::new(0),
        }
    }

    /// The name and port to resolve, if it is a name.
    pub fn name(&self) -> Option<(&str, u16)> {
        self.name
            .as_ref()
            .map(|(name, port)| (name.as_str(), *port))
    }

    /// Takes over what another pool found out about the same name.
    pub fn adopt(&self, other: &Self) {
        self.known.store(other.known.load_full());
        self.asked.store(!other.never_asked(), Ordering::Release);
    }

    /// Takes in an answer of the resolver. An empty one changes nothing: what was known may still
    /// work, and nothing else would.
    pub fn learn(&self, found: Vec<SocketAddr>) {
        if !found.is_empty() && **self.known.load() != found {
            self.known.store(Arc::new(found));
        }
        self.asked.store(true, Ordering::Release);
    }

    pub fn never_asked(&self) -> bool {
        !self.asked.load(Ordering::Acquire)
    }

    pub fn is_empty(&self) -> bool {
        self.known.load().is_empty()
    }

    /// All of them, for the active check.
    pub fn all(&self) -> Arc<Vec<SocketAddr>> {
        self.known.load_full()
    }

    /// The one whose turn it is.
    pub fn next(&self) -> Option<SocketAddr> {
        let known = self.known.load();
        match known.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => {
                let turn = self.next.fetch_add(1, Ordering::Relaxed);
                several.get(turn % several.len()).copied()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_writing_an_address_is_read() {
        for (text, known) in [
            ("127.0.0.1:80", Some("127.0.0.1:80")),
            ("[::1]:8080", Some("[::1]:8080")),
            ("app.internal:443", None),
        ] {
            let read = Addresses::read(text).unwrap();
            assert_eq!(read.next(), known.map(|k| k.parse().unwrap()), "{text}");
            assert_eq!(read.name().is_some(), known.is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "host",
            "host:",
            "host:0",
            "host:99999",
            "[zz]:1",
            "a b:1",
            "http://x:1",
            "*.a:1",
        ] {
            assert!(Addresses::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn several_addresses_of_a_name_take_turns_and_an_empty_answer_is_not_believed() {
        let addresses = Addresses::read("app.internal:80").unwrap();
        assert!(addresses.never_asked());
        let found: Vec<SocketAddr> = vec![
            "10.0.0.1:80".parse().unwrap(),
            "10.0.0.2:80".parse().unwrap(),
        ];
        addresses.learn(found.clone());
        addresses.learn(Vec::new());
        assert_eq!(addresses.next(), Some(found[0]));
        assert_eq!(addresses.next(), Some(found[1]));
        assert!(!addresses.never_asked());
    }
}
