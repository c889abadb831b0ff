//! `gatehouse events …`: who came, who signed in, who changed what.

use std::collections::HashSet;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::cli::client::{Client, CommandError, encoded};
use crate::cli::node::Node;
use crate::cli::{members, output, pages};

/// So many rows the API gives at once.
const PAGE: usize = 200;
/// So many are printed at most.
const MOST: usize = 100_000;

#[derive(Debug, Args)]
pub struct Events {
    #[command(flatten)]
    pub node: Node,
    /// Which log to read.
    #[arg(value_enum)]
    pub log: Log,
    /// Only events of this person: a username or an id.
    #[arg(long)]
    pub member: Option<String>,
    /// So many at most, newest first.
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
    /// Go on printing new events until interrupted.
    #[arg(long)]
    pub follow: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Log {
    /// What people opened, and what they were refused.
    Access,
    /// Each try to sign in.
    SignIns,
    /// Each change in the admin plane.
    Audit,
}

impl Log {
    fn path(self) -> &'static str {
        match self {
            Self::Access => "/events/access",
            Self::SignIns => "/events/sign-ins",
            Self::Audit => "/events/audit",
        }
    }

    fn columns(self) -> &'static [output::Column] {
        match self {
            Self::Access => &[
                ("TIME", "time"),
                ("WHO", "username"),
                ("FROM", "client_address"),
                ("METHOD", "method"),
                ("HOST", "host"),
                ("PATH", "path"),
                ("STATUS", "status"),
                ("OUTCOME", "outcome.kind"),
                ("REASON", "outcome.reason"),
                ("RULE", "rule"),
            ],
            Self::SignIns => &[
                ("TIME", "time"),
                ("WHO", "username"),
                ("FROM", "client_address"),
                ("WHAT", "kind"),
                ("REASON", "reason"),
                ("METHOD", "method"),
                ("DEVICE", "device"),
            ],
            Self::Audit => &[
                ("TIME", "time"),
                ("WHO", "actor_name"),
                ("ACTION", "action"),
                ("KIND", "target_kind"),
                ("WHAT", "target_name"),
                ("RESULT", "result"),
                ("FROM", "client_address"),
            ],
        }
    }
}

/// Does what was asked for.
pub async fn run(options: &Events) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let limit = options.limit.clamp(1, MOST);
    let a_page = if options.follow {
        PAGE
    } else {
        limit.min(PAGE)
    };
    let mut path = format!("{}?limit={a_page}", options.log.path());
    if let Some(member) = &options.member {
        let id = members::id_of(&client, member).await?;
        let whom = match options.log {
            Log::Audit => "actor",
            Log::Access | Log::SignIns => "member",
        };
        path = format!("{path}&{whom}={}", encoded(&id));
    }
    if options.follow {
        return follow(&client, &path, options).await;
    }
    print(pages::all(&client, &path, limit).await?, options);
    Ok(())
}

/// Prints the newest, and then what is added, the oldest first.
async fn follow(client: &Client, path: &str, options: &Events) -> Result<(), CommandError> {
    // A whole page at least is known from then on: what another node adds late stands among the newest.
    let mut rows = pages::all(client, path, options.limit.clamp(PAGE, MOST)).await?;
    let mut known = ids(&rows);
    rows.truncate(options.limit);
    loop {
        rows.reverse();
        if !rows.is_empty() {
            print(rows, options);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let meets_known = |rows: &[Value]| rows.iter().any(|row| known.contains(id_of(row)));
        rows = pages::until(client, path, meets_known).await?;
        let newest = ids(&rows);
        rows.retain(|row| !known.contains(id_of(row)));
        known = newest;
    }
}

fn print(mut rows: Vec<Value>, options: &Events) {
    rows.iter_mut().for_each(tell_time);
    output::rows(&rows, options.log.columns(), options.node.json);
}

fn ids(rows: &[Value]) -> HashSet<String> {
    rows.iter().map(|row| id_of(row).to_owned()).collect()
}

fn id_of(row: &Value) -> &str {
    row.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// Adds the moment in words that a person reads (RFC 3339, UTC).
fn tell_time(row: &mut Value) {
    let moment = row
        .get("at")
        .and_then(Value::as_i64)
        .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    if let (Some(moment), Value::Object(fields)) = (moment, row) {
        fields.insert("time".to_owned(), Value::String(moment.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn milliseconds_are_told_as_a_moment() {
        let mut row = json!({"at": 1_500});
        tell_time(&mut row);
        assert_eq!(row["time"], "1970-01-01T00:00:01.5Z");
    }
}
