//! Tries a directory out as it is being set up: whether it answers, whether it lets us in, and what it
//! tells. Nothing is kept.

use config::id::DirectoryId;
use config::language::LocalText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::entry::{TheirDepartment, TheirPerson};
use super::ldap::LdapSource;
use super::provider::Unusable;
use super::source::OrganisationSource;
use super::{Source, addresses, cas, change, ldap_access, oidc, saml, secret, whole};
use crate::refused::{Invalid, Refused};
use crate::state::State;

/// So many of each are shown.
const SAMPLE: usize = 10;

/// What is tried.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryProbe {
    pub source: Source,
    /// Left out, that of the directory is taken, if it would be shown to nobody else.
    #[serde(default)]
    pub secret: Option<String>,
    /// The directory that is being changed.
    #[serde(default)]
    pub directory: Option<DirectoryId>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DirectoryFinding {
    /// Why not everything could be read; absent: all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub problem: Option<LocalText>,
    /// `connect`, `departments` or `people`: what could not be done; absent: all was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<String>,
    /// So many departments there are, and the first of them.
    pub department_count: usize,
    pub departments: Vec<TheirDepartment>,
    /// The first people.
    pub people: Vec<TheirPerson>,
}

/// # Errors
/// What is wrong in what is to be tried.
pub async fn probe(state: &State, probe: DirectoryProbe) -> Result<DirectoryFinding, Refused> {
    let wrong = change::source_problems(&probe.source, super::UsedFor::Both);
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let secret = secret_of(state, &probe).await?;
    let mut finding = DirectoryFinding {
        problem: None,
        failed_at: None,
        department_count: 0,
        departments: Vec::new(),
        people: Vec::new(),
    };
    let Some(settings) = probe.source.ldap() else {
        // It lists nobody: that it answers is all that there is to find.
        let answered = answers(state, &probe.source, probe.directory.as_ref()).await;
        return Ok(match answered {
            Ok(()) => finding,
            Err(error) => failed(finding, "connect", error.why),
        });
    };
    let mut source = match LdapSource::open(ldap_access(state, &settings, &secret)).await {
        Ok(source) => source,
        Err(error) => return Ok(failed(finding, "connect", error.why)),
    };
    match source.departments().await {
        Ok(departments) => {
            finding.department_count = departments.len();
            finding.departments = departments.into_iter().take(SAMPLE).collect();
        }
        Err(error) => return Ok(failed(finding, "departments", error.why)),
    }
    match source.people().await {
        Ok(people) => {
            let some = people.unwrap_or_default().into_iter();
            finding.people = some.take(SAMPLE).collect();
        }
        Err(error) => return Ok(failed(finding, "people", error.why)),
    }
    Ok(finding)
}

/// Whether what has a sign-in page of its own answers.
async fn answers(
    state: &State,
    source: &Source,
    directory: Option<&DirectoryId>,
) -> Result<(), Unusable> {
    let outbound = &state.settings.outbound;
    match source {
        // The last tells us by itself: there is nothing to be asked.
        Source::Ldap(_) | Source::ActiveDirectory(_) | Source::Scim(_) => Ok(()),
        Source::Oidc(settings) => oidc::try_out(outbound, settings).await,
        Source::Cas(settings) => {
            let callback = directory.map(|id| addresses::callback(state, id));
            cas::try_out(outbound, settings, callback.as_deref()).await
        }
        Source::Saml(settings) => saml::try_out(state, settings).await,
    }
}

fn failed(finding: DirectoryFinding, at: &str, why: LocalText) -> DirectoryFinding {
    DirectoryFinding {
        problem: Some(why),
        failed_at: Some(at.to_owned()),
        ..finding
    }
}

async fn secret_of(state: &State, probe: &DirectoryProbe) -> Result<Zeroizing<String>, Refused> {
    if let Some(secret) = &probe.secret {
        return Ok(Zeroizing::new(secret.clone()));
    }
    let Some(id) = &probe.directory else {
        return Ok(Zeroizing::default());
    };
    let kept = whole(&mut *state.store.read().await?, id).await?;
    if change::confidant(&kept.source) != change::confidant(&probe.source) {
        return Err(Invalid::new(
            "secret",
            (
                "where the secret is sent, or how, has changed",
                "密钥的发送对象或方式已改变",
            ),
            ("enter the secret", "请填写密钥"),
        )
        .into());
    }
    Ok(secret::open(&state.sealer, &kept)?)
}
