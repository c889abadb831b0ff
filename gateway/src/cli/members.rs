//! `gatehouse members …`: people with an account.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::client::{Ask, Client, CommandError, encoded};
use crate::cli::node::Node;
use crate::cli::output;
use crate::cli::pages;

#[derive(Debug, Args)]
pub struct Members {
    #[command(flatten)]
    pub node: Node,
    #[command(subcommand)]
    pub action: Action,
}

/// Where a member is asked for, a username or an id is meant.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Add a person, and print the one-time link at which they choose a password.
    Add {
        username: String,
        #[command(flatten)]
        profile: Profile,
        /// A person from outside.
        #[arg(long)]
        guest: bool,
        /// A role in the admin plane, such as `auditor`; may be repeated.
        #[arg(long)]
        role: Vec<String>,
    },
    /// List people.
    List {
        /// Only those whose name, username, mail address or mobile contains this.
        #[arg(long)]
        search: Option<String>,
    },
    /// Show one person.
    Show { member: String },
    /// Change what is known of a person.
    Change {
        member: String,
        #[command(flatten)]
        profile: Profile,
    },
    /// Keep a person out: all their sessions end at once.
    Disable { member: String },
    /// Let a disabled person in again.
    Enable { member: String },
    /// Print a new one-time link at which the person chooses a password.
    Link { member: String },
    /// Set which roles the person has in the admin plane; none takes all away.
    Roles { member: String, roles: Vec<String> },
    /// Remove the person's authenticator and recovery codes, so that they can enrol anew.
    ResetSecondFactor { member: String },
    /// Let a person in again who guessed too often.
    Unlock { member: String },
}

#[derive(Debug, Default, Args)]
pub struct Profile {
    /// The name that others see.
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long)]
    pub email: Option<String>,
    #[arg(long)]
    pub mobile: Option<String>,
    #[arg(long)]
    pub employee_number: Option<String>,
}

impl Profile {
    /// The fields that were given.
    fn fields(&self) -> Value {
        let mut fields = json!({});
        for (key, value) in [
            ("display_name", &self.name),
            ("email", &self.email),
            ("mobile", &self.mobile),
            ("employee_number", &self.employee_number),
        ] {
            if let Some(value) = value {
                fields[key] = json!(value);
            }
        }
        fields
    }
}

pub const COLUMNS: [output::Column; 6] = [
    ("USERNAME", "username"),
    ("NAME", "display_name"),
    ("EMAIL", "email"),
    ("KIND", "kind"),
    ("STATUS", "status"),
    ("ID", "id"),
];

/// The path of one member, found by username or id.
pub async fn path_of(client: &Client, member: &str) -> Result<String, CommandError> {
    let search = format!("/members?search={}", encoded(member));
    let found = pages::all(client, &search, usize::MAX).await?;
    let wanted = member.to_lowercase();
    let id = found.iter().find_map(|row| {
        let is = |key: &str| row.get(key).and_then(Value::as_str);
        let same = is("id") == Some(member)
            || is("username").is_some_and(|name| name.to_lowercase() == wanted);
        same.then(|| is("id").map(str::to_owned)).flatten()
    });
    let id = if let Some(id) = id {
        id
    } else {
        let read = client.get(&format!("/members/{}", encoded(member))).await;
        read.map_err(|_| CommandError::Refused(format!(
            "nobody has the username or id \"{member}\"; `gatehouse members list` shows who there is"
        )))?;
        member.to_owned()
    };
    Ok(format!("/members/{}", encoded(&id)))
}

/// Does what was asked for.
pub async fn run(options: &Members) -> Result<(), CommandError> {
    let client = options.node.client()?;
    let json = options.node.json;
    match &options.action {
        Action::Add {
            username,
            profile,
            guest,
            role,
        } => {
            let mut body = profile.fields();
            body["username"] = json!(username);
            body["kind"] = json!(if *guest { "guest" } else { "member" });
            if body.get("display_name").is_none() {
                body["display_name"] = json!(username);
            }
            add(&client, body, role, json).await
        }
        Action::List { search } => {
            let path = match search {
                Some(text) => format!("/members?search={}", encoded(text)),
                None => "/members".to_owned(),
            };
            output::rows(
                &pages::all(&client, &path, usize::MAX).await?,
                &COLUMNS,
                json,
            );
            Ok(())
        }
        Action::Show { member } => {
            let path = path_of(&client, member).await?;
            output::one(&client.get(&path).await?.body, json);
            Ok(())
        }
        Action::Change { member, profile } => {
            let path = path_of(&client, member).await?;
            let changed = client.change("PATCH", &path, profile.fields()).await?;
            output::one(&changed.body, json);
            Ok(())
        }
        Action::Roles { member, roles } => {
            let path = path_of(&client, member).await?;
            set_roles(&client, &path, roles).await
        }
        Action::Disable { member } => act(&client, member, "disable").await,
        Action::Enable { member } => act(&client, member, "enable").await,
        Action::ResetSecondFactor { member } => act(&client, member, "reset-second-factor").await,
        Action::Unlock { member } => act(&client, member, "unlock").await,
        Action::Link { member } => {
            let path = path_of(&client, member).await?;
            print_link(&client, &path, json).await
        }
    }
}

async fn add(
    client: &Client,
    body: Value,
    roles: &[String],
    json: bool,
) -> Result<(), CommandError> {
    let made = client.ask(Ask::new("POST", "/members", Some(body))).await?;
    let id = made.body.get("id").and_then(Value::as_str).unwrap_or("");
    let path = format!("/members/{}", encoded(id));
    if !roles.is_empty() {
        set_roles(client, &path, roles).await?;
    }
    print_link(client, &path, json).await
}

async fn set_roles(client: &Client, path: &str, roles: &[String]) -> Result<(), CommandError> {
    let body = json!({ "roles": roles });
    let asked = format!("{path}/roles");
    let read = client.get(path).await?;
    let ask = Ask {
        if_match: read.etag.as_deref(),
        ..Ask::new("PUT", &asked, Some(body))
    };
    client.ask(ask).await.map(|_| ())
}

async fn act(client: &Client, member: &str, what: &str) -> Result<(), CommandError> {
    let path = format!("{}/{what}", path_of(client, member).await?);
    client.ask(Ask::new("POST", &path, None)).await.map(|_| ())
}

async fn print_link(client: &Client, path: &str, json: bool) -> Result<(), CommandError> {
    let asked = format!("{path}/one-time-link");
    let made = client.ask(Ask::new("POST", &asked, None)).await?;
    if json {
        output::one(&made.body, true);
    } else {
        output::one(&made.body, false);
        output::line(
            "Give both to the person over a channel that you trust. They open one door, once.",
        );
    }
    Ok(())
}
