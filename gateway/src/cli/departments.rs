//! `gatehouse departments …`: the organisation's tree.

use std::collections::HashMap;

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
/// A tree of thousands in few pages.
const WHOLE: &str = "/departments?limit=1000";
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
        Action::List => print_tree(&pages::all(&client, WHOLE, usize::MAX).await?, json),
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
    for (depth, row) in in_tree_order(rows) {
        output::line(&format!(
            "{}{}  {}",
            "  ".repeat(depth),
            text(row, "name"),
            text(row, "id")
        ));
    }
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Each row with its depth, parents before children, siblings in their order.
fn in_tree_order(rows: &[Value]) -> Vec<(usize, &Value)> {
    let mut below: HashMap<&str, Vec<&Value>> = HashMap::new();
    for row in rows {
        below.entry(text(row, "parent")).or_default().push(row);
    }
    for siblings in below.values_mut() {
        let position = |row: &Value| row.get("position").and_then(Value::as_i64);
        siblings.sort_by_key(|row| (position(row), text(row, "name").to_owned()));
    }
    let mut order = Vec::with_capacity(rows.len());
    let mut waiting: Vec<(usize, &Value)> = Vec::new();
    let wait = |waiting: &mut Vec<_>, depth: usize, siblings: Option<Vec<_>>| {
        let siblings = siblings.unwrap_or_default().into_iter().rev();
        waiting.extend(siblings.map(|row| (depth, row)));
    };
    wait(&mut waiting, 0, below.remove(""));
    while let Some((depth, row)) = waiting.pop() {
        order.push((depth, row));
        wait(&mut waiting, depth + 1, below.remove(text(row, "id")));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_stand_below_their_parents_and_siblings_in_their_order() {
        let rows = [
            json!({"id": "b", "parent": "a", "position": 0}),
            json!({"id": "a", "parent": null, "position": 1}),
            json!({"id": "c", "parent": "b", "position": 0}),
            json!({"id": "z", "parent": null, "position": 0}),
        ];
        let order: Vec<(usize, &str)> = in_tree_order(&rows)
            .into_iter()
            .map(|(depth, row)| (depth, row["id"].as_str().unwrap()))
            .collect();
        assert_eq!(order, [(0, "z"), (0, "a"), (1, "b"), (2, "c")]);
    }
}
