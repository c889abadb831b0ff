//! `gatehouse members …`: people with an account.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::client::{Ask, Client, CommandError, encoded};
use crate::cli::node::Node;
use crate::cli::{named, output, pages, roles};

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
        /// The name to sign in with: letters a-z, digits, Chinese characters, `.`, `_` and `-`.
        username: String,
        #[command(flatten)]
        profile: Profile,
        /// A person from outside.
        #[arg(long)]
        guest: bool,
        /// A role in the admin plane; may be repeated.
        #[arg(long)]
        role: Vec<String>,
    },
    /// List people.
    List {
        /// Only those whose name (or its pinyin), username, mail address, mobile or employee number contains
        /// this.
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
    /// Remove a disabled person for good.
    Remove { member: String },
    /// Print a new one-time link at which the person chooses a password. The old password and all
    /// sessions end at once.
    Link {
        member: String,
        /// Let the old password and all sessions go on until the link is used.
        #[arg(long)]
        keep_password: bool,
    },
    /// Set which roles the person has in the admin plane; none takes all away. A role is named as
    /// `gatehouse roles` lists it.
    Roles {
        member: String,
        roles: Vec<String>,
        /// A department, by id or name, to which these roles are confined, with all below it; may be
        /// repeated.
        #[arg(long)]
        within: Vec<String>,
    },
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
    /// A mail address.
    #[arg(long)]
    pub email: Option<String>,
    /// Vouch that the mail address is the person's: they can sign in with it, and applications are
    /// told of it.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub email_verified: Option<bool>,
    /// A telephone number with its country, such as +8613800138000.
    #[arg(long)]
    pub mobile: Option<String>,
    /// The number in the books of the organisation.
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
        if let Some(verified) = self.email_verified {
            fields["email_verified"] = json!(verified);
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

/// What the API takes when a person is changed.
const FIELDS: [&str; 8] = [
    "kind",
    "username",
    "display_name",
    "email",
    "mobile",
    "employee_number",
    "departments",
    "groups",
];

/// The id of one member, found by id, username or mail address.
pub async fn id_of(client: &Client, member: &str) -> Result<String, CommandError> {
    let found = client.get(&format!("/members/{}", encoded(member))).await;
    let found = found.map_err(|why| match why {
        CommandError::Missing(_) => CommandError::Missing(format!(
            "there is no member with the username, mail address or id \"{member}\"; `gatehouse members list` \
             shows who there is"
        )),
        other => other,
    })?;
    let id = found.body.get("id").and_then(Value::as_str);
    Ok(id.unwrap_or_default().to_owned())
}

/// The path of one member, found by id, username or mail address.
pub async fn path_of(client: &Client, member: &str) -> Result<String, CommandError> {
    Ok(format!(
        "/members/{}",
        encoded(&id_of(client, member).await?)
    ))
}

/// Changes a person; departments and groups are read as objects and sent as ids.
async fn change(client: &Client, member: &str, mut changes: Value) -> Result<Value, CommandError> {
    let path = path_of(client, member).await?;
    let read = client.get(&path).await?.body;
    for field in ["departments", "groups"] {
        let rows = read.get(field).and_then(Value::as_array);
        let ids = rows.into_iter().flatten().filter_map(|row| row.get("id"));
        changes[field] = ids.cloned().collect();
    }
    // Only where it is said: what was vouched for is not the address that stands there now.
    let mut fields = FIELDS.to_vec();
    if changes.get("email_verified").is_some() {
        fields.push("email_verified");
    }
    Ok(client.change(&path, &fields, &changes).await?.body)
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
        } => add(&client, new_person(username, profile, *guest), role, json).await,
        Action::List { search } => list(&client, search.as_deref(), json).await,
        Action::Show { member } => {
            let path = path_of(&client, member).await?;
            output::one(&client.get(&path).await?.body, json);
            Ok(())
        }
        Action::Change { member, profile } => {
            output::one(&change(&client, member, profile.fields()).await?, json);
            Ok(())
        }
        Action::Roles {
            member,
            roles,
            within,
        } => give(&client, member, roles, within).await,
        Action::Disable { member } => act(&client, member, "disable").await,
        Action::Enable { member } => act(&client, member, "enable").await,
        Action::ResetSecondFactor { member } => {
            let path = format!("{}/second-factor", path_of(&client, member).await?);
            delete(&client, &path).await
        }
        Action::Remove { member } => {
            let path = path_of(&client, member).await?;
            delete(&client, &path).await
        }
        Action::Unlock { member } => act(&client, member, "unlock").await,
        Action::Link {
            member,
            keep_password,
        } => {
            let path = path_of(&client, member).await?;
            print_link(&client, &path, *keep_password, json).await?;
            if !keep_password && !json {
                output::line("The old password and every session have ended.");
            }
            Ok(())
        }
    }
}

fn new_person(username: &str, profile: &Profile, guest: bool) -> Value {
    let mut body = profile.fields();
    body["username"] = json!(username);
    body["kind"] = json!(if guest { "guest" } else { "member" });
    if body.get("display_name").is_none() {
        body["display_name"] = json!(username);
    }
    body
}

async fn list(client: &Client, search: Option<&str>, json: bool) -> Result<(), CommandError> {
    let found = pages::all(client, &pages::of("/members", search), usize::MAX).await?;
    output::rows(&found, &COLUMNS, json);
    Ok(())
}

async fn delete(client: &Client, path: &str) -> Result<(), CommandError> {
    let asked = Ask::new("DELETE", path, None);
    client.ask(asked).await.map(|_| ())
}

async fn add(
    client: &Client,
    body: Value,
    roles: &[String],
    json: bool,
) -> Result<(), CommandError> {
    // Known before anything is asked, so that nobody is added whose role is then refused.
    let roles = roles::ids(client, roles).await?;
    let made = client.ask(Ask::new("POST", "/members", Some(body))).await?;
    let id = made.body.get("id").and_then(Value::as_str).unwrap_or("");
    let path = format!("/members/{}", encoded(id));
    if !roles.is_empty() {
        set_roles(client, &path, &roles, &[]).await?;
    }
    print_link(client, &path, false, json).await
}

async fn give(
    client: &Client,
    member: &str,
    roles: &[String],
    within: &[String],
) -> Result<(), CommandError> {
    let path = path_of(client, member).await?;
    set_roles(client, &path, &roles::ids(client, roles).await?, within).await
}

async fn set_roles(
    client: &Client,
    path: &str,
    roles: &[String],
    within: &[String],
) -> Result<(), CommandError> {
    let mut ids = Vec::with_capacity(within.len());
    for department in within {
        ids.push(named::id_of(client, "/departments", department).await?);
    }
    let within = (!ids.is_empty()).then_some(ids);
    let roles = roles.iter();
    let roles: Vec<Value> = roles
        .map(|role| json!({ "role": role, "within": within }))
        .collect();
    let body = json!({ "roles": roles });
    let read = client.get(path).await?;
    let held = format!("{path}/roles");
    let asked = Ask {
        if_match: read.etag.as_deref(),
        ..Ask::new("PUT", &held, Some(body))
    };
    client.ask(asked).await.map(|_| ())
}

async fn act(client: &Client, member: &str, what: &str) -> Result<(), CommandError> {
    let path = format!("{}/{what}", path_of(client, member).await?);
    client.ask(Ask::new("POST", &path, None)).await.map(|_| ())
}

async fn print_link(
    client: &Client,
    path: &str,
    keep_password: bool,
    json: bool,
) -> Result<(), CommandError> {
    let asked = format!("{path}/one-time-link?keep_password={keep_password}");
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
