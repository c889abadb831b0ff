//! The secret of a directory as a draft leaves it: entered, kept, or made here.

use config::id::DirectoryId;

use super::suite::secrets as named;
use super::{DirectoryDraft, Source, Whole, ad, feishu, ldap, oidc, saml, secret, wecom};
use crate::edit::Edit;
use crate::refused::{Invalid, Refused};
use crate::store::StoreError;

/// As the row is to hold it, and where there are several, which are set.
///
/// # Errors
/// If what was kept cannot be opened. What is wrong in the draft is added to the list.
pub(super) async fn kept(
    edit: &mut Edit<'_>,
    id: &DirectoryId,
    before: Option<&Whole>,
    (draft, wrong): (&DirectoryDraft, &mut Vec<Invalid>),
) -> Result<(Option<Vec<u8>>, Vec<String>), Refused> {
    if let Source::Saml(settings) = &draft.source {
        if !wrong.is_empty() {
            // Keys take a while to make.
            return Ok((None, Vec::new()));
        }
        let keys = own_keys(edit, id, before, (settings, wrong)).await?;
        return Ok((keys, Vec::new()));
    }
    if draft.source.secrets().is_empty() {
        // The same of one that has none: a name is none that it knows.
        named::kept(edit, (None, true), draft, wrong)?;
        return Ok((kept_secret(edit, id, before, draft, wrong), Vec::new()));
    }
    if draft.secret.is_some() {
        wrong.push(Invalid::new(
            "secret",
            (
                "a directory of this kind has several",
                "该类型的目录有多个密钥",
            ),
            ("none: `secrets` by name", "留空：请在 secrets 中分别填写"),
        ));
    }
    let before = before.filter(|before| before.source.kind() == draft.source.kind());
    let is_same = before.is_some_and(|one| confidant(&one.source) == confidant(&draft.source));
    let Some((all, names)) = named::kept(edit, (before, is_same), draft, wrong)? else {
        return Ok((None, Vec::new()));
    };
    Ok((Some(secret::seal(&edit.state().sealer, id, &all)), names))
}

/// The secret as it is to be kept.
fn kept_secret(
    edit: &Edit<'_>,
    id: &DirectoryId,
    before: Option<&Whole>,
    draft: &DirectoryDraft,
    wrong: &mut Vec<Invalid>,
) -> Option<Vec<u8>> {
    let needs = match &draft.source {
        Source::Ldap(settings) => settings.needs_secret(),
        Source::ActiveDirectory(_) => true,
        Source::Oidc(settings) => settings.needs_secret(),
        Source::Cas(_)
        | Source::Scim(_)
        | Source::Saml(_)
        | Source::Feishu(_)
        | Source::WeCom(_) => false,
    };
    let same = before.is_some_and(|before| confidant(&before.source) == confidant(&draft.source));
    let had = before.and_then(|before| before.row.secret.clone());
    let kept = match draft.secret.as_deref() {
        Some(text) if text.len() > secret::MOST || text.contains('\0') => {
            wrong.push(Invalid::new(
                "secret",
                ("this is no secret of such a service", "这不是有效的密钥"),
                ("at most 16384 bytes", "最多 16384 字节"),
            ));
            return None;
        }
        Some("") => None,
        Some(text) => Some(secret::seal(&edit.state().sealer, id, text)),
        None => had.clone().filter(|_| same),
    };
    if needs && kept.is_none() {
        let what = if had.is_some() && draft.secret.is_none() {
            (
                "where the secret is sent, or how, has changed",
                "密钥的发送对象或方式已改变",
            )
        } else {
            ("the secret is missing", "缺少密钥")
        };
        wrong.push(Invalid::new(
            "secret",
            what,
            ("enter the secret", "请填写密钥"),
        ));
    }
    kept.filter(|_| needs)
}

/// Our keys at the provider, which are made here.
async fn own_keys(
    edit: &mut Edit<'_>,
    id: &DirectoryId,
    before: Option<&Whole>,
    (settings, wrong): (&saml::SamlSettings, &mut Vec<Invalid>),
) -> Result<Option<Vec<u8>>, Refused> {
    let sealer = &edit.state().sealer.clone();
    let had = match before {
        Some(before) if matches!(before.source, Source::Saml(_)) => {
            Some(secret::open(sealer, before)?)
        }
        _ => None,
    };
    match saml::kept_keys(had, settings.key_generation).await {
        Ok(keys) => Ok(Some(secret::seal(sealer, id, &keys))),
        Err(saml::KeyError::Generation(now)) => {
            let (as_is, next) = (now, now.saturating_add(1));
            wrong.push(Invalid::new(
                "source.key_generation",
                ("keys follow each other one by one", "密钥只能逐个轮换"),
                (
                    &format!("{as_is} as it is, or {next} for the next key"),
                    &format!("保持 {as_is}，或填 {next} 启用下一个密钥"),
                ),
            ));
            Ok(None)
        }
        Err(error) => Err(StoreError::Corrupt(error.to_string()).into()),
    }
}

/// To whom the secret is shown, and how well guarded on its way: if that changes, it is asked for anew.
pub(super) fn confidant(source: &Source) -> serde_json::Value {
    match source {
        Source::Ldap(settings) => ldap::confidant(settings),
        Source::ActiveDirectory(settings) => ad::confidant(settings),
        Source::Oidc(settings) => oidc::confidant(settings),
        Source::Feishu(settings) => feishu::confidant(settings),
        Source::WeCom(settings) => wecom::confidant(settings),
        // There is no secret to show.
        Source::Cas(_) | Source::Scim(_) | Source::Saml(_) => serde_json::Value::Null,
    }
}
