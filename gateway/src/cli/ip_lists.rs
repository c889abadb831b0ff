//! `gatehouse ip-lists …`: addresses that may come in, or must stay out.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::cli::client::{Ask, CommandError};
use crate::cli::node::Node;
use crate::cli::{named, output, pages};

#[derive(Debug, Args)]
pub struct IpLists {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

/// Where a list is asked for, its name or its id is meant.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the lists.
    List,
    /// Print the entries of one.
    Show { list: String },
    /// Replace the entries of the list of that name, or add the list. The file holds one entry a
    /// line: an address, a CIDR block or from-to; what follows a # is a note.
    Apply {
        name: String,
        file: PathBuf,
        #[arg(long, value_enum)]
        effect: Effect,
        /// Guard every host, not only the applications that name the list.
        #[arg(long)]
        global: bool,
    },
    /// Remove a list.
    Remove { list: String },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Effect {
    Allow,
    Deny,
}

const LISTING: &str = "/ip-lists";
const COLUMNS: [output::Column; 5] = [
    ("NAME", "name"),
    ("EFFECT", "effect"),
    ("GLOBAL", "global"),
    ("ENTRIES", "entries"),
    ("ID", "id"),
];

/// Does what was asked for.
pub async fn run(options: &IpLists) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    match &options.action {
        Action::List => {
            let rows = pages::all(&client, LISTING, usize::MAX).await?;
            output::rows(&rows, &COLUMNS, json);
        }
        Action::Show { list } => {
            let path = named::path_of(&client, LISTING, list).await?;
            let rows = pages::all(&client, &format!("{path}/entries"), usize::MAX).await?;
            output::rows(&rows, &[("RANGE", "range"), ("NOTE", "note")], json);
        }
        Action::Apply {
            name,
            file,
            effect,
            global,
        } => {
            let text = std::fs::read_to_string(file).map_err(|why| CommandError::File {
                file: file.clone(),
                why: why.to_string(),
            })?;
            let effect = match effect {
                Effect::Allow => "allow",
                Effect::Deny => "deny",
            };
            let list = json!({ "name": name, "effect": effect, "global": global });
            apply(&client, name, list, entries(&text)).await?;
        }
        Action::Remove { list } => {
            let path = named::path_of(&client, LISTING, list).await?;
            client.remove(&path).await?;
        }
    }
    Ok(())
}

async fn apply(
    client: &crate::cli::client::Client,
    name: &str,
    list: Value,
    entries: Vec<Value>,
) -> Result<(), CommandError> {
    let rows = pages::all(client, LISTING, usize::MAX).await?;
    let there = rows
        .iter()
        .any(|row| row.get("name").and_then(Value::as_str) == Some(name));
    if there {
        let path = named::path_of(client, LISTING, name).await?;
        client.change("PATCH", &path, list).await?;
        let entries_path = format!("{path}/entries");
        let read = client.get(&path).await?;
        let ask = Ask {
            if_match: read.etag.as_deref(),
            ..Ask::new("PUT", &entries_path, Some(json!({ "entries": entries })))
        };
        client.ask(ask).await?;
    } else {
        let mut body = list;
        body["entries"] = Value::Array(entries);
        client.ask(Ask::new("POST", LISTING, Some(body))).await?;
    }
    Ok(())
}

/// One entry for each line that is not blank.
fn entries(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| {
            let (range, note) = line.split_once('#').unwrap_or((line, ""));
            let range = range.trim();
            (!range.is_empty()).then(|| json!({ "range": range, "note": note.trim() }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_entries_with_their_notes() {
        assert_eq!(
            entries("# office\n192.0.2.0/24 # second floor\n\n10.0.0.1-10.0.0.9\n"),
            [
                json!({"range": "192.0.2.0/24", "note": "second floor"}),
                json!({"range": "10.0.0.1-10.0.0.9", "note": ""}),
            ]
        );
    }
}
