//! `gatehouse departments …`: the organisation's tree.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::client::{Ask, Client, CommandError};
use crate::cli::node::Node;
use crate::cli::{members, named, output, pages};

#[derive(Debug, Args)]
pub struct Departments {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

/// Where a department is asked for, its name or its id is meant.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Add a department.
    Add {
        name: String,
        /// The department above it; without, it stands at the top.
        #[arg(long)]
        parent: Option<String>,
    },
    /// Print the tree.
    List,
    /// Move a department, with all below it, under another or to the top.
    Move {
        department: String,
        #[arg(long)]
        parent: Option<String>,
    },
    /// Give a department another name.
    Rename { department: String, name: String },
    /// Put a person into a department.
    AddMember { department: String, member: String },
    /// Take a person out of a department.
    RemoveMember { department: String, member: String },
    /// Remove an empty department.
    Remove { department: String },
}

const LISTING: &str = "/departments";
const FIELDS: [&str; 3] = ["name", "parent", "position"];

/// Does what was asked for.
pub async fn run(options: &Departments) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    let path_of = async |name: &str| named::path_of(&client, LISTING, name).await;
    match &options.action {
        Action::Add { name, parent } => {
            let body = json!({ "name": name, "parent": id_of(&client, parent.as_deref()).await? });
            let ask = Ask::new("POST", LISTING, Some(body));
            output::one(&client.ask(ask).await?.body, json);
        }
        Action::List => print_tree(&pages::all(&client, LISTING, usize::MAX).await?, json),
        Action::Move { department, parent } => {
            let path = path_of(department).await?;
            let changes = json!({ "parent": id_of(&client, parent.as_deref()).await? });
            client.change(&path, &FIELDS, &changes).await?;
        }
        Action::Rename { department, name } => {
            let path = path_of(department).await?;
            client
                .change(&path, &FIELDS, &json!({ "name": name }))
                .await?;
        }
        Action::AddMember { department, member } => {
            let member = members::path_of(&client, member).await?;
            let path = format!("{}{member}", path_of(department).await?);
            client.ask(Ask::new("PUT", &path, None)).await?;
        }
        Action::RemoveMember { department, member } => {
            let member = members::path_of(&client, member).await?;
            let path = format!("{}{member}", path_of(department).await?);
            client.ask(Ask::new("DELETE", &path, None)).await?;
        }
        Action::Remove { department } => {
            client.remove(&path_of(department).await?).await?;
        }
    }
    Ok(())
}

async fn id_of(client: &Client, name: Option<&str>) -> Result<Value, CommandError> {
    let Some(name) = name else {
        return Ok(Value::Null);
    };
    let path = named::path_of(client, LISTING, name).await?;
    Ok(client
        .get(&path)
        .await?
        .body
        .get("id")
        .cloned()
        .unwrap_or(Value::Null))
}

fn print_tree(rows: &[Value], json: bool) {
    if json || rows.is_empty() {
        return output::rows(rows, &[], json);
    }
    for (depth, row) in in_tree_order(rows, &Value::Null, 0) {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        output::line(&format!(
            "{}{}  {}",
            "  ".repeat(depth),
            text("name"),
            text("id")
        ));
    }
}

/// Each row with its depth, parents before children.
fn in_tree_order<'a>(rows: &'a [Value], parent: &Value, depth: usize) -> Vec<(usize, &'a Value)> {
    let of = |row: &Value| row.get("parent").cloned().unwrap_or(Value::Null);
    rows.iter()
        .filter(|row| of(row) == *parent)
        .flat_map(|row| {
            let id = row.get("id").cloned().unwrap_or(Value::Null);
            let below = if id.is_null() {
                Vec::new()
            } else {
                in_tree_order(rows, &id, depth + 1)
            };
            std::iter::once((depth, row)).chain(below)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_stand_below_their_parents() {
        let rows = [
            json!({"id": "b", "parent": "a"}),
            json!({"id": "a", "parent": null}),
            json!({"id": "c", "parent": "b"}),
        ];
        let order: Vec<(usize, &str)> = in_tree_order(&rows, &Value::Null, 0)
            .into_iter()
            .map(|(depth, row)| (depth, row["id"].as_str().unwrap()))
            .collect();
        assert_eq!(order, [(0, "a"), (1, "b"), (2, "c")]);
    }
}
