//! `gatehouse certificates …`: those that every node is given, and those of this node's files.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::client::{Ask, CommandError, encoded};
use crate::cli::node::Node;
use crate::cli::{output, pages};

#[derive(Debug, Args)]
pub struct Certificates {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// List those that were uploaded, and those that this node has from files.
    List,
    /// Upload a certificate, for every node to serve from the next handshake on.
    Add {
        /// PEM: the host's certificate first, below it the one that issued it, and so on.
        #[arg(long, value_name = "FILE")]
        chain: PathBuf,
        /// PEM, without a passphrase. It is kept sealed and cannot be read back.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Remove one that was uploaded, named by its id, from every node. Nobody gets through a listener
    /// that has none from files and loses the last upload.
    Remove { id: String },
    /// Read the certificate files of this node again.
    Reload,
}

const LISTING: &str = "/certificates";
const COLUMNS: [output::Column; 5] = [
    ("NAMES", "names"),
    ("EXPIRES", "not_after"),
    ("SUPERSEDED", "superseded"),
    ("FILE", "file"),
    ("ID", "id"),
];

/// Does what was asked for.
pub async fn run(options: &Certificates) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    match &options.action {
        Action::List => {
            let uploads = pages::all(&client, LISTING, usize::MAX).await?;
            let seen = pages::all(&client, "/node/certificates", usize::MAX).await?;
            output::rows(&joined(uploads, &seen), &COLUMNS, json);
        }
        Action::Add { chain, key } => {
            let body = json!({ "chain": read(chain)?, "key": read(key)? });
            let made = client.ask(Ask::new("POST", LISTING, Some(body))).await?;
            output::one(&made.body, json);
        }
        Action::Remove { id } => {
            let path = format!("{LISTING}/{}", encoded(id));
            client.ask(Ask::new("DELETE", &path, None)).await?;
        }
        Action::Reload => {
            let path = "/node/certificates/reload";
            client.ask(Ask::new("POST", path, None)).await?;
        }
    }
    Ok(())
}

/// The uploads, with what this node sees of them, and then what it has from files.
fn joined(uploads: Vec<Value>, seen: &[Value]) -> Vec<Value> {
    let uploads = uploads.into_iter().map(|mut upload| {
        upload["superseded"] = superseded(seen, "upload", &upload["id"]);
        upload
    });
    uploads.chain(files(seen)).collect()
}

/// Whether one that may be served at several listeners is shown at none; nothing where it is not served.
fn superseded(seen: &[Value], key: &str, id: &Value) -> Value {
    let mut of_it = seen.iter().filter(|one| one[key] == *id).peekable();
    if of_it.peek().is_none() {
        return Value::Null;
    }
    of_it.all(|one| one["superseded"] == true).into()
}

/// Each file once, with all listeners that serve it.
fn files(seen: &[Value]) -> Vec<Value> {
    let mut files: Vec<Value> = Vec::new();
    for one in seen.iter().filter(|one| one["file"].is_string()) {
        if files.iter().any(|file| file["file"] == one["file"]) {
            continue;
        }
        let same = seen.iter().filter(|other| other["file"] == one["file"]);
        let listeners: Value = same.map(|same| same["listener"].clone()).collect();
        let mut file = one.clone();
        file["superseded"] = superseded(seen, "file", &one["file"]);
        if let Some(fields) = file.as_object_mut() {
            fields.remove("listener");
        }
        file["listeners"] = listeners;
        files.push(file);
    }
    files
}

fn read(file: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(file).map_err(|why| CommandError::File {
        file: file.into(),
        why: why.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_served_at_two_listeners_is_one_row_and_superseded_only_where_no_listener_shows_it() {
        let file = |listener: &str, superseded: bool| json!({"file": "/a.pem", "listener": listener, "superseded": superseded});
        let upload = |superseded: bool| json!({"upload": "u", "superseded": superseded});
        let seen = [
            file("a", true),
            file("b", true),
            upload(true),
            upload(false),
        ];
        let rows = joined(vec![json!({"id": "u"}), json!({"id": "unseen"})], &seen);
        let expected = [
            json!({"id": "u", "superseded": false}),
            json!({"id": "unseen", "superseded": null}),
            json!({"file": "/a.pem", "listeners": ["a", "b"], "superseded": true}),
        ];
        assert_eq!(rows, expected);
    }
}
