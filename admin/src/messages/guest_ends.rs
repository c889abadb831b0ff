//! The words with which guests, and those who answer for them, are told that an end comes near.

use config::Language;

use super::Content;
use super::content::GuestEnd;

/// So many guests are named in a mail.
const NAMED: usize = 50;

fn first(guests: &[GuestEnd]) -> &str {
    guests.first().map_or("", |guest| guest.day.as_str())
}

/// `name` and `day` for a guest, `count` and the `day` of the first for a sponsor.
pub(super) fn variables(content: &Content) -> [(&'static str, String); 2] {
    match content {
        Content::GuestsEnd { guests, .. } => [
            ("count", guests.len().to_string()),
            ("day", first(guests).to_owned()),
        ],
        Content::GuestEnds { name, day, .. } => [("name", name.clone()), ("day", day.clone())],
        Content::Test { .. } | Content::OneTimeCode { .. } => {
            [("name", String::new()), ("day", String::new())]
        }
    }
}

pub(super) fn short_text(content: &Content, organisation: &str, language: Language) -> String {
    match (content, language) {
        (Content::GuestEnds { day, .. }, Language::En) => {
            format!(
                "{organisation}: your guest account ends on {day}. Ask whoever invited you to extend it."
            )
        }
        (Content::GuestEnds { day, .. }, Language::ZhCn) => {
            format!("【{organisation}】您的访客账号将于 {day} 到期，如需继续使用请联系邀请人延期。")
        }
        (Content::GuestsEnd { guests, .. }, Language::En) => format!(
            "{organisation}: {} of your guests end soon, the first on {}. Extend those who still need access.",
            guests.len(),
            first(guests)
        ),
        (Content::GuestsEnd { guests, .. }, Language::ZhCn) => format!(
            "【{organisation}】您邀请的 {} 位访客即将到期，最早于 {} 到期，如需继续访问请及时延期。",
            guests.len(),
            first(guests)
        ),
        (Content::Test { .. } | Content::OneTimeCode { .. }, _) => String::new(),
    }
}

/// The subject, and what follows.
pub(super) fn lines(
    content: &Content,
    organisation: &str,
    language: Language,
) -> (String, Vec<String>) {
    match content {
        Content::GuestEnds {
            name, day, sponsor, ..
        } => to_guest(organisation, (name, day, sponsor.as_deref()), language),
        Content::GuestsEnd { name, guests, .. } => to_sponsor(organisation, name, guests, language),
        Content::Test { .. } | Content::OneTimeCode { .. } => (String::new(), Vec::new()),
    }
}

fn to_guest(
    organisation: &str,
    (name, day, sponsor): (&str, &str, Option<&str>),
    language: Language,
) -> (String, Vec<String>) {
    match language {
        Language::En => {
            let whom = sponsor.unwrap_or("your contact person");
            (
                format!("{organisation}: your guest account ends on {day}"),
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
                format!("{organisation}：您的访客账号将于 {day} 到期"),
                vec![
                    format!("{name}，您好："),
                    format!("您的访客账号将于 {day} 到期，到期后将无法登录。"),
                    format!("如需继续使用，请联系{whom}延期。"),
                ],
            )
        }
    }
}

fn to_sponsor(
    organisation: &str,
    name: &str,
    guests: &[GuestEnd],
    language: Language,
) -> (String, Vec<String>) {
    let count = guests.len();
    let (subject, mut lines, more) = match language {
        Language::En => (
            format!("{organisation}: guests of yours end soon"),
            vec![
                format!("Dear {name},"),
                "the following guests, for whom you answer, soon cannot sign in any more. \
                 Extend those who still need it in the console."
                    .to_owned(),
            ],
            format!("and {} more", count.saturating_sub(NAMED)),
        ),
        Language::ZhCn => (
            format!("{organisation}：您邀请的访客即将到期"),
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
                let [_, (name, told)] = content.variables();
                assert_eq!((name, told.as_str()), ("day", day.as_str()));
            }
            let letter = to_sponsor.letter(language).unwrap();
            assert_eq!(letter.text.matches("(gil)").count(), NAMED);
        }
    }
}
