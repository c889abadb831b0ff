//! What a program is told: a problem document (RFC 9457) with a fixed code.

use config::Language;
use serde::Serialize;

use crate::answer::Answer;
use crate::answer::reason::Reason;

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    /// From a fixed set: what a program may rely on.
    code: &'static str,
    detail: &'a str,
    request_id: &'a str,
}

pub(super) fn problem(reason: &Reason, language: Language, request_id: &str) -> Answer {
    let text = reason.text;
    let document = Problem {
        kind: "about:blank",
        title: text.title(language),
        status: reason.status,
        code: reason.code,
        detail: text.detail(language),
        request_id,
    };
    Answer {
        status: reason.status,
        headers: [("Content-Type", "application/problem+json".to_owned())]
            .into_iter()
            .chain(reason.headers())
            .collect(),
        body: serde_json::to_string(&document).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::denial::Denial;

    #[test]
    fn a_program_reads_a_code_and_no_rule_names() {
        let denial = Denial::Forbidden {
            rule: "secret rule".into(),
        };
        let answer = problem(&Reason::of(&denial), Language::En, "id-1");
        assert_eq!(answer.status, 403);
        let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(document["code"], "forbidden");
        assert_eq!(document["request_id"], "id-1");
        assert!(!answer.body.contains("secret rule"));
    }
}
