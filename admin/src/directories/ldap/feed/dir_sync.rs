//! Changes in Microsoft AD by DirSync (MS-ADTS §3.1.1.3.4.1.3), where the account may replicate changes: what
//! was deleted among them, and from whichever controller.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::clock::Stopwatch;
use ldap3::asn1::{StructureTag, Types, parse_tag};
use ldap3::controls::RawControl;
use ldap3::{LdapResult, Scope};
use tokio::time::sleep;

use super::super::connect::ANSWER;
use super::super::entry::{Entry, attributes_of};
use super::super::explain::{explain, refused};
use super::super::source::LdapSource;
use super::At;
use super::update_numbers::{ANY, EVERY, highest};
use crate::directories::source::{Hints, News, SourceError};

const CONTROL: &str = "1.2.840.113556.1.4.841";
/// Of attributes with many values, those alone that have changed.
const INCREMENTAL_VALUES: [u8; 4] = [0x80, 0, 0, 0];
/// Matches nothing: only the cookie is wanted.
const NOTHING: &str = r"(objectGUID=\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00)";
/// What else a change of makes somebody another one, or somewhere else.
const BESIDES: [&str; 5] = ["isDeleted", "name", "ou", "member", "primaryGroupID"];

/// One answer.
struct Part {
    keys: Vec<String>,
    cookie: Vec<u8>,
    is_last: bool,
}

impl LdapSource {
    /// `None`: the account may not.
    pub(super) async fn dir_sync_now(&mut self, root: &Entry) -> Result<Option<At>, SourceError> {
        let passed = self.dir_sync(root, Vec::new(), NOTHING).await?;
        Ok(passed.map(|(_, cookie)| At::DirSync {
            cookie: STANDARD.encode(cookie),
        }))
    }

    pub(super) async fn dir_sync_news(
        &mut self,
        cookie: &str,
        patience: Duration,
    ) -> Result<News, SourceError> {
        let since = Stopwatch::start();
        let Ok(bytes) = STANDARD.decode(cookie) else {
            return Ok(News::Lost);
        };
        let mut root = self.root().await?;
        // To ask for the number is less work than to ask for changes.
        while let Some((seen, number)) = &self.seen_number
            && seen == cookie
            && highest(&root) == Some(*number)
        {
            if since.elapsed() >= patience {
                return Ok(News::Nothing);
            }
            sleep(EVERY.min(patience)).await;
            root = self.root().await?;
        }
        let Some((keys, cookie)) = self.dir_sync(&root, bytes, ANY).await? else {
            return Ok(News::Lost);
        };
        // What was told of before this cookie is asked for again, unless it has been seen to.
        let cookie = STANDARD.encode(cookie);
        self.seen_number = highest(&root).map(|number| (cookie.clone(), number));
        Ok(News::Hints(Hints {
            keys,
            present: None,
            cursor: self.written(At::DirSync { cookie }),
        }))
    }

    /// What has changed since a cookie, and the cookie behind it; `None`: the server refuses.
    async fn dir_sync(
        &mut self,
        root: &Entry,
        mut cookie: Vec<u8>,
        filter: &str,
    ) -> Result<Option<(Vec<String>, Vec<u8>)>, SourceError> {
        let base = root.first("defaultNamingContext");
        let base = base.unwrap_or_else(|| self.settings.base.clone());
        let mut keys = Vec::new();
        loop {
            let Some(part) = self.part(&base, cookie, filter).await? else {
                return Ok(None);
            };
            keys.extend(part.keys);
            cookie = part.cookie;
            if part.is_last {
                return Ok(Some((keys, cookie)));
            }
        }
    }

    async fn part(
        &mut self,
        base: &str,
        cookie: Vec<u8>,
        filter: &str,
    ) -> Result<Option<Part>, SourceError> {
        let key = self.settings.people.key.clone();
        let mut attributes = attributes_of(&self.settings);
        attributes.extend(BESIDES.map(str::to_owned));
        let control = RawControl {
            ctype: CONTROL.to_owned(),
            crit: true,
            val: Some(request(&cookie)),
        };
        let ldap = self.bound.ldap.with_timeout(ANSWER).with_controls(control);
        let search = ldap.search(base, Scope::Subtree, filter, attributes);
        let found = search.await;
        let found = found.map_err(|error| explain(&self.bound.server, &error))?;
        let (entries, result) = (found.0, found.1);
        match result.rc {
            0 => {}
            // Unavailable, unwilling, or no right to it: refused, not broken.
            8 | 12 | 50 | 53 => return Ok(None),
            _ => return Err(refused(&self.bound.server, &result)),
        }
        let entries = entries
            .into_iter()
            .filter(|entry| !entry.is_ref() && !entry.is_intermediate())
            .map(|entry| Entry::of(ldap3::SearchEntry::construct(entry)));
        let keys = entries.filter_map(|entry| entry.key(&key)).collect();
        Ok(answer(&result).map(|(is_last, cookie)| Part {
            keys,
            cookie,
            is_last,
        }))
    }
}

/// `SEQUENCE { flags INTEGER, maxBytes INTEGER, cookie OCTET STRING }`
fn request(cookie: &[u8]) -> Vec<u8> {
    let mut inner = vec![2, 4];
    inner.extend(INCREMENTAL_VALUES);
    inner.extend([2, 3, 0x10, 0, 0]);
    inner.push(4);
    inner.extend(length(cookie.len()));
    inner.extend(cookie);
    let mut whole = vec![0x30];
    whole.extend(length(inner.len()));
    whole.extend(inner);
    whole
}

/// As BER writes lengths.
fn length(count: usize) -> Vec<u8> {
    let bytes = count.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0);
    match (u8::try_from(count), first) {
        (Ok(short), _) if short < 0x80 => vec![short],
        (_, Some(first)) => {
            let digits = &bytes[first..];
            let count = u8::try_from(digits.len()).unwrap_or(8);
            std::iter::once(0x80 | count)
                .chain(digits.iter().copied())
                .collect()
        }
        _ => vec![0],
    }
}

/// Whether that was all, and the cookie; `None`: the server says neither.
fn answer(result: &LdapResult) -> Option<(bool, Vec<u8>)> {
    let mut controls = result.ctrls.iter();
    let control = controls.find(|control| control.1.ctype == CONTROL)?;
    let (_, tag) = parse_tag(control.1.val.as_deref()?).ok()?;
    let mut parts = tag.expect_constructed()?.into_iter();
    let primitive =
        |part: Option<StructureTag>, kind: Types| part?.match_id(kind as u64)?.expect_primitive();
    let more = primitive(parts.next(), Types::Integer)?;
    let _ = primitive(parts.next(), Types::Integer)?;
    let cookie = primitive(parts.next(), Types::OctetString)?;
    Some((more.iter().all(|byte| *byte == 0), cookie))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_as_few_bytes_as_they_take() {
        assert_eq!(length(5), [5]);
        assert_eq!(length(0x80), [0x81, 0x80]);
        assert_eq!(length(0x1234), [0x82, 0x12, 0x34]);
        assert_eq!(length(0), [0]);
    }
}
