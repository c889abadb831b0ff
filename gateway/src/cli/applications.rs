//! `gatehouse applications …`: what stands behind the gate.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::cli::client::{Ask, Client, CommandError, encoded};
use crate::cli::node::Node;
use crate::cli::{named, output, pages};

#[derive(Debug, Args)]
pub struct Applications {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

/// Where an application is asked for, its name or its id is meant.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the applications.
    List {
        /// Only those whose name or host contains this.
        #[arg(long)]
        search: Option<String>,
    },
    /// Show the whole definition of one.
    Show { application: String },
    /// Add the application that a TOML or JSON file defines, or change the one of that name.
    Apply {
        /// The definition; `examples/applications/wiki.toml` in the sources explains one.
        file: PathBuf,
    },
    /// Remove an application: nobody reaches it any more.
    Remove { application: String },
}

const LISTING: &str = "/applications";
const COLUMNS: [output::Column; 4] = [
    ("NAME", "name.en"),
    ("HOSTS", "hosts"),
    ("PATH", "path_prefix"),
    ("ID", "id"),
];

/// Does what was asked for.
pub async fn run(options: &Applications) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    match &options.action {
        Action::List { search } => {
            let path = pages::of(LISTING, search.as_deref());
            let rows = pages::all(&client, &path, usize::MAX).await?;
            output::rows(&rows, &COLUMNS, json);
        }
        Action::Show { application } => {
            let path = named::path_of(&client, LISTING, application).await?;
            output::one(&client.get(&path).await?.body, json);
        }
        Action::Apply { file } => {
            let definition = read(file)?;
            output::one(&apply(&client, definition).await?, json);
        }
        Action::Remove { application } => {
            let path = named::path_of(&client, LISTING, application).await?;
            client.remove(&path).await?;
        }
    }
    Ok(())
}

/// Changes the application of that name, or adds it.
async fn apply(client: &Client, definition: Value) -> Result<Value, CommandError> {
    let rows = pages::all(client, LISTING, usize::MAX).await?;
    let same: Vec<&Value> = rows
        .iter()
        .filter(|row| share_a_name(row, &definition))
        .collect();
    let answer = match same.as_slice() {
        [] => {
            let ask = Ask::new("POST", LISTING, Some(definition));
            client.ask(ask).await?
        }
        [row] => {
            let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
            let path = format!("{LISTING}/{}", encoded(id));
            client.replace(&path, definition).await?
        }
        several => {
            return Err(CommandError::Refused(format!(
                "{} applications have that name; give each its own first",
                several.len()
            )));
        }
    };
    Ok(answer.body)
}

/// Whether both have the same name in one of the languages.
fn share_a_name(one: &Value, other: &Value) -> bool {
    ["en", "zh-CN"].iter().any(|language| {
        let name = |of: &Value| {
            let name = of.get("name")?.get(language)?.as_str()?;
            (!name.is_empty()).then(|| name.to_owned())
        };
        name(one).is_some_and(|name_of_one| Some(name_of_one) == name(other))
    })
}

/// Reads a definition from TOML or, by the file's ending, JSON.
pub fn read(file: &Path) -> Result<Value, CommandError> {
    let wrong = |why: String| CommandError::File {
        file: file.to_owned(),
        why,
    };
    let text = std::fs::read_to_string(file).map_err(|why| wrong(why.to_string()))?;
    if file.extension().is_some_and(|ending| ending == "json") {
        serde_json::from_str(&text).map_err(|why| wrong(why.to_string()))
    } else {
        toml::from_str(&text).map_err(|why| wrong(why.to_string().trim_end().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_read_from_toml_and_from_json() {
        let folder = tempfile::tempdir().unwrap();
        let (toml, json) = (folder.path().join("a.toml"), folder.path().join("a.json"));
        std::fs::write(&toml, "hosts = [\"wiki.example.com\"]\n").unwrap();
        std::fs::write(&json, "{\"hosts\": [\"wiki.example.com\"]}").unwrap();
        assert_eq!(read(&toml).unwrap(), read(&json).unwrap());
    }

    #[test]
    fn an_application_is_the_same_if_one_of_its_names_is() {
        let kept = serde_json::json!({"name": {"en": "Wiki", "zh-CN": ""}});
        let same = serde_json::json!({"name": {"en": "Wiki", "zh-CN": "维基"}});
        let other = serde_json::json!({"name": {"en": "Echo", "zh-CN": ""}});
        assert!(share_a_name(&kept, &same));
        assert!(!share_a_name(&kept, &other));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = read(Path::new("/nowhere/a.toml")).unwrap_err();
        assert!(error.to_string().starts_with("/nowhere/a.toml: "));
    }
}
