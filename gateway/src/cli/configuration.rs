//! `gatehouse export`, `gatehouse diff` and `gatehouse apply`: configuration as code. The node reads
//! the files and decides; here they are gathered, and what it says is told.

use std::path::{Component, Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::cli::client::{Ask, CommandError};
use crate::cli::node::Node;
use crate::cli::output;

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub node: Node,
    /// The folder to write files into, which holds no YAML files yet. Without it, all is printed.
    pub folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Files {
    #[command(flatten)]
    pub node: Node,
    /// A YAML file, or a folder with some; `examples/configuration` in the sources explains them.
    #[arg(short, long = "files", value_name = "PATH", required = true)]
    pub from: Vec<PathBuf>,
    /// Remove, too, what is managed by code and in none of the files.
    #[arg(long)]
    pub prune: bool,
}

/// Writes down what there is.
pub async fn export(options: &Export) -> Result<(), CommandError> {
    let answer = options.node.client()?.get("/configuration").await?.body;
    if options.node.json {
        output::one(&answer, true);
        return Ok(());
    }
    let files = list(&answer, "files").iter();
    let files: Vec<(&str, &str)> = files
        .map(|file| (text(file, "name"), text(file, "text")))
        .collect();
    match &options.folder {
        None => files
            .iter()
            .for_each(|(_, text)| output::line(text.trim_end())),
        Some(folder) => {
            write(folder, &files)?;
            output::line(&format!(
                "{} files written to {}",
                files.len(),
                folder.display()
            ));
        }
    }
    for left_out in list(&answer, "left_out") {
        tell_aside(text(left_out, "en"));
    }
    Ok(())
}

fn write(folder: &Path, files: &[(&str, &str)]) -> Result<(), CommandError> {
    if folder.exists() && !read_all(folder)?.is_empty() {
        return Err(CommandError::Refused(format!(
            "{} holds YAML files already; name a new folder, and compare the two",
            folder.display()
        )));
    }
    for (name, text) in files {
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_));
        if !Path::new(name).components().all(inside) {
            return Err(CommandError::Broken(format!("it names a file {name:?}")));
        }
        let file = folder.join(name);
        let wrong = |why: std::io::Error| of_file(&file, &why);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).map_err(wrong)?;
        }
        std::fs::write(&file, text).map_err(wrong)?;
    }
    Ok(())
}

/// Tells what applying would do. No difference ends well; whatever keeps it from being known is told
/// apart from one.
pub async fn diff(options: &Files) -> Result<(), CommandError> {
    let plan = ask(options, "diff")
        .await
        .map_err(|error| CommandError::Usage(error.to_string()))?;
    tell(&plan, options.node.json, "would be ");
    if list(&plan, "items").iter().all(stays) {
        Ok(())
    } else {
        Err(CommandError::Differs)
    }
}

/// Makes it so.
pub async fn apply(options: &Files) -> Result<(), CommandError> {
    let plan = ask(options, "apply").await?;
    tell(&plan, options.node.json, "");
    Ok(())
}

async fn ask(options: &Files, what: &str) -> Result<Value, CommandError> {
    let mut files = Vec::new();
    for path in &options.from {
        files.extend(read_all(path)?);
    }
    if files.is_empty() {
        return Err(CommandError::Usage(
            "there is no file that ends in .yaml or .yml; `gatehouse export FOLDER` writes some"
                .to_owned(),
        ));
    }
    let body = json!({"files": files, "prune": options.prune});
    let path = format!("/configuration/{what}");
    let ask = Ask::new("POST", &path, Some(body));
    Ok(options.node.client()?.ask(ask).await?.body)
}

/// The file, or all YAML files in the folder and below, by their paths. Hidden ones are left out.
fn read_all(path: &Path) -> Result<Vec<Value>, CommandError> {
    let wrong = |why: std::io::Error| of_file(path, &why);
    if !path.is_dir() {
        let text = std::fs::read_to_string(path).map_err(wrong)?;
        return Ok(vec![
            json!({"name": path.display().to_string(), "text": text}),
        ]);
    }
    let entries = std::fs::read_dir(path).map_err(wrong)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(wrong)?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
        let yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        if !path.file_name().is_none_or(hidden) && (yaml || path.is_dir()) {
            files.extend(read_all(&path)?);
        }
    }
    Ok(files)
}

