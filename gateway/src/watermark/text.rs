//! What the mark says of the person who is looking.

use std::net::IpAddr;

use config::snapshot::{Watermark, WatermarkPart};
use config::{Principal, PrincipalKind, Timestamp};

/// Before all else of whoever is from outside, in both languages: who finds a photograph may read either.
const GUEST: &str = "访客 Guest";

/// The parts that are known of this person, in the operator's order, separated by spaces; a guest is marked
/// as one.
pub fn of(
    watermark: &Watermark,
    principal: &Principal,
    address: Option<IpAddr>,
    now: Timestamp,
) -> String {
    let mut text = match principal.kind {
        PrincipalKind::Guest => GUEST.to_owned(),
        PrincipalKind::Member => String::new(),
    };
    for part in &watermark.parts {
        let written = write(part, principal, address, now);
        let written = written.as_deref().map(str::trim).unwrap_or_default();
        if !written.is_empty() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(written);
        }
    }
    text
}

fn write(
    part: &WatermarkPart,
    principal: &Principal,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Option<String> {
    match part {
        WatermarkPart::Name => Some(principal.display_name.clone()),
        WatermarkPart::Username => Some(principal.username.clone()),
        WatermarkPart::MobileTail => principal.mobile.as_deref().and_then(tail),
        WatermarkPart::Email => principal.email.clone(),
        WatermarkPart::EmployeeNumber => principal.employee_number.clone(),
        // The first is a department that the person is in; its ancestors follow.
        WatermarkPart::Department => principal.departments.first().map(|d| d.name.clone()),
        WatermarkPart::Address => address.map(|a| a.to_string()),
        WatermarkPart::Time => minute(now),
        WatermarkPart::Text(text) => Some(text.clone()),
    }
}

/// The last four digits.
fn tail(mobile: &str) -> Option<String> {
    let digits: Vec<char> = mobile.chars().filter(char::is_ascii_digit).collect();
    let start = digits.len().checked_sub(4)?;
    Some(digits[start..].iter().collect())
}

fn minute(now: Timestamp) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(now.as_millis()).ok()?;
    Some(at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::assertion::tests::principal;

    fn text(parts: Vec<WatermarkPart>, change: impl FnOnce(&mut Principal)) -> String {
        let watermark = Watermark {
            parts,
            ..Watermark::default()
        };
        let mut principal = principal();
        change(&mut principal);
        let address = Some("192.0.2.7".parse().unwrap());
        of(
            &watermark,
            &principal,
            address,
            Timestamp(1_700_000_000_000),
        )
    }

    #[test]
    fn each_part_is_written_in_the_operators_order() {
        use WatermarkPart as P;
        let all = vec![
            P::Text("内部".into()),
            P::Name,
            P::MobileTail,
            P::Username,
            P::Email,
            P::EmployeeNumber,
            P::Department,
            P::Address,
            P::Time,
        ];
        assert_eq!(
            text(all, |_| {}),
            "内部 王小明 8000 wangxm wangxm@example.com E1024 平台部 192.0.2.7 2023-11-14 22:13 UTC"
        );
    }

    #[test]
    fn a_guest_is_marked_as_one() {
        let marked = text(vec![WatermarkPart::Name], |p| p.kind = PrincipalKind::Guest);
        assert_eq!(marked, "访客 Guest 王小明");
    }

    #[test]
    fn a_part_that_is_not_known_leaves_no_gap() {
        use WatermarkPart as P;
        let some = text(vec![P::MobileTail, P::Department, P::Name], |p| {
            p.mobile = Some("12".into());
            p.departments.clear();
        });
        assert_eq!(some, "王小明");
    }
}
