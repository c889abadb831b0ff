//! The words with which administrators are told that something is wrong with a directory.

use config::Language;
use config::language::LocalText;
use serde::{Deserialize, Serialize};

use super::Content;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Trouble {
    /// A run that the schedule began has failed.
    Failed { why: LocalText },
    /// It waits for somebody to decide.
    Waits { why: LocalText },
    /// Of what the directory tells by itself something waits; the rest goes on.
    Held { why: LocalText },
    /// Something by which we are known to each other comes to its end on this day.
    CredentialEnds { which: LocalText, day: String },
}

/// In a registered text: the `directory`, and nothing of what is wrong, since that may be long.
pub(super) fn variables(content: &Content) -> Vec<(&'static str, String)> {
    let directory = match content {
        Content::DirectoryTrouble { directory, .. } => directory,
        _ => "LDAP",
    };
    vec![("directory", directory.to_owned())]
}

pub(super) fn short(language: Language, directory: &str, trouble: &Trouble) -> String {
    match (language, trouble) {
        (Language::En, Trouble::Failed { .. }) => {
            format!("the synchronisation with {directory} has failed. See the console.")
        }
        (Language::ZhCn, Trouble::Failed { .. }) => {
            format!("目录“{directory}”同步失败，请在管理控制台查看。")
        }
        (Language::En, Trouble::Waits { .. }) => {
            format!(
                "the synchronisation with {directory} waits for you to decide. See the console."
            )
        }
        (Language::ZhCn, Trouble::Waits { .. }) => {
            format!("目录“{directory}”的同步已停下，等待确认，请在管理控制台查看。")
        }
        (Language::En, Trouble::Held { .. }) => {
            format!("some of what {directory} tells waits for you to decide. See the console.")
        }
        (Language::ZhCn, Trouble::Held { .. }) => {
            format!("目录“{directory}”推送的部分更改等待确认，请在管理控制台查看。")
        }
        (Language::En, Trouble::CredentialEnds { which, day }) => {
            format!("{} of {directory} ends on {day}.", which.get(language))
        }
        (Language::ZhCn, Trouble::CredentialEnds { which, day }) => {
            format!(
                "目录“{directory}”的{}将于 {day} 到期。",
                which.get(language)
            )
        }
    }
}

/// The subject, and what follows.
pub(super) fn lines(
    language: Language,
    (name, directory): (&str, &str),
    trouble: &Trouble,
) -> (String, Vec<String>) {
    let (dear, (subject, what, then)) = match language {
        Language::En => (format!("Dear {name},"), english(directory, trouble)),
        Language::ZhCn => (format!("{name}，您好："), chinese(directory, trouble)),
    };
    (subject, vec![dear, what, then.to_owned()])
}

type Said = (String, String, &'static str);

fn english(directory: &str, trouble: &Trouble) -> Said {
    match trouble {
        Trouble::Failed { why } => (
            format!("the synchronisation with {directory} has failed"),
            sentence(&why.en),
            "What it had changed by then stays, and nothing else is changed until it succeeds. It is tried again on \
             its schedule; you are told again only once it has succeeded in between.",
        ),
        Trouble::Waits { why } => (
            format!("the synchronisation with {directory} waits for you"),
            sentence(&why.en),
            "Nothing of it is changed until somebody looks at the plan under Sync records in the console and lets it go \
             on, or drops it.",
        ),
        Trouble::Held { why } => (
            format!("some of what {directory} tells waits for you"),
            sentence(&why.en),
            "It is not made until somebody looks at it under Sync records in the console and lets it go on, or drops \
             it. Whatever else the directory tells is taken over meanwhile.",
        ),
        Trouble::CredentialEnds { which, day } => (
            format!("{} of {directory} ends on {day}", which.en),
            sentence(&format!(
                "{} by which {directory} is known here ends on {day}",
                which.en
            )),
            "Put a new one in its place under Directories in the console before that, or the directory cannot be \
             used any more.",
        ),
    }
}

/// A reason as a sentence of a letter.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", letters.as_str())
}

fn chinese(directory: &str, trouble: &Trouble) -> Said {
    match trouble {
        Trouble::Failed { why } => (
            format!("目录“{directory}”同步失败"),
            why.zh_cn.clone(),
            "失败之前已写入的更改会保留，同步成功之前不会有其他更改。系统会按计划重试；恢复之前不再重复通知。",
        ),
        Trouble::Waits { why } => (
            format!("目录“{directory}”的同步等待确认"),
            why.zh_cn.clone(),
            "在管理控制台的“同步记录”中查看计划并确认执行或放弃之前，不会有任何更改。",
        ),
        Trouble::Held { why } => (
            format!("目录“{directory}”推送的部分更改等待确认"),
            why.zh_cn.clone(),
            "在管理控制台的“同步记录”中确认执行或放弃之前，这些更改不会执行。该目录推送的其他内容照常同步。",
        ),
        Trouble::CredentialEnds { which, day } => (
            format!("目录“{directory}”的{}将于 {day} 到期", which.zh_cn),
            format!(
                "识别目录“{directory}”所用的{}将于 {day} 到期。",
                which.zh_cn
            ),
            "请在到期前于管理控制台的“目录”中更换，否则将无法再使用该目录。",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_is_told_with_its_directory_and_its_reason_in_either_language() {
        let why: LocalText = ("the password is wrong", "密码不正确").into();
        let day = "2026-12-24".to_owned();
        for trouble in [
            Trouble::Failed { why: why.clone() },
            Trouble::Waits { why: why.clone() },
            Trouble::Held { why: why.clone() },
            Trouble::CredentialEnds {
                which: why.clone(),
                day,
            },
        ] {
            for language in [Language::En, Language::ZhCn] {
                let content = Content::DirectoryTrouble {
                    organisation: ("Example", "示例公司").into(),
                    name: "Ann".to_owned(),
                    directory: "Staff".to_owned(),
                    trouble: trouble.clone(),
                };
                let letter = content.letter(language).unwrap();
                let told = why.get(language).trim_start_matches('t');
                for part in ["Ann", "Staff", told] {
                    assert!(
                        letter.text.contains(part) || letter.subject.contains(part),
                        "{part}"
                    );
                }
                assert!(content.short_text(language).contains("Staff"));
            }
        }
    }

    #[test]
    fn a_reason_stands_in_a_letter_as_a_sentence() {
        assert_eq!(sentence("the password is wrong"), "The password is wrong.");
        assert_eq!(sentence("Gone."), "Gone.");
    }
}
