//! `gatehouse ip-lists …`: addresses that may come in, or must stay out.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::cli::client::{Ask, Body, Client, CommandError, encoded};
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
    List {
        /// Only those whose name contains this.
        #[arg(long)]
        search: Option<String>,
    },
    /// Print the entries of one.
    Show { list: String },
    /// Replace the entries of the list of that name, or add the list. The file holds one entry a
    /// line: an address, a CIDR block or from-to; then until=2027-01-31 if it ends; what follows a # is
    /// a note.
    Apply {
        name: String,
        file: PathBuf,
        #[arg(long, value_enum)]
        effect: Effect,
        /// Guard every host, not only the applications that name the list.
        #[arg(long)]
        global: bool,
    },
    /// Take one entry off a list: an address, a CIDR block or from-to, as `show` prints it.
    RemoveEntry { list: String, range: String },
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
    ("EVERYWHERE", "everywhere"),
    ("ENTRIES", "entries"),
    ("ID", "id"),
];

/// Does what was asked for.
pub async fn run(options: &IpLists) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    match &options.action {
        Action::List { search } => {
            let path = pages::of(LISTING, search.as_deref());
            let rows = pages::all(&client, &path, usize::MAX).await?;
            output::rows(&rows, &COLUMNS, json);
        }
        Action::Show { list } => {
            let path = named::path_of(&client, LISTING, list).await?;
            let rows = pages::all(&client, &format!("{path}/entries"), usize::MAX).await?;
            output::rows(
                &rows,
                &[
                    ("RANGE", "range"),
                    ("UNTIL", "expires_at"),
                    ("NOTE", "note"),
                ],
                json,
            );
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
            let list = json!({ "name": name, "effect": effect, "everywhere": global });
            apply(&client, name, list, text).await?;
        }
        Action::RemoveEntry { list, range } => {
            let path = named::path_of(&client, LISTING, list).await?;
            remove_entry(&client, &path, range).await?;
        }
        Action::Remove { list } => {
            let path = named::path_of(&client, LISTING, list).await?;
            client.remove(&path).await?;
        }
    }
    Ok(())
}

/// Changes the list of that name or adds it, and replaces its entries. The entries go first: a list
/// that lets in and has none yet would keep everybody out.
async fn apply(client: &Client, name: &str, list: Value, text: String) -> Result<(), CommandError> {
    let rows = pages::all(client, LISTING, usize::MAX).await?;
    let there = rows
        .iter()
        .any(|row| row.get("name").and_then(Value::as_str) == Some(name));
    if there {
        let path = named::path_of(client, LISTING, name).await?;
        put_entries(client, &path, text).await?;
        return client.replace(&path, list).await.map(|_| ());
    }
    let mut idle = list.clone();
    idle["everywhere"] = json!(false);
    let made = client.ask(Ask::new("POST", LISTING, Some(idle))).await?;
    let id = made.body.get("id").and_then(Value::as_str);
    let path = format!("{LISTING}/{}", encoded(id.unwrap_or_default()));
    if let Err(refused) = put_entries(client, &path, text).await {
        client.remove(&path).await?;
        return Err(refused);
    }
    client.replace(&path, list).await.map(|_| ())
}

async fn put_entries(client: &Client, path: &str, text: String) -> Result<(), CommandError> {
    let read = client.get(path).await?;
    let ask = Ask {
        method: "PUT",
        path: &format!("{path}/entries"),
        body: Some(Body::Text(text)),
        if_match: read.etag.as_deref(),
    };
    client.ask(ask).await.map(|_| ())
}

async fn remove_entry(client: &Client, path: &str, range: &str) -> Result<(), CommandError> {
    let read = client.get(path).await?;
    let entry = format!("{path}/entries?range={}", encoded(range));
    let ask = Ask {
        if_match: read.etag.as_deref(),
        ..Ask::new("DELETE", &entry, None)
    };
    client.ask(ask).await.map(|_| ())
}
