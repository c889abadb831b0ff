//! Whether somebody knows the password of their entry: it is searched for, and bound as (RFC 4513 §5.1.3).

use config::settings::Outbound;
use ldap3::{Scope, SearchEntry, ldap_escape};
use tokio::sync::Semaphore;

use super::connect::{ANSWER, Bound, bound, connect};
use super::explain::{explain, refused};
use super::settings::LdapSettings;
use super::source::{Entry, attributes_of, person};
use crate::directories::entry::TheirPerson;
use crate::directories::sign_in::Asserted;
use crate::directories::source::SourceError;

/// So many are asked about at once, on this node: a server that hangs holds up no more.
static TURNS: Semaphore = Semaphore::const_new(16);

/// What the directory says.
#[derive(Debug)]
pub enum Verdict {
    Right(Box<Asserted>),
    /// There is no such entry, or the password is wrong. The reason for the log.
    Wrong(&'static str),
    /// Nobody can say.
    Away(SourceError),
}

/// Looks for the one entry that has the name, and tries the password.
pub async fn authenticate(
    outbound: &Outbound,
    settings: &LdapSettings,
    secret: &str,
    (name, password): (&str, &str),
) -> Verdict {
    // A bind without a password is one as nobody, and would succeed (RFC 4513 §5.1.2).
    if password.is_empty() || name.is_empty() {
        return Verdict::Wrong("wrong_password");
    }
    let Ok(_turn) = TURNS.acquire().await else {
        return Verdict::Wrong("wrong_password");
    };
    match tried(outbound, settings, secret, (name, password)).await {
        Ok(verdict) => verdict,
        Err(error) => Verdict::Away(error),
    }
}

async fn tried(
    outbound: &Outbound,
    settings: &LdapSettings,
    secret: &str,
    (name, password): (&str, &str),
) -> Result<Verdict, SourceError> {
    let service = bound(outbound, settings, secret).await?;
    let server = service.server.clone();
    let Some((dn, person)) = entry_of(service, settings, name).await? else {
        return Ok(Verdict::Wrong("unknown_account"));
    };
    let mut own = connect(outbound, settings, &server).await?;
    let answer = own.with_timeout(ANSWER).simple_bind(&dn, password).await;
    let result = answer.map_err(|error| explain(&server, &error))?;
    let _ = own.unbind().await;
    Ok(match result.rc {
        0 if !person.is_enabled => Verdict::Wrong("account_disabled"),
        0 => Verdict::Right(Box::new(Asserted {
            is_email_verified: true,
            person,
            ..Asserted::default()
        })),
        // Invalid credentials, constraint violation by a lock, unwilling to perform (RFC 4511 §A.2).
        49 => Verdict::Wrong("wrong_password"),
        19 | 53 => Verdict::Wrong("account_locked"),
        _ => return Err(refused(&server, &result)),
    })
}

/// The DN and the facts of the one entry that has the name.
async fn entry_of(
    mut service: Bound,
    settings: &LdapSettings,
    name: &str,
) -> Result<Option<(String, TheirPerson)>, SourceError> {
    let (people, server) = (&settings.people, &service.server);
    let answer = service
        .ldap
        .with_timeout(ANSWER)
        .search(
            settings.base_of(&people.base),
            Scope::Subtree,
            &filter(settings, name),
            attributes_of(people),
        )
        .await;
    let found = answer.map_err(|error| explain(server, &error))?;
    let (entries, result) = (found.0, found.1);
    let _ = service.ldap.unbind().await;
    if result.rc != 0 {
        return Err(refused(server, &result));
    }
    let mut entries = entries.into_iter().filter(|entry| !entry.is_ref());
    let (Some(entry), None) = (entries.next(), entries.next()) else {
        return Ok(None);
    };
    let entry = SearchEntry::construct(entry);
    let dn = entry.dn.clone();
    Ok(person(people, &Entry::of(entry)).map(|person| (dn, person)))
}

/// By username or mail address, among those that are taken for people.
fn filter(settings: &LdapSettings, name: &str) -> String {
    let (people, name) = (&settings.people, ldap_escape(name));
    let by_name = format!("({}={name})", people.username);
    let by_either = if people.email.is_empty() {
        by_name
    } else {
        format!("(|{by_name}({}={name}))", people.email)
    };
    format!("(&{}{by_either})", people.filter)
}
