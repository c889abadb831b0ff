//! The secrets of a suite, by name: each is entered for itself and none is shown. Sealed as one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use crate::directories::{Whole, secret};
use crate::edit::Edit;
use crate::refused::Invalid;
use crate::sealed::Sealer;
use crate::store::StoreError;

/// None is longer, in bytes.
const MOST: usize = 1024;

/// A secret that a suite has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: &'static str,
    /// Without it the suite cannot be asked; others are for events alone.
    pub is_needed: bool,
    /// Whether it is shown to the cloud, and so not to another one without being entered anew.
    pub is_sent: bool,
}

/// What was entered.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secrets(BTreeMap<String, String>);

impl Drop for Secrets {
    fn drop(&mut self) {
        self.0.values_mut().for_each(zeroize::Zeroize::zeroize);
    }
}

impl Secrets {
    /// Empty where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    pub fn set(&mut self, name: &str, value: &str) {
        let before = if value.is_empty() {
            self.0.remove(name)
        } else {
            self.0.insert(name.to_owned(), value.to_owned())
        };
        if let Some(mut before) = before {
            before.zeroize();
        }
    }
}

/// Those of a directory; none where it has none.
pub fn open(sealer: &Sealer, directory: &Whole) -> Result<Secrets, StoreError> {
    let text = secret::open(sealer, directory)?;
    if text.is_empty() || directory.source.secrets().is_empty() {
        return Ok(Secrets::default());
    }
    Ok(serde_json::from_str(&text)?)
}

/// Those of a draft: what it does not name stays as it is, but for what would be shown to somebody else.
pub fn merged(
    named: &[Named],
    mut kept: Secrets,
    is_same_confidant: bool,
    entered: &BTreeMap<String, String>,
) -> Result<Secrets, Vec<Invalid>> {
    let mut lost = Vec::new();
    for one in named.iter().filter(|one| one.is_sent && !is_same_confidant) {
        if !kept.get(one.name).is_empty() {
            lost.push(one.name);
        }
        kept.set(one.name, "");
    }
    let mut wrong = Vec::new();
    for (name, value) in entered {
        match unfit(named, name, value) {
            Some(invalid) => wrong.push(invalid),
            None => kept.set(name, value.trim()),
        }
    }
    let needed = named.iter().filter(|one| one.is_needed);
    for one in needed.filter(|one| kept.get(one.name).is_empty()) {
        let was_lost = lost.contains(&one.name) && !entered.contains_key(one.name);
        wrong.push(missing(one.name, was_lost));
    }
    if wrong.is_empty() {
        Ok(kept)
    } else {
        Err(wrong)
    }
}

fn missing(name: &str, was_lost: bool) -> Invalid {
    let what = if was_lost {
        (
            "where the secret is sent, or how, has changed",
            "密钥的发送对象或方式已改变",
        )
    } else {
        ("the secret is missing", "缺少密钥")
    };
    let field = format!("secrets.{name}");
    Invalid::new(&field, what, ("enter the secret", "请填写密钥"))
}

fn unfit(named: &[Named], name: &str, value: &str) -> Option<Invalid> {
    if named.iter().all(|one| one.name != name) {
        return Some(unknown(named, name));
    }
    let is_unfit = value.len() > MOST || value.chars().any(char::is_control);
    is_unfit.then(|| {
        Invalid::new(
            &format!("secrets.{name}"),
            ("this is no secret of such a service", "这不是有效的密钥"),
            (
                "at most 1024 bytes, without control characters",
                "最多 1024 字节，不含控制字符",
            ),
        )
    })
}

fn unknown(named: &[Named], name: &str) -> Invalid {
    let known: Vec<_> = named.iter().map(|one| one.name).collect();
    let (en, zh) = if known.is_empty() {
        (
            "none: `secret` is what this kind has".to_owned(),
            "留空：该类型使用 secret".to_owned(),
        )
    } else {
        (known.join(", "), known.join("、"))
    };
    Invalid::new(
        &format!("secrets.{}", name.chars().take(64).collect::<String>()),
        ("there is no secret of this name", "没有该名称的密钥"),
        (&en, &zh),
    )
}

/// As the row is to hold them, and which there are.
pub(in crate::directories) fn kept(
    edit: &Edit<'_>,
    (before, is_same_confidant): (Option<&Whole>, bool),
    draft: &crate::directories::DirectoryDraft,
    wrong: &mut Vec<Invalid>,
) -> Result<Option<(String, Vec<String>)>, StoreError> {
    let had = match before {
        Some(before) => open(&edit.state().sealer, before)?,
        None => Secrets::default(),
    };
    let named = draft.source.secrets();
    match merged(named, had, is_same_confidant, &draft.secrets) {
        Ok(secrets) => Ok(Some((serde_json::to_string(&secrets)?, secrets.names()))),
        Err(all) => {
            wrong.extend(all);
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMED: [Named; 2] = [
        Named {
            name: "app_secret",
            is_needed: true,
            is_sent: true,
        },
        Named {
            name: "encrypt_key",
            is_needed: false,
            is_sent: false,
        },
    ];

    fn of(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        owned.collect()
    }

    fn fields(result: Result<Secrets, Vec<Invalid>>) -> Vec<String> {
        let wrong = result.err().unwrap_or_default();
        wrong.into_iter().map(|one| one.field).collect()
    }

    #[test]
    fn what_is_not_named_stays_and_what_is_empty_goes() {
        let both = of(&[("app_secret", "s"), ("encrypt_key", "k")]);
        let first = merged(&NAMED, Secrets::default(), true, &both)
            .ok()
            .unwrap();
        let same = merged(&NAMED, first.clone(), true, &of(&[])).ok().unwrap();
        assert!(same == first);
        let without = of(&[("encrypt_key", "")]);
        let less = merged(&NAMED, first.clone(), true, &without).ok().unwrap();
        assert_eq!(less.names(), ["app_secret"]);
        let needed = of(&[("app_secret", "")]);
        assert_eq!(
            fields(merged(&NAMED, first, true, &needed)),
            ["secrets.app_secret"]
        );
    }

    #[test]
    fn attack_27_a_secret_is_shown_to_nobody_else_without_being_entered_anew() {
        let both = of(&[("app_secret", "s"), ("encrypt_key", "k")]);
        let first = merged(&NAMED, Secrets::default(), true, &both)
            .ok()
            .unwrap();
        let moved = merged(&NAMED, first.clone(), false, &of(&[]));
        assert_eq!(fields(moved), ["secrets.app_secret"]);
        let entered = of(&[("app_secret", "t")]);
        let moved = merged(&NAMED, first, false, &entered).ok().unwrap();
        assert_eq!(
            (moved.get("app_secret"), moved.get("encrypt_key")),
            ("t", "k")
        );
    }

    #[test]
    fn a_name_that_there_is_not_is_told() {
        let entered = of(&[("app_secret", "s"), ("password", "p")]);
        let wrong = merged(&NAMED, Secrets::default(), true, &entered);
        assert_eq!(fields(wrong), ["secrets.password"]);
    }
}
