//! Sets a new password in Microsoft AD, in exchange for the present one, as the person (MS-ADTS §3.1.1.3.1.5).

use std::collections::HashSet;

use ldap3::{Ldap, LdapResult, Mod};

use super::authenticate::{bound_as, entry_of, in_time, refusal};
use super::bind_refusal::BindRefusal;
use super::connect::{ANSWER, Access, bound};
use super::explain::{explain, refused};
use super::settings::Security;
use super::who::Who;
use crate::directories::source::SourceError;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// The present one is wrong, or the person may not sign in. The reason for the log.
    Wrong(&'static str),
    /// The new one is against the rules of the directory, or it is too soon for another one.
    AgainstTheRules,
}

/// Changes it. Whoever must do so before they are let in has no connection of their own: for them the account
/// of the settings asks, and the present password proves them all the same.
///
/// # Errors
/// If the directory cannot be asked, or does not let people do so.
pub async fn change(
    access: Access<'_>,
    who: Who<'_>,
    (present, new): (&str, &str),
) -> Result<Changed, SourceError> {
    if access.settings.security == Security::None {
        return Err(SourceError::new((
            "a password is changed over TLS alone",
            "仅可通过 TLS 修改密码",
        )));
    }
    // A bind without a password is one as nobody, and would succeed (RFC 4513 §5.1.2).
    if present.is_empty() || new.is_empty() {
        return Ok(Changed::Wrong("wrong_password"));
    }
    in_time(access, Box::pin(changed(access, who, (present, new)))).await
}

async fn changed(
    access: Access<'_>,
    who: Who<'_>,
    (present, new): (&str, &str),
) -> Result<Changed, SourceError> {
    let mut service = bound(access).await?;
    let server = service.server.clone();
    let Some((dn, _)) = entry_of(&mut service, access, who).await? else {
        return Ok(Changed::Wrong("unknown_account"));
    };
    let (mut own, result) = bound_as(access, &server, &dn, present).await?;
    let asks = match (result.rc, refusal(access, &result)) {
        (0, _) => &mut own,
        (49, Some(BindRefusal::PasswordExpired | BindRefusal::MustChangePassword)) => {
            &mut service.ldap
        }
        (49, why) => {
            return Ok(Changed::Wrong(
                why.map_or("wrong_password", BindRefusal::reason),
            ));
        }
        _ => return Err(refused(&server, &result)),
    };
    let result = exchange(asks, &dn, (present, new)).await;
    let result = result.map_err(|error| explain(&server, &error))?;
    let _ = own.unbind().await;
    let _ = service.ldap.unbind().await;
    outcome(&result).ok_or_else(|| refused(&server, &result))
}

/// The present one is taken away, and the new one put in its place, in one step.
async fn exchange(
    ldap: &mut Ldap,
    dn: &str,
    (present, new): (&str, &str),
) -> Result<LdapResult, ldap3::LdapError> {
    let of = |password| HashSet::from([quoted(password)]);
    let attribute = b"unicodePwd".to_vec();
    let mods = vec![
        Mod::Delete(attribute.clone(), of(present)),
        Mod::Add(attribute, of(new)),
    ];
    ldap.with_timeout(ANSWER).modify(dn, mods).await
}

/// As AD takes passwords: in quotation marks, in UTF-16.
fn quoted(password: &str) -> Vec<u8> {
    let text = format!("\"{password}\"");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// What a result says; `None`: something else is wrong.
fn outcome(result: &LdapResult) -> Option<Changed> {
    let says = |code: &str| result.text.to_ascii_uppercase().contains(code);
    match result.rc {
        0 => Some(Changed::Done),
        // ERROR_INVALID_PASSWORD, then ERROR_PASSWORD_RESTRICTION.
        19 | 53 if says("00000056") => Some(Changed::Wrong("wrong_password")),
        19 | 53 if says("0000052D") || result.rc == 19 => Some(Changed::AgainstTheRules),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_quoted_in_two_bytes_a_character() {
        assert_eq!(quoted("é"), [0x22, 0, 0xe9, 0, 0x22, 0]);
    }
}
