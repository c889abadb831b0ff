//! Which certificate answers to a name.
//!
//! Of several for one name, an upload goes before a file, and the newest upload first: whoever uploads
//! one wants it to be seen. But what is not valid just now is shown only for want of anything better,
//! so that a forgotten upload gives way to the file that was renewed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rustls::SignatureAlgorithm;

use crate::Pair;

/// The certificates of one listener, arranged for lookup at one moment.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) files: Vec<Arc<Pair>>,
    /// The newest first.
    pub(crate) uploads: Vec<Arc<Pair>>,
    valid: Names,
    others: Names,
    /// What is meant where no name is asked for, or one that nobody has.
    default: Option<String>,
}

impl Served {
    /// `now` in seconds since 1970.
    pub(crate) fn new(files: Vec<Arc<Pair>>, uploads: Vec<Arc<Pair>>, now: i64) -> Self {
        let first = files.first().or(uploads.last());
        let default = first.and_then(|pair| pair.names.first().cloned());
        let all = uploads.iter().chain(&files);
        let (valid, others): (Vec<_>, Vec<_>) = all.partition(|pair| pair.check_time(now).is_ok());
        Self {
            valid: Names::of(&valid),
            others: Names::of(&others),
            default,
            files,
            uploads,
        }
    }

    /// The best for `name`, which is in lower case, among those that are `usable`.
    pub(crate) fn choose(
        &self,
        name: Option<&str>,
        usable: impl Fn(&Pair) -> bool,
    ) -> Option<&Arc<Pair>> {
        let wanted = [name, self.default.as_deref()].into_iter().flatten();
        let mut named =
            wanted.flat_map(|name| self.valid.named(name).chain(self.others.named(name)));
        named
            .find(|pair| usable(pair))
            .or_else(|| self.pairs().find(|pair| usable(pair)))
            .or_else(|| self.pairs().next())
    }

    /// The best first.
    fn pairs(&self) -> impl Iterator<Item = &Arc<Pair>> {
        self.valid.pairs.iter().chain(&self.others.pairs)
    }

    /// All of them, and whether others take their place in every handshake that browsers begin.
    pub(crate) fn superseded(&self) -> Vec<(Arc<Pair>, bool)> {
        let mut answered = HashSet::new();
        let judged = self.pairs().enumerate().map(|(index, pair)| {
            let is_valid = index < self.valid.pairs.len();
            // What is valid goes before what is not, be it for the wildcard above.
            let gone = |name: &str| self.valid.named(name).any(|valid| stands_in(valid, pair));
            let open = pair.names.iter().filter(|name| is_valid || !gone(name));
            // All of them are to be entered.
            let kind = u8::from(kind_of_key(pair));
            let new = open.filter(|name| answered.insert((name.as_str(), kind)));
            (Arc::clone(pair), new.count() == 0)
        });
        judged.collect()
    }

    pub(crate) fn has(&self, pair: &Pair) -> bool {
        self.pairs()
            .any(|served| served.certified.cert == pair.certified.cert)
    }
}

/// Whether whoever takes the second takes the first. Browsers take RSA and ECDSA, and not Ed25519, which is
/// shown to those alone that offer it.
fn stands_in(first: &Pair, second: &Pair) -> bool {
    let kind = kind_of_key(first);
    kind != SignatureAlgorithm::ED25519 || kind == kind_of_key(second)
}

fn kind_of_key(pair: &Pair) -> SignatureAlgorithm {
    pair.certified.key.algorithm()
}

/// Some of them, by the names that they are for.
#[derive(Debug)]
struct Names {
    pairs: Vec<Arc<Pair>>,
    /// Several where there are certificates of different kinds of keys for it.
    exact: HashMap<String, Vec<Arc<Pair>>>,
    /// By what follows `*.`.
    wildcard: HashMap<String, Vec<Arc<Pair>>>,
}

impl Names {
    fn of(pairs: &[&Arc<Pair>]) -> Self {
        let mut exact: HashMap<String, Vec<_>> = HashMap::new();
        let mut wildcard: HashMap<String, Vec<_>> = HashMap::new();
        for pair in pairs {
            for name in &pair.names {
                let (names, name) = match name.strip_prefix("*.") {
                    Some(suffix) => (&mut wildcard, suffix),
                    None => (&mut exact, name.as_str()),
                };
                let of_name = names.entry(name.to_owned()).or_default();
                of_name.push(Arc::clone(pair));
            }
        }
        Self {
            pairs: pairs.iter().map(|pair| Arc::clone(pair)).collect(),
            exact,
            wildcard,
        }
    }

    /// The exact name, then the wildcard above it.
    fn named(&self, name: &str) -> impl Iterator<Item = &Arc<Pair>> {
        let exact = self.exact.get(name);
        let above = name.split_once('.').map(|(_, above)| above);
        let wildcard = above.and_then(|above| self.wildcard.get(above));
        exact.into_iter().chain(wildcard).flatten()
    }
}
