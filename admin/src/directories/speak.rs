//! Whoever speaks the protocol of a directory, by its kind: for listing everybody, for signing in, and for reading
//! what it tells by itself.

use zeroize::Zeroizing;

use super::cas::CasProvider;
use super::feishu::{FeishuCallback, FeishuProvider, FeishuSource};
use super::ldap::LdapSource;
use super::oidc::OidcProvider;
use super::provider::SignInProvider;
use super::saml::SamlProvider;
use super::scim::ScimSource;
use super::source::{OrganisationSource, SourceError};
use super::suite::callback::Callback;
use super::suite::secrets;
use super::wecom::{WeComCallback, WeComProvider, WeComSource};
use super::{Source, Whole, ldap, secret};
use crate::pages::Failure;
use crate::state::State;
use crate::store::StoreError;
use crate::sync::Broken;

/// Opens a directory, so that everybody can be asked for.
///
/// # Errors
/// [`Broken::Source`] if it cannot be reached, or refuses.
pub async fn open(state: &State, directory: &Whole) -> Result<Box<dyn OrganisationSource>, Broken> {
    let secret = secret::open(&state.sealer, directory)?;
    if let Source::Scim(settings) = &directory.source {
        let source = ScimSource::new(&state.store, &directory.row.id, settings);
        return Ok(Box::new(source));
    }
    if let Source::Feishu(settings) = &directory.source {
        let secrets = secrets::open(&state.sealer, directory)?;
        let source = FeishuSource::new(state, Some(&directory.row.id), (settings, &secrets));
        return Ok(Box::new(source));
    }
    if let Source::WeCom(settings) = &directory.source {
        let secrets = secrets::open(&state.sealer, directory)?;
        let source = WeComSource::new(state, Some(&directory.row.id), (settings, &secrets));
        return Ok(Box::new(source));
    }
    let Some(settings) = directory.source.ldap() else {
        return Err(SourceError::new((
            "a directory of this kind lists nobody",
            "该类型的目录不提供人员列表",
        ))
        .into());
    };
    let source = LdapSource::open(ldap_access(state, &settings, &secret)).await?;
    Ok(Box::new(source))
}

/// What it takes to ask by LDAP.
#[must_use]
pub fn ldap_access<'a>(
    state: &'a State,
    settings: &'a ldap::LdapSettings,
    password: &'a str,
) -> ldap::Access<'a> {
    ldap::Access {
        outbound: &state.settings.outbound,
        settings,
        password,
        now: state.clock.now(),
    }
}

/// The secret with which a directory is asked; empty where there is none.
pub fn secret_of(state: &State, directory: &Whole) -> Result<Zeroizing<String>, StoreError> {
    secret::open(&state.sealer, directory)
}

/// Whoever speaks the protocol of a directory that has a sign-in page.
///
/// # Errors
/// [`Failure::NotFound`] if it has none.
pub fn provider(state: &State, directory: &Whole) -> Result<Box<dyn SignInProvider>, Failure> {
    match &directory.source {
        Source::Ldap(_) | Source::ActiveDirectory(_) | Source::Scim(_) => Err(Failure::NotFound),
        Source::Oidc(_) => Ok(Box::new(oidc_provider(state, directory)?)),
        Source::Cas(settings) => Ok(Box::new(CasProvider {
            outbound: state.settings.outbound.clone(),
            settings: settings.clone(),
        })),
        Source::Saml(_) => Ok(Box::new(saml_provider(state, directory)?)),
        Source::Feishu(settings) => {
            let secrets = secrets::open(&state.sealer, directory)?;
            let id = &directory.row.id;
            Ok(Box::new(FeishuProvider::new(
                state,
                id,
                (settings, &secrets),
            )))
        }
        Source::WeCom(settings) => {
            let secrets = secrets::open(&state.sealer, directory)?;
            let id = &directory.row.id;
            Ok(Box::new(WeComProvider::new(
                state,
                id,
                (settings, &secrets),
            )))
        }
    }
}

/// Whoever reads what is told at the callback of a directory; `None`: it has none.
pub fn callback(state: &State, directory: &Whole) -> Result<Option<Box<dyn Callback>>, StoreError> {
    match &directory.source {
        Source::Feishu(settings) => {
            let secrets = secrets::open(&state.sealer, directory)?;
            Ok(Some(Box::new(FeishuCallback::new(settings, secrets))))
        }
        Source::WeCom(settings) => {
            let secrets = secrets::open(&state.sealer, directory)?;
            Ok(Some(Box::new(WeComCallback::new(settings, secrets))))
        }
        _ => Ok(None),
    }
}

/// Whoever speaks OpenID Connect with a directory.
///
/// # Errors
/// [`Failure::NotFound`] if it is of another kind.
pub fn oidc_provider(state: &State, directory: &Whole) -> Result<OidcProvider, Failure> {
    match &directory.source {
        Source::Oidc(settings) => Ok(OidcProvider {
            id: directory.row.id.clone(),
            sealer: state.sealer.clone(),
            issuers: state.issuers.clone(),
            outbound: state.settings.outbound.clone(),
            clock: state.clock.clone(),
            settings: settings.clone(),
            secret: secret_of(state, directory)?,
        }),
        _ => Err(Failure::NotFound),
    }
}

/// Whoever speaks SAML with a directory.
///
/// # Errors
/// [`Failure::NotFound`] if it is of another kind.
pub fn saml_provider(state: &State, directory: &Whole) -> Result<SamlProvider, Failure> {
    match &directory.source {
        Source::Saml(settings) => Ok(SamlProvider {
            state: state.clone(),
            id: directory.row.id.clone(),
            settings: settings.clone(),
            secret: secret_of(state, directory)?,
        }),
        _ => Err(Failure::NotFound),
    }
}
