//! Whether a snapshot may be obeyed. All problems are collected, each naming the object in question,
//! what is wrong and what would be right, in both languages: administrators read them.
//!
//! Entries of IP lists need no look here: an address range cannot be made that is none.

mod access;
mod application;
mod claims;
mod findings;
mod identity;
mod paths;
mod pool;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

pub use claims::Claims;
pub use paths::is_path_prefix;

use crate::id::ApplicationId;
use crate::language::Words;
use crate::problem::Problem;
use crate::snapshot::brand::is_help_link;
use crate::snapshot::{Application, Brand, Pool, Snapshot, Watermark, WatermarkPart};
use findings::Findings;

/// Characters of a name, and of a text of a line or two.
const MAX_NAME: usize = 100;
const MAX_TEXT: usize = 500;
/// Of ways in: as many as there can be directories, and more.
const MAX_METHODS: usize = 100;
/// A mark with more parts covers what it stands on.
const MAX_PARTS: usize = 12;
const HELP_ALLOWED: Words = (
    "an address that begins with https:// or mailto:, without a password, or nothing",
    "以 https:// 或 mailto: 开头且不含密码的地址，或留空",
);

impl Snapshot {
    /// Checks what the types cannot: hosts claimed twice, empty pools, unknown time zones, colours.
    ///
    /// # Errors
    /// All problems found, never an empty list.
    pub fn validate(&self) -> Result<(), Vec<Problem>> {
        let mut claims = Claims::default();
        let mut ids: HashSet<&ApplicationId> = HashSet::new();
        let mut problems = Vec::new();
        for application in &self.applications {
            if !ids.insert(&application.id) {
                let mut findings = Findings::about(format!("application {}", application.id));
                findings.add(
                    "id",
                    ("two applications have it", "两个应用使用了同一个 id"),
                    ("give each its own", "每个应用使用自己的 id"),
                );
                problems.extend(findings.problems);
            }
            problems.extend(claims.take(application).err().unwrap_or_default());
            problems.extend(application.problems());
        }
        problems.extend(self.brand.problems());
        problems.extend(self.watermark.problems());
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
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

impl Pool {
    /// What is wrong with the pool.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut findings = Findings::about("pool");
        pool::check(self, &mut findings);
        findings.problems
    }
}

impl Brand {
    /// What is wrong with the brand.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut findings = Findings::about("brand");
        findings.colour("colour", &self.colour);
        findings.texts("organisation", &self.organisation, MAX_NAME);
        findings.texts("contact", &self.contact, MAX_TEXT);
        findings.text("help_link", &self.help_link, MAX_TEXT);
        findings.written(
            self.help_link.is_empty() || is_help_link(&self.help_link),
            "help_link",
            (&self.help_link, "link to help", "帮助链接"),
            HELP_ALLOWED,
        );
        findings.texts("sign_in_title", &self.sign_in_title, MAX_NAME);
        findings.texts("welcome", &self.welcome, MAX_TEXT);
        findings.texts("copyright.text", &self.copyright.text, MAX_NAME);
        let methods = &self.sign_in_methods;
        let is_repeated = |(i, method)| methods[..i].contains(method);
        findings.require(
            (1..=MAX_METHODS).contains(&methods.len())
                && !methods.iter().enumerate().any(is_repeated),
            "sign_in_methods",
            (
                "no method, too many, or one of them twice",
                "没有登录方式、过多，或同一方式出现两次",
            ),
            (
                "at least one of \"password\", \"one_time_code\" and \"directory:ID\", each once",
                "至少一种，可选 “password”、“one_time_code”、“directory:目录 id”，每种一次",
            ),
        );
        findings.problems
    }
}

impl Watermark {
    /// What is wrong with the watermark.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut findings = Findings::about("watermark");
        findings.colour("colour", &self.colour);
        findings.within("opacity_permille", self.opacity_permille, 10..=500);
        findings.within("font_size", self.font_size, 8..=48);
        findings.within("angle", self.angle, -90..=90);
        findings.within("gap", self.gap, 40..=800);
        findings.within("parts", self.parts.len(), 0..=MAX_PARTS);
        for (index, part) in self.parts.iter().enumerate() {
            if let WatermarkPart::Text(text) = part {
                findings.text(&format!("parts.{index}.text"), text, MAX_NAME);
            }
        }
        findings.problems
    }
}
