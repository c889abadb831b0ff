//! Tries a directory out as it is being set up: whether it answers, whether it lets us in, and what it
//! tells. Nothing is kept.

use std::collections::BTreeMap;

use config::id::DirectoryId;
use config::language::LocalText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::entry::{TheirDepartment, TheirPerson};
use super::feishu::{self, FeishuSettings, FeishuSource, FoundTenant, SuitePermission};
use super::ldap::LdapSource;
use super::provider::Unusable;
use super::source::OrganisationSource;
use super::suite::secrets as named;
use super::wecom::{self, WeComSettings, WeComSource};
use super::{Source, addresses, cas, change, keep_secret, ldap_access, oidc, saml, secret, whole};
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
    /// Of a kind that has several, each by its name; the same of those that are left out.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// The directory that is being changed.
    #[serde(default)]
    pub directory: Option<DirectoryId>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
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
    /// What our application is allowed at a suite, and what it needs; of other kinds empty.
    pub permissions: Vec<SuitePermission>,
    /// The company at a suite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<FoundTenant>,
}

/// # Errors
/// What is wrong in what is to be tried.
pub async fn probe(state: &State, probe: DirectoryProbe) -> Result<DirectoryFinding, Refused> {
    let wrong = change::source_problems(&probe.source, super::UsedFor::Both);
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    if let Source::Feishu(settings) = &probe.source {
        let secrets = secrets_of(state, &probe).await?;
        return Ok(of_feishu(state, settings, &secrets).await);
    }
    if let Source::WeCom(settings) = &probe.source {
        let secrets = secrets_of(state, &probe).await?;
        return Ok(of_wecom(state, settings, &secrets).await);
    }
    let secret = secret_of(state, &probe).await?;
    let finding = DirectoryFinding::default();
    let Some(settings) = probe.source.ldap() else {
        // It lists nobody: that it answers is all that there is to find.
        let answered = answers(state, &probe.source, probe.directory.as_ref()).await;
        return Ok(match answered {
            Ok(()) => finding,
            Err(error) => failed(finding, "connect", error.why),
        });
    };
    match LdapSource::open(ldap_access(state, &settings, &secret)).await {
        Ok(source) => Ok(listed(source, finding).await),
        Err(error) => Ok(failed(finding, "connect", error.why)),
    }
}

/// The first of all that it lists.
async fn listed(
    mut source: impl OrganisationSource,
    mut finding: DirectoryFinding,
) -> DirectoryFinding {
    match source.departments().await {
        Ok(departments) => {
            finding.department_count = departments.len();
            finding.departments = departments.into_iter().take(SAMPLE).collect();
        }
        Err(error) => return failed(finding, "departments", error.why),
    }
    // A department may have nobody in it.
    for _ in 0..SAMPLE {
        match source.people().await {
            Ok(people) => {
                let (is_over, people) = (people.is_none(), people.unwrap_or_default());
                let left = SAMPLE - finding.people.len();
                finding.people.extend(people.into_iter().take(left));
                if is_over || finding.people.len() == SAMPLE {
                    break;
                }
            }
            Err(error) => return failed(finding, "people", error.why),
        }
    }
    finding
}

/// Who we are there, what we may, and what is listed.
async fn of_feishu(
    state: &State,
    settings: &FeishuSettings,
    secrets: &named::Secrets,
) -> DirectoryFinding {
    let mut finding = DirectoryFinding::default();
    let with = (settings, secrets);
    match feishu::permissions(state, with).await {
        Ok(permissions) => finding.permissions = permissions,
        Err(error) => return failed(finding, "connect", error.why()),
    }
    match feishu::tenant(state, with).await {
        Ok(tenant) => finding.tenant = Some(tenant),
        Err(error) => return failed(finding, "connect", error.why()),
    }
    listed(FeishuSource::new(state, None, with), finding).await
}

/// What we may there, and what is listed.
async fn of_wecom(
    state: &State,
    settings: &WeComSettings,
    secrets: &named::Secrets,
) -> DirectoryFinding {
    let mut finding = DirectoryFinding::default();
    let with = (settings, secrets);
    match wecom::permissions(state, with).await {
        Ok((permissions, tenant)) => {
            finding.permissions = permissions;
            finding.tenant = Some(tenant);
        }
        Err(error) => return failed(finding, "connect", error.why()),
    }
    let mut finding = listed(WeComSource::new(state, None, with), finding).await;
    finding.permissions.extend(wecom::seen(&finding.people));
    finding
}

/// Whether what has a sign-in page of its own answers.
async fn answers(
    state: &State,
    source: &Source,
    directory: Option<&DirectoryId>,
) -> Result<(), Unusable> {
    let outbound = &state.settings.outbound;
    match source {
        // These are asked for what they list, or tell us by themselves.
        Source::Ldap(_)
        | Source::ActiveDirectory(_)
        | Source::Scim(_)
        | Source::Feishu(_)
        | Source::WeCom(_) => Ok(()),
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
    if keep_secret::confidant(&kept.source) != keep_secret::confidant(&probe.source) {
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

/// The same of a kind that has several.
async fn secrets_of(state: &State, probe: &DirectoryProbe) -> Result<named::Secrets, Refused> {
    let kept = match &probe.directory {
        Some(id) => Some(whole(&mut *state.store.read().await?, id).await?),
        None => None,
    };
    let kept = kept.filter(|kept| kept.source.kind() == probe.source.kind());
    let is_same = kept.as_ref().is_some_and(|kept| {
        keep_secret::confidant(&kept.source) == keep_secret::confidant(&probe.source)
    });
    let had = match &kept {
        Some(kept) => named::open(&state.sealer, kept)?,
        None => named::Secrets::default(),
    };
    let all = named::merged(probe.source.secrets(), had, is_same, &probe.secrets);
    all.map_err(Refused::Invalid)
}
