//! `gatehouse explain --as MEMBER --from IP URL`: the way of a request through the stages, and the
//! rule that decides.

use std::net::IpAddr;

use clap::Args;
use serde_json::Value;

use crate::cli::client::{CommandError, encoded};
use crate::cli::node::Node;
use crate::cli::output;

#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    pub node: Node,
    /// Whose request it is, by username or id; without, nobody is signed in.
    #[arg(long = "as", value_name = "MEMBER")]
    pub member: Option<String>,
    /// The address that it comes from.
    #[arg(long, value_name = "IP")]
    pub from: IpAddr,
    /// The method of the request.
    #[arg(long, default_value = "GET")]
    pub method: String,
    /// What is asked for, such as https://wiki.example.com/page.
    pub url: String,
}

/// Does what was asked for.
pub async fn run(options: &Explain) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let mut path = format!(
        "/explain?from={}&method={}&url={}",
        encoded(&options.from.to_string()),
        encoded(&options.method),
        encoded(&options.url)
    );
    if let Some(member) = &options.member {
        path = format!("{path}&as={}", encoded(member));
    }
    let explanation = client.get(&path).await?.body;
    if options.node.json {
        output::one(&explanation, true);
        return Ok(());
    }
    let steps = explanation.get("steps").and_then(Value::as_array);
    let rows: Vec<Value> = steps.into_iter().flatten().cloned().collect();
    output::rows(&rows, &[("STAGE", "stage"), ("FOUND", "finding")], false);
    let granted = explanation.get("granted").and_then(Value::as_bool) == Some(true);
    output::line(if granted { "granted" } else { "refused" });
    for key in ["denial", "rule"] {
        if let Some(text) = explanation.get(key).and_then(Value::as_str) {
            output::line(&format!("{key}: {text}"));
        }
    }
    Ok(())
}
