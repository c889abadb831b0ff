//! Facts about a person as header values.
//!
//! Values are UTF-8, as oauth2-proxy and Authelia send them (RFC 9110 §5.5 allows the bytes and
//! leaves their meaning to the two ends). An upstream that reads ISO 8859-1 shows other characters
//! for a Chinese name; the assertion says it in a way that nobody misreads.
//!
//! Control characters become spaces, so that no name can end a header. In a list of names a comma
//! becomes `%2C`, so that no group's name can add a second group.

use config::snapshot::IdentityField;
use config::{Principal, PrincipalKind, Role};
use http::HeaderValue;

/// The value to send; `None` where there is nothing to say, and then no header is sent.
pub fn value(field: &IdentityField, principal: &Principal) -> Option<HeaderValue> {
    match field {
        IdentityField::Username => one(&principal.username),
        IdentityField::DisplayName => one(&principal.display_name),
        IdentityField::Email => one(principal.email.as_deref()?),
        IdentityField::MemberId => one(principal.id.as_str()),
        IdentityField::EmployeeNumber => one(principal.employee_number.as_deref()?),
        IdentityField::Groups => list(principal.groups.iter().map(|g| g.name.as_str())),
        IdentityField::Departments => list(principal.departments.iter().map(|d| d.name.as_str())),
        IdentityField::Kind => Some(HeaderValue::from_static(kind(principal.kind))),
        IdentityField::Roles => list(principal.roles.iter().copied().map(Role::as_str)),
    }
}

/// `member` or `guest`.
pub fn kind(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Member => "member",
        PrincipalKind::Guest => "guest",
    }
}

fn one(text: &str) -> Option<HeaderValue> {
    let mut clean = String::with_capacity(text.len());
    push_clean(&mut clean, text, false);
    finish(&clean)
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> Option<HeaderValue> {
    let mut joined = String::new();
    for name in names.filter(|name| !name.trim().is_empty()) {
        if !joined.is_empty() {
            joined.push(',');
        }
        push_clean(&mut joined, name.trim(), true);
    }
    finish(&joined)
}

fn push_clean(to: &mut String, text: &str, in_list: bool) {
    for character in text.chars() {
        match character {
            ',' if in_list => to.push_str("%2C"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => to.push(' '),
            c => to.push(c),
        }
    }
}

fn finish(text: &str) -> Option<HeaderValue> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    HeaderValue::from_bytes(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::assertion::tests::principal;

    fn sent(field: &IdentityField, change: impl FnOnce(&mut Principal)) -> Option<String> {
        let mut principal = principal();
        change(&mut principal);
        value(field, &principal).map(|v| String::from_utf8(v.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn a_chinese_name_is_sent_as_utf_8() {
        let sent = sent(&IdentityField::DisplayName, |_| {});
        assert_eq!(sent.as_deref(), Some("王小明"));
    }

    #[test]
    fn a_name_cannot_end_a_header_or_add_a_group() {
        let name = sent(&IdentityField::DisplayName, |p| {
            p.display_name = "eve\r\nX-Admin: yes\0\u{85}".into();
        });
        assert_eq!(name.as_deref(), Some("eve  X-Admin: yes"));
        let groups = sent(&IdentityField::Groups, |p| {
            p.groups[0].name = "guests,admins".into();
        });
        assert_eq!(groups.as_deref(), Some("guests%2Cadmins,研发"));
    }

    #[test]
    fn what_is_not_known_is_not_sent() {
        assert_eq!(sent(&IdentityField::Email, |p| p.email = None), None);
        assert_eq!(sent(&IdentityField::Groups, |p| p.groups.clear()), None);
        assert_eq!(
            sent(&IdentityField::DisplayName, |p| p.display_name =
                " \n".into()),
            None
        );
    }
}