fn of_file(file: &Path, why: &std::io::Error) -> CommandError {
    CommandError::File {
        file: file.to_owned(),
        why: why.to_string(),
    }
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn stays(item: &Value) -> bool {
    text(item, "action") == "keep"
}

fn tell(plan: &Value, json: bool, tense: &str) {
    if json {
        output::one(plan, true);
        return;
    }
    let items = list(plan, "items");
    items
        .iter()
        .flat_map(told)
        .for_each(|line| output::line(&line));
    let changes = items.iter().filter(|item| !stays(item)).count();
    let count = |key: &str| plan.get(key).and_then(Value::as_u64).unwrap_or(0);
    let (unchanged, marked) = (count("unchanged"), count("marked"));
    output::line(&format!(
        "{changes} {tense}changed, {unchanged} as they are."
    ));
    if marked > 0 {
        output::line(&format!(
            "{marked} of these {tense}managed by code from now on."
        ));
    }
}

/// An item in lines: what is done, and each field that changes.
fn told(item: &Value) -> Vec<String> {
    let action = text(item, "action");
    let sign = match action {
        "create" => '+',
        "change" => '~',
        "remove" => '-',
        _ => ' ',
    };
    let mut notes: Vec<&str> = Vec::new();
    notes.extend(item.get("place").and_then(Value::as_str));
    if item.get("drifted") == Some(&Value::Bool(true)) {
        notes.push("changed by hand since it was applied");
    }
    if action == "keep" {
        notes.push("in no file; --prune removes it");
    }
    let notes = match notes.as_slice() {
        [] => String::new(),
        notes => format!("  ({})", output::cell(&json!(notes.join("; ")))),
    };
    let name = output::cell(item.get("name").unwrap_or(&Value::Null));
    let mut lines = vec![format!(
        "{sign} {action} {} {name}{notes}",
        text(item, "kind")
    )];
    for change in list(item, "changes") {
        let value = |key: &str| {
            let value = change.get(key).unwrap_or(&Value::Null);
            output::cell(&Value::String(value.to_string()))
        };
        let (field, after) = (output::cell(&json!(text(change, "field"))), value("after"));
        lines.push(match action {
            "create" => format!("    {field}: {after}"),
            _ => format!("    {field}: {} -> {after}", value("before")),
        });
    }
    lines
}

#[allow(clippy::print_stderr, reason = "beside what is printed")]
fn tell_aside(what: &str) {
    eprintln!("gatehouse: left out: {what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_gathered_in_the_order_of_their_paths() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("apps")).unwrap();
        for name in [
            "b.yml",
            "a.yaml",
            "apps/c.yaml",
            "notes.txt",
            ".hidden.yaml",
        ] {
            std::fs::write(at(name), name).unwrap();
        }
        let files = read_all(folder.path()).unwrap();
        let texts: Vec<&str> = files.iter().map(|file| text(file, "text")).collect();
        assert_eq!(texts, ["a.yaml", "apps/c.yaml", "b.yml"]);
    }

    #[test]
    fn a_node_writes_into_the_folder_only() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../a.yaml", "/tmp/a.yaml"] {
            assert!(write(folder.path(), &[(name, "")]).is_err(), "{name}");
        }
        write(folder.path(), &[("applications/a.yaml", "kind: group")]).unwrap();
        assert!(
            write(folder.path(), &[("b.yaml", "")]).is_err(),
            "not into another's files"
        );
    }

    #[test]
    fn attack_30_a_name_in_a_plan_does_not_steer_the_terminal() {
        let item = json!({
            "action": "change", "kind": "group", "name": "a\u{1b}[2J", "place": "a.yaml:1",
            "drifted": true, "changes": [{"field": "b\u{9b}", "before": "\u{9b}", "after": 1}],
        });
        let lines = told(&item).join("\n");
        assert!(
            !lines.chars().any(|c| c.is_control() && c != '\n'),
            "{lines:?}"
        );
        assert!(lines.contains("a.yaml:1; changed by hand"), "{lines}");
    }
}
