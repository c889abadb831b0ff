//! Lets one inline script or style pass a page's Content-Security-Policy (CSP 3), and nothing else.
//!
//! A policy is changed only where it would stop it, because a hash switches `'unsafe-inline'` off:
//! added where inline scripts are allowed, it would stop the page's own.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The directives that rule inline elements of a kind; the first that a policy has decides.
pub type Ruling = [&'static str; 3];

pub const SCRIPTS: Ruling = ["script-src-elem", "script-src", "default-src"];
pub const STYLES: Ruling = ["style-src-elem", "style-src", "default-src"];

/// The source expression that names this very text (CSP 3 §2.3.1).
pub fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// The header's value, in which `source` may pass too. A header may hold several policies, separated
/// by commas, and each must let it pass.
pub fn admit<'a>(header: &'a str, kind: &Ruling, source: &str) -> Cow<'a, str> {
    let policies: Vec<Cow<str>> = header
        .split(',')
        .map(|policy| admit_one(policy, kind, source))
        .collect();
    if policies.iter().all(|p| matches!(p, Cow::Borrowed(_))) {
        Cow::Borrowed(header)
    } else {
        Cow::Owned(policies.join(","))
    }
}

fn admit_one<'a>(policy: &'a str, kind: &Ruling, source: &str) -> Cow<'a, str> {
    let directives: Vec<&str> = policy.split(';').collect();
    let ruling = kind.iter().find_map(|wanted| {
        let is_it = |d: &&str| name(d).eq_ignore_ascii_case(wanted);
        directives.iter().position(is_it).map(|at| (*wanted, at))
    });
    let Some((ruling, at)) = ruling else {
        return Cow::Borrowed(policy);
    };
    let sources: Vec<&str> = directives[at].split_ascii_whitespace().skip(1).collect();
    if allows_inline(&sources) || sources.contains(&source) {
        return Cow::Borrowed(policy);
    }
    let not_none = |s: &&&str| !s.eq_ignore_ascii_case("'none'");
    let kept = sources.iter().filter(not_none).copied();
    let wider = |name: &str| {
        let words: Vec<&str> = std::iter::once(name)
            .chain(kept.clone())
            .chain([source])
            .collect();
        words.join(" ")
    };
    if ruling == "default-src" {
        // What else falls back to default-src stays as it is.
        return Cow::Owned(format!(
            "{}; {}",
            policy.trim_end().trim_end_matches(';'),
            wider(kind[1])
        ));
    }
    let changed: Vec<Cow<str>> = directives
        .iter()
        .enumerate()
        .map(|(index, d)| {
            if index == at {
                Cow::Owned(format!("{}{}", leading_space(d), wider(name(d))))
            } else {
                Cow::Borrowed(*d)
            }
        })
        .collect();
    Cow::Owned(changed.join(";"))
}

/// CSP 3 §6.7.3.2: `'unsafe-inline'` counts only where no nonce, hash or `'strict-dynamic'` is.
fn allows_inline(sources: &[&str]) -> bool {
    let is = |word: &str| sources.iter().any(|s| s.eq_ignore_ascii_case(word));
    let begins = |word: &str| {
        sources.iter().any(|s| {
            s.get(..word.len())
                .is_some_and(|h| h.eq_ignore_ascii_case(word))
        })
    };
    is("'unsafe-inline'")
        && !is("'strict-dynamic'")
        && !["'nonce-", "'sha256-", "'sha384-", "'sha512-"]
            .into_iter()
            .any(begins)
}

fn name(directive: &str) -> &str {
    directive
        .split_ascii_whitespace()
        .next()
        .unwrap_or_default()
}

fn leading_space(directive: &str) -> &str {
    &directive[..directive.len() - directive.trim_start().len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_26_a_policy_is_widened_only_where_it_would_stop_the_script() {
        for (policy, widened) in [
            ("script-src 'self'", Some("script-src 'self' H")),
            (
                "script-src 'none'; img-src *",
                Some("script-src H; img-src *"),
            ),
            ("script-src; img-src *", Some("script-src H; img-src *")),
            (
                "Script-Src 'nonce-abc' 'unsafe-inline'",
                Some("Script-Src 'nonce-abc' 'unsafe-inline' H"),
            ),
            (
                "script-src 'strict-dynamic' 'unsafe-inline'",
                Some("script-src 'strict-dynamic' 'unsafe-inline' H"),
            ),
            (
                "script-src 'self'; script-src-elem 'self'",
                Some("script-src 'self'; script-src-elem 'self' H"),
            ),
            (
                "default-src 'none'; style-src 'self';",
                Some("default-src 'none'; style-src 'self'; script-src H"),
            ),
            (
                "default-src 'self' https:",
                Some("default-src 'self' https:; script-src 'self' https: H"),
            ),
            ("script-src 'self' 'unsafe-inline'", None),
            ("default-src * 'UNSAFE-INLINE'; object-src 'none'", None),
            ("script-src 'unsafe-inline'; script-src 'none'", None),
            ("default-src 'none'; script-src-elem 'unsafe-inline'", None),
            ("frame-ancestors 'self'", None),
            ("", None),
        ] {
            let got = admit(policy, &SCRIPTS, "H");
            assert_eq!(got, widened.unwrap_or(policy), "{policy}");
            assert_eq!(admit(&got, &SCRIPTS, "H"), got, "done once, it is done");
        }
    }

    #[test]
    fn attack_26_each_of_several_policies_in_one_header_is_widened() {
        assert_eq!(
            admit(
                "script-src 'self', default-src 'self', img-src *",
                &SCRIPTS,
                "H"
            ),
            "script-src 'self' H, default-src 'self'; script-src 'self' H, img-src *"
        );
    }

    #[test]
    fn attack_26_a_style_is_let_pass_by_the_directives_of_styles() {
        for (policy, widened) in [
            (
                "style-src 'self'; script-src 'none'",
                "style-src 'self' H; script-src 'none'",
            ),
            ("default-src 'none'", "default-src 'none'; style-src H"),
            ("style-src 'unsafe-inline'", "style-src 'unsafe-inline'"),
        ] {
            assert_eq!(admit(policy, &STYLES, "H"), widened);
        }
    }
}
