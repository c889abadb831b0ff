//! The words with which guests, and those who answer for them, are told that an end comes near.

use config::Language;

use super::content::GuestEnd;
use super::{Content, MessageKind};

/// So many guests are named in a mail.
const NAMED: usize = 50;

fn first(guests: &[GuestEnd]) -> &str {
    guests.first().map_or("", |guest| guest.day.as_str())
}

/// In a registered text: `name` and `day` for a guest, `count` and the `day` of the first for a sponsor. Of any
/// other message a sample, for whoever tries the text out.
pub(super) fn variables(kind: MessageKind, content: &Content) -> Vec<(&'static str, String)> {
    let ((name, day), count) = match content {
        Content::GuestsEnd { guests, .. } => (("", first(guests)), guests.len()),
        Content::GuestEnds { name, day, .. } => ((name.as_str(), day.as_str()), 1),
        _ => (("Guest", "2026-01-01 00:00 UTC"), 1),
    };
    let who = match kind {
        MessageKind::GuestsEnd => ("count", count.to_string()),
        _ => ("name", name.to_owned()),
    };
    vec![who, ("day", day.to_owned())]
}

pub(super) fn short_to_guest(language: Language, day: &str) -> String {
    match language {
        Language::En => {
            format!("your guest account ends on {day}. Ask whoever invited you to extend it.")
        }
        Language::ZhCn => format!("您的访客账号将于 {day} 到期，如需继续使用请联系邀请人延期。"),
    }
}

pub(super) fn short_to_sponsor(language: Language, guests: &[GuestEnd]) -> String {
    let (count, day) = (guests.len(), first(guests));
    match language {
        Language::En => format!(
            "{count} of your guests end soon, the first on {day}. Extend those who still need access."
        ),
        Language::ZhCn => {
            format!("您邀请的 {count} 位访客即将到期，最早于 {day} 到期，如需继续访问请及时延期。")
        }
    }
}

/// The subject, and what follows.
pub(super) fn to_guest(
    language: Language,
    (name, day): (&str, &str),
    sponsor: Option<&str>,
) -> (String, Vec<String>) {
    match language {
        Language::En => {
            let whom = sponsor.unwrap_or("your contact person");
            (
                format!("your guest account ends on {day}"),
                vec![
                    format!("Dear {name},"),
                    format!("your guest account ends on {day}. From then on you cannot sign in."),
                    format!("If you still need it, ask {whom} to extend it."),
                ],
            )
        }
        Language::ZhCn => {
            let whom = sponsor.unwrap_or("您的联系人");
            (
                format!("您的访客账号将于 {day} 到期"),
                vec![
                    format!("{name}，您好："),
                    format!("您的访客账号将于 {day} 到期，到期后将无法登录。"),
                    format!("如需继续使用，请联系{whom}延期。"),
                ],
            )
        }
    }
}

/// The subject, and what follows.
pub(super) fn to_sponsor(
    language: Language,
    name: &str,
    guests: &[GuestEnd],
) -> (String, Vec<String>) {
    let count = guests.len();
    let (subject, mut lines, more) = match language {
        Language::En => (
            "guests of yours end soon".to_owned(),
            vec![
                format!("Dear {name},"),
                "the following guests, for whom you answer, soon cannot sign in any more. \
                 Extend those who still need it in the console."
                    .to_owned(),
            ],
            format!("and {} more", count.saturating_sub(NAMED)),
        ),
        Language::ZhCn => (
            "您邀请的访客即将到期".to_owned(),
            vec![
                format!("{name}，您好："),
                "您邀请的以下访客即将到期，到期后将无法登录。如需继续访问，请在管理控制台中延期。"
                    .to_owned(),
            ],
            format!("以及另外 {} 位", count.saturating_sub(NAMED)),
        ),
    };
    let named = guests.iter().take(NAMED);
    lines.extend(named.map(|one| format!("{} ({}): {}", one.name, one.username, one.day)));
    if count > NAMED {
        lines.push(more);
    }
    (subject, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_with_its_day_in_either_language_however_it_is_sent() {
        let day = "2026-12-01 08:00 UTC".to_owned();
        let organisation = ("Example", "示例公司").into();
        let to_guest = Content::GuestEnds {
            organisation,
            name: "Gil".to_owned(),
            day: day.clone(),
            sponsor: Some("Ann".to_owned()),
        };
        let end = GuestEnd {
            name: "Gil".to_owned(),
            username: "gil".to_owned(),
            day: day.clone(),
        };
        let to_sponsor = Content::GuestsEnd {
            organisation: ("Example", "示例公司").into(),
            name: "Ann".to_owned(),
            guests: vec![end; NAMED + 2],
        };
        for language in [Language::En, Language::ZhCn] {
            for content in [&to_guest, &to_sponsor] {
                let letter = content.letter(language).unwrap();
                for part in [&letter.text, &letter.html, &content.short_text(language)] {
                    assert!(part.contains(&day), "{part}");
                }
                assert!(letter.text.contains("Gil") && letter.text.contains("Ann"));
                let variables = content.variables(content.kind());
                assert_eq!(variables[1], ("day", day.clone()));
            }
            let letter = to_sponsor.letter(language).unwrap();
            assert_eq!(letter.text.matches("(gil)").count(), NAMED);
        }
    }
}
