//! What the console asks on its pages, and how long the answers take.

use std::time::Duration;

use config::clock::Stopwatch;
use serde_json::Value;

use crate::BenchError;
use crate::socket::Socket;

/// Asked so many times each, once more before it counts.
const TIMES: usize = 40;

/// A page of the console, and what it asks; `{n}` is another number each time, `{member}` another
/// member, `{application}` another application, `{department}` one of the second level, `{top}` the first.
#[rustfmt::skip]
const QUESTIONS: [(&str, &str); 34] = [
    ("overview, a day",                  "/overview?hours=24"),
    ("overview, a month",                "/overview?hours=720"),
    ("departments, first level",         "/departments?limit=100"),
    ("departments, by name",             "/departments?search=%E7%A0%94%E5%8F%91{n}&limit=50"),
    ("members, first page",              "/members?limit=50"),
    ("members, sorted by time",          "/members?limit=50&sort=created_at&order=descending"),
    ("members, by pinyin",               "/members?search=zhangwei&limit=50"),
    ("members, by Chinese name",         "/members?search=%E5%BC%A0%E4%BC%9F&limit=50"),
    ("members, by mobile",               "/members?search=138000{n}&limit=50"),
    ("members, disabled",                "/members?status=disabled&limit=50"),
    ("members, how many",                "/member-count"),
    ("members, of a department",         "/members?department={department}&limit=50"),
    ("members, of all below, by name",   "/members?department={top}&below=true&search=lina&limit=50"),
    ("access, newest",                   "/events/access?limit=50"),
    ("access, oldest",                   "/events/access?limit=50&order=oldest"),
    ("access, a member",                 "/events/access?limit=50&member={member}"),
    ("access, a member, refused",        "/events/access?limit=50&member={member}&outcome=denied"),
    ("access, an application",           "/events/access?limit=50&application={application}"),
    ("access, refused",                  "/events/access?limit=50&outcome=denied"),
    ("access, a reason",                 "/events/access?limit=50&reason=ip_denied"),
    ("access, a reason, a network",      "/events/access?limit=50&reason=ip_denied&client_address=10.0.7.0/24"),
    ("access, an address",               "/events/access?limit=50&client_address=10.0.7.{n}"),
    ("access, a network",                "/events/access?limit=50&client_address=10.0.{n}.0/24"),
    ("access, a part of a name",         "/events/access?limit=50&username=zhang.wei"),
    ("access, a part of a path",         "/events/access?limit=50&path=/pages/49{n}/"),
    ("access, what is not there",        "/events/access?limit=50&path=nowhere"),
    ("access, a day, a method, a host",  "/events/access?limit=50&method=POST&host=app-3"),
    ("access, a request",                "/events/access?request_id={request}"),
    ("sign-ins, newest",                 "/events/sign-ins?limit=50"),
    ("sign-ins, failed, a network",      "/events/sign-ins?limit=50&kind=failed&client_address=10.0.{n}.0/24"),
    ("sign-ins, an address",             "/events/sign-ins?limit=50&client_address=10.0.7.{n}"),
    ("sign-ins, a part of a name",       "/events/sign-ins?limit=50&username=li.na"),
    ("audit, an object",                 "/events/audit?limit=50&target={member}"),
    ("audit, an action by a name",       "/events/audit?limit=50&action=delete&actor_name=wang"),
];

/// What questions are filled in with.
struct Known {
    members: Vec<String>,
    applications: Vec<String>,
    requests: Vec<String>,
    /// The one on top, and those directly below it.
    top: String,
    departments: Vec<String>,
}

/// How long the answers to one question took.
pub struct Took {
    pub question: &'static str,
    pub median: Duration,
    pub p95: Duration,
    pub longest: Duration,
}

/// Asks everything.
pub fn ask_all(socket: &Socket) -> Result<Vec<Took>, BenchError> {
    let events = socket.get("/events/access?limit=200")?;
    let top = all_of(&socket.get("/departments?parent=top")?, "id");
    let top = top.first().cloned().unwrap_or_default();
    let below = socket.get(&format!("/departments?parent={top}"))?;
    let known = Known {
        departments: all_of(&below, "id"),
        top,
        members: all_of(&events, "principal"),
        applications: all_of(&events, "application"),
        requests: all_of(&events, "request_id"),
    };
    QUESTIONS
        .iter()
        .map(|(question, path)| ask(socket, question, path, &known))
        .collect()
}

fn all_of(events: &Value, key: &str) -> Vec<String> {
    let items = events.get("items").and_then(Value::as_array);
    let values = items.into_iter().flatten();
    values
        .filter_map(|item| item.get(key)?.as_str().map(str::to_owned))
        .collect()
}

fn ask(
    socket: &Socket,
    question: &'static str,
    path: &str,
    known: &Known,
) -> Result<Took, BenchError> {
    let mut took = Vec::with_capacity(TIMES);
    for n in 0..=TIMES {
        let path = filled(path, n, known);
        let since = Stopwatch::start();
        socket.stream(&path, |_| {})?;
        if n > 0 {
            took.push(since.elapsed());
        }
    }
    took.sort_unstable();
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)];
    Ok(Took {
        question,
        median: at(50),
        p95: at(95),
        longest: at(100),
    })
}

fn filled(path: &str, n: usize, known: &Known) -> String {
    let nth = |all: &[String]| all.get(n % all.len().max(1)).cloned().unwrap_or_default();
    path.replace("{n}", &(n % 60).to_string())
        .replace("{member}", &nth(&known.members))
        .replace("{application}", &nth(&known.applications))
        .replace("{request}", &nth(&known.requests))
        .replace("{department}", &nth(&known.departments))
        .replace("{top}", &known.top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_is_another_one_each_time() {
        let known = Known {
            members: vec!["a".into(), "b".into()],
            applications: Vec::new(),
            requests: Vec::new(),
            top: String::new(),
            departments: Vec::new(),
        };
        assert_eq!(filled("/x?m={member}&n={n}", 3, &known), "/x?m=b&n=3");
    }
}
