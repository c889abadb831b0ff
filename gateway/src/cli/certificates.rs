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
    /// Remove one that was uploaded, named by its id, from every node.
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
    let superseded = |id: &Value| {
        let of_it = seen.iter().find(|one| one["upload"] == *id);
        of_it.map_or(Value::Null, |one| one["superseded"].clone())
    };
    let uploads = uploads.into_iter().map(|mut upload| {
        upload["superseded"] = superseded(&upload["id"]);
        upload
    });
    let files = seen.iter().filter(|one| one["file"].is_string());
    uploads.chain(files.cloned()).collect()
}

fn read(file: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(file).map_err(|why| CommandError::File {
        file: file.into(),
        why: why.to_string(),
    })
}
