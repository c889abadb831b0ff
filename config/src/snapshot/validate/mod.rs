//! Whether a snapshot may be obeyed. All problems are collected, each naming the object in question.
//!
//! Entries of IP lists need no look here: an address range cannot be made that is none.

mod access;
mod application;
mod identity;
mod paths;
mod pool;

#[cfg(test)]
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::id::ApplicationId;
use crate::language::LocalText;
use crate::problem::Problem;
use crate::snapshot::{Application, HostPattern, Snapshot, Watermark, WatermarkPart};

const COLOUR_ALLOWED: &str = "write # and six hexadecimal digits, such as #1f5eff";

/// Characters of a name, and of a text of a line or two.
const MAX_NAME: usize = 100;
const MAX_TEXT: usize = 500;
/// A mark with more parts covers what it stands on.
const MAX_PARTS: i32 = 12;

/// The problems of one object.
struct Findings {
    source: String,
    problems: Vec<Problem>,
}

impl Findings {
    fn about(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            problems: Vec::new(),
        }
    }

    fn add(&mut self, key: impl Into<String>, what: impl Into<String>, allowed: &str) {
        self.problems.push(Problem {
            source: self.source.clone(),
            key: key.into(),
            what: what.into(),
            allowed: allowed.into(),
        });
    }

    /// Adds a problem unless `good`.
    fn require(&mut self, good: bool, key: &str, what: impl Into<String>, allowed: &str) {
        if !good {
            self.add(key, what, allowed);
        }
    }

    /// A text that people read: one line, of a length that a page has room for.
    fn text(&mut self, key: &str, text: &str, most: usize) {
        let good = text.chars().count() <= most && !text.chars().any(char::is_control);
        let allowed =
            format!("at most {most} characters, no line ends or other control characters");
        self.require(good, key, "this cannot be shown", &allowed);
    }

    fn texts(&mut self, key: &str, text: &LocalText, most: usize) {
        self.text(&format!("{key}.zh-CN"), &text.zh_cn, most);
        self.text(&format!("{key}.en"), &text.en, most);
    }

    fn colour(&mut self, key: &str, text: &str) {
        let digits = text.strip_prefix('#').unwrap_or_default();
        let good = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        self.require(
            good,
            key,
            format!("\"{text}\" is no colour"),
            COLOUR_ALLOWED,
        );
    }
}

impl Snapshot {
    /// Checks what the types cannot: hosts claimed twice, empty pools, unknown time zones, colours.
    ///
    /// # Errors
    /// All problems found, never an empty list.
    pub fn validate(&self) -> Result<(), Vec<Problem>> {
        let mut problems = self.claimed_twice();
        for application in &self.applications {
            problems.extend(application.problems());
        }
        let mut brand = Findings::about("brand");
        brand.colour("colour", &self.brand.colour);
        brand.texts("organisation", &self.brand.organisation, MAX_NAME);
        brand.texts("contact", &self.brand.contact, MAX_TEXT);
        problems.extend(brand.problems);
        problems.extend(self.watermark.problems());
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    /// Ids, and hosts with the same prefix, that two applications lay claim to.
    fn claimed_twice(&self) -> Vec<Problem> {
        let mut claims: HashMap<(&HostPattern, &str), &ApplicationId> = HashMap::new();
        let mut ids: HashSet<&ApplicationId> = HashSet::new();
        let mut problems = Vec::new();
        for application in &self.applications {
            let mut findings = Findings::about(format!("application {}", application.id));
            if !ids.insert(&application.id) {
                findings.add("id", "two applications have it", "give each its own");
            }
            for host in &application.hosts {
                match claims.entry((host, &application.path_prefix)) {
                    Entry::Vacant(free) => drop(free.insert(&application.id)),
                    Entry::Occupied(taken) => findings.add(
                        "hosts",
                        format!(
                            "{host} with the prefix {} already leads to application {}",
                            application.path_prefix,
                            taken.get()
                        ),
                        "choose another host or another path prefix",
                    ),
                }
            }
            problems.extend(findings.problems);
        }
        problems
    }
}

impl Application {
    /// What is wrong with this application, apart from the others.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut findings = Findings::about(format!("application {}", self.id));
        application::check(self, &mut findings);
        access::check(self, &mut findings);
        pool::check(&self.pool, &mut findings);
        identity::check(&self.identity, &mut findings);
        findings.problems
    }
}

impl Watermark {
    /// What is wrong with the watermark.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut findings = Findings::about("watermark");
        findings.colour("colour", &self.colour);
        let mut within = |key: &str, value: i32, range: std::ops::RangeInclusive<i32>| {
            let allowed = format!("{} to {}", range.start(), range.end());
            let what = format!("{value} is out of range");
            findings.require(range.contains(&value), key, what, &allowed);
        };
        within("opacity_permille", self.opacity_permille.into(), 10..=500);
        within("font_size", self.font_size.into(), 8..=48);
        within("angle", self.angle.into(), -90..=90);
        within("gap", self.gap.into(), 40..=800);
        within(
            "parts",
            i32::try_from(self.parts.len()).unwrap_or(i32::MAX),
            0..=MAX_PARTS,
        );
        for (index, part) in self.parts.iter().enumerate() {
            if let WatermarkPart::Text(text) = part {
                findings.text(&format!("parts.{index}.text"), text, MAX_NAME);
            }
        }
        findings.problems
    }
}
