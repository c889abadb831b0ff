//! How the plane of this node is: what keeps it from its work, and what does not. For `/readyz`.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::applications::sort_out::SetAside;

/// Shared by all that notice something. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<Noticed>>);

#[derive(Debug, Default)]
struct Noticed {
    /// Why the node cannot begin, until it has begun.
    unprepared: Option<String>,
    /// Applications that cannot be obeyed, and why.
    set_aside: Vec<String>,
    /// Uploaded certificates whose keys cannot be read, and why.
    unread_certificates: Vec<String>,
}

/// The part and a sentence, for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// With these, requests had better go elsewhere.
    pub problems: Vec<(&'static str, String)>,
    /// These want looking after; every node has them, or can live with them.
    pub concerns: Vec<(&'static str, String)>,
}

impl Health {
    /// Notes why the node cannot begin; whether that is news.
    pub fn unprepared(&self, why: &str) -> bool {
        let before = self.0.lock().unprepared.replace(why.to_owned());
        before.as_deref() != Some(why)
    }

    /// Whether the node has begun, or could.
    #[must_use]
    pub fn is_prepared(&self) -> bool {
        self.0.lock().unprepared.is_none()
    }

    pub fn prepared(&self) {
        self.0.lock().unprepared = None;
    }

    /// Notes which applications cannot be obeyed; returns what was not known before.
    pub fn set_aside(&self, applications: &[SetAside]) -> Vec<String> {
        let problems = applications.iter().flat_map(|aside| &aside.problems);
        let told: Vec<String> = problems.map(ToString::to_string).collect();
        news(&mut self.0.lock().set_aside, told)
    }

    /// Notes which uploaded certificates cannot be read; returns what was not known before.
    pub fn unread_certificates(&self, told: Vec<String>) -> Vec<String> {
        news(&mut self.0.lock().unread_certificates, told)
    }

    #[must_use]
    pub fn report(&self) -> Report {
        let noticed = self.0.lock();
        let unprepared = noticed.unprepared.iter();
        let set_aside = noticed.set_aside.iter().map(|why| ("applications", why));
        let unread = noticed.unread_certificates.iter();
        let concerns = set_aside.chain(unread.map(|why| ("certificates", why)));
        Report {
            problems: unprepared.map(|why| ("store", why.clone())).collect(),
            concerns: concerns.map(|(part, why)| (part, why.clone())).collect(),
        }
    }
}

/// Puts what is told now in the place of what was told before; returns what is new.
fn news(known: &mut Vec<String>, mut told: Vec<String>) -> Vec<String> {
    let before = std::mem::replace(known, told.clone());
    told.retain(|text| !before.contains(text));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_has_not_begun_is_not_ready() {
        let health = Health::default();
        assert!(health.unprepared("no route to host"));
        assert!(!health.unprepared("no route to host"), "told once");
        let expected = [("store", "no route to host".to_owned())];
        assert_eq!(health.report().problems, expected);
        health.prepared();
        assert_eq!(health.report(), Report::default());
    }
}
