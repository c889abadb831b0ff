//! Whether somebody knows the password of their entry: it is searched for, and bound as (RFC 4513 §5.1.3).

use std::time::Duration;

use ldap3::{Ldap, LdapResult, SearchEntry};
use tokio::time::timeout;

use super::bind_refusal::BindRefusal;
use super::connect::{ANSWER, Access, Bound, bound, connect};
use super::dialect::Dialect;
use super::entry::{Entry, attributes_of, person};
use super::explain::{explain, refused};
use super::pool;
use super::who::Who;
use crate::directories::entry::TheirPerson;
use crate::directories::sign_in::Asserted;
use crate::directories::source::SourceError;

/// Whoever signs in waits no longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the directory says.
#[derive(Debug)]
pub enum Verdict {
    Right(Box<Asserted>),
    /// There is no such entry, or the password is wrong. The reason for the log.
    Wrong(&'static str),
    /// Nobody can say.
    Away(SourceError),
}

/// Looks for their one entry, and tries the password.
pub async fn authenticate(access: Access<'_>, who: Who<'_>, password: &str) -> Verdict {
    // A bind without a password is one as nobody, and would succeed (RFC 4513 §5.1.2).
    if password.is_empty() || matches!(who, Who::Named("")) {
        return Verdict::Wrong("wrong_password");
    }
    in_time(access, Box::pin(tried(access, who, password)))
        .await
        .unwrap_or_else(Verdict::Away)
}

/// Asks when there is room, and waits no longer than whoever signs in.
pub(super) async fn in_time<T>(
    access: Access<'_>,
    asked: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, SourceError> {
    let late = || SourceError::new(("it did not answer in time", "服务器未及时响应"));
    let in_turn = async {
        let turns = pool::turns(access);
        let _turn = turns.acquire().await.map_err(|_| late())?;
        asked.await
    };
    timeout(PATIENCE, in_turn)
        .await
        .unwrap_or_else(|_| Err(late()))
}

async fn tried(access: Access<'_>, who: Who<'_>, password: &str) -> Result<Verdict, SourceError> {
    let (server, found) = found(access, who).await?;
    let Some((dn, person)) = found else {
        return Ok(Verdict::Wrong("unknown_account"));
    };
    let (mut own, result) = bound_as(access, &server, &dn, password).await?;
    let _ = own.unbind().await;
    Ok(match result.rc {
        0 if !person.is_enabled => Verdict::Wrong("account_disabled"),
        0 => Verdict::Right(Box::new(Asserted {
            is_email_verified: true,
            person,
            ..Asserted::default()
        })),
        // Invalid credentials, constraint violation by a lock, unwilling to perform (RFC 4511 §A.2).
        49 => {
            Verdict::Wrong(refusal(access, &result).map_or("wrong_password", BindRefusal::reason))
        }
        19 | 53 => Verdict::Wrong("account_locked"),
        _ => return Err(refused(&server, &result)),
    })
}

/// Their entry, and the server that told of it.
async fn found(
    access: Access<'_>,
    who: Who<'_>,
) -> Result<(String, Option<(String, TheirPerson)>), SourceError> {
    let (mut service, was_kept) = pool::take(access).await?;
    let found = match entry_of(&mut service, access, who).await {
        // The server may have ended it meanwhile.
        Err(_) if was_kept => {
            service = bound(access).await?;
            entry_of(&mut service, access, who).await?
        }
        found => found?,
    };
    let server = service.server.clone();
    pool::keep(access, service);
    Ok((server, found))
}

/// What AD tells of why.
pub(super) fn refusal(access: Access<'_>, result: &LdapResult) -> Option<BindRefusal> {
    match access.settings.dialect {
        Dialect::Standard => None,
        Dialect::Ad(_) => BindRefusal::of(&result.text),
    }
}

/// A connection of their own, and what became of binding as them.
pub(super) async fn bound_as(
    access: Access<'_>,
    server: &str,
    dn: &str,
    password: &str,
) -> Result<(Ldap, LdapResult), SourceError> {
    let mut own = connect(access, server).await?;
    let answer = own.with_timeout(ANSWER).simple_bind(dn, password).await;
    Ok((own, answer.map_err(|error| explain(server, &error))?))
}

/// The DN and the facts of their one entry.
pub(super) async fn entry_of(
    service: &mut Bound,
    access: Access<'_>,
    who: Who<'_>,
) -> Result<Option<(String, TheirPerson)>, SourceError> {
    let Some(search) = who.search(access.settings) else {
        return Ok(None);
    };
    let server = &service.server;
    let (base, attributes) = (&search.base, attributes_of(access.settings));
    let ldap = service.ldap.with_timeout(ANSWER);
    let answer = ldap.search(base, search.scope, &search.filter, attributes);
    let found = answer.await.map_err(|error| explain(server, &error))?;
    let (entries, result) = (found.0, found.1);
    // Who is known by their name, and is no more, is nobody.
    if result.rc == 32 && matches!(who, Who::Known(_)) {
        return Ok(None);
    }
    if result.rc != 0 {
        return Err(refused(server, &result));
    }
    let mut entries = entries
        .into_iter()
        .filter(|entry| !entry.is_ref() && !entry.is_intermediate());
    let (Some(entry), None) = (entries.next(), entries.next()) else {
        return Ok(None);
    };
    let entry = SearchEntry::construct(entry);
    let dn = entry.dn.clone();
    let person = person(access.settings, &Entry::of(entry), access.now);
    let is_meant = |person: &TheirPerson| match who {
        Who::Known(key) => person.key == key,
        Who::Named(_) => true,
    };
    Ok(person.ok().filter(is_meant).map(|person| (dn, person)))
}
