//! Which passwords may be chosen: as the sign-in policy says, not made of the person's own name or of the
//! organisation's, and not among those that are guessed first (compare NIST SP 800-63B §3.1.1).

use zxcvbn::{Score, zxcvbn};

use crate::name_key::name_key;
use crate::passwords::MAX_PASSWORD_BYTES;
use crate::sign_in_policy::{CharacterClasses, PasswordPolicy};

/// Beside a name that a password holds, so many other characters must be left.
const MIN_DIFFERENT: usize = 5;
/// Guessing is estimated of no more: it takes longer than it is worth.
const MOST_ESTIMATED: usize = 64;

/// Why a password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It needs so many characters.
    TooShort(u16),
    /// It may have so many characters.
    TooLong(u16),
    /// It lacks one of these.
    Lacks(CharacterClasses),
    /// Found within few guesses: a word, a run, a repetition.
    Guessable,
    /// Known from a leak.
    Breached,
    /// Made of the username, the name, the mail address, or the organisation's name.
    Personal,
    /// The two fields differ.
    NotRepeated,
    /// The one that is to be replaced.
    Unchanged,
    /// One that the person had before.
    UsedBefore,
}

/// Checks a new password, typed twice, of a person with these names.
///
/// # Errors
/// The first weakness found.
pub fn check(
    policy: &PasswordPolicy,
    password: &str,
    repeated: &str,
    names: &[&str],
) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < usize::from(policy.min_length) {
        return Err(Weakness::TooShort(policy.min_length));
    }
    if length > usize::from(policy.max_length) || password.len() > MAX_PASSWORD_BYTES {
        return Err(Weakness::TooLong(policy.max_length));
    }
    if !holds(password, policy.classes) {
        return Err(Weakness::Lacks(policy.classes));
    }
    let key = name_key(password);
    let own: Vec<String> = names.iter().flat_map(|name| parts(name)).collect();
    if own.iter().any(|name| leftover(&key, name) < MIN_DIFFERENT) {
        return Err(Weakness::Personal);
    }
    if policy.refuse_guessable && is_guessable(password, &own) {
        return Err(Weakness::Guessable);
    }
    if password != repeated {
        return Err(Weakness::NotRepeated);
    }
    Ok(())
}

/// A name as a whole and its parts, those that are long enough to be recognised.
fn parts(name: &str) -> Vec<String> {
    let is_long = |part: &String| part.chars().count() >= if part.is_ascii() { 3 } else { 2 };
    let parts = name.split(['@', '.', ' ', '-', '_']).map(name_key);
    parts.chain([name_key(name)]).filter(is_long).collect()
}

fn holds(password: &str, classes: CharacterClasses) -> bool {
    let any = |is: fn(char) -> bool| password.chars().any(is);
    let (letters, digits) = (any(char::is_alphabetic), any(char::is_numeric));
    let mixed = any(char::is_lowercase) && any(char::is_uppercase);
    let special = any(|c| !c.is_alphanumeric() && !c.is_control());
    match classes {
        CharacterClasses::Any => true,
        CharacterClasses::LettersDigits => letters && digits,
        CharacterClasses::UpperLowerDigits => mixed && digits,
        CharacterClasses::UpperLowerDigitsSpecial => mixed && digits && special,
    }
}

fn is_guessable(password: &str, own: &[String]) -> bool {
    let beginning: String = password.chars().take(MOST_ESTIMATED).collect();
    let own: Vec<&str> = own
        .iter()
        .map(String::as_str)
        .chain(["gatehouse"])
        .collect();
    zxcvbn(&beginning, &own).score() < Score::Three
}

/// How many characters are left besides a word that the password is built around, digits and signs
/// counting for little; many, if the word is not in it.
fn leftover(password: &str, word: &str) -> usize {
    if !password.contains(word) {
        return usize::MAX;
    }
    let rest = password.replace(word, "");
    let letters = rest.chars().filter(|c| c.is_alphabetic()).count();
    let others = rest.chars().count() - letters;
    letters + others / 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(password: &str) -> Result<(), Weakness> {
        let names = [
            "wangfang",
            "fang.wang@example.com",
            "示例公司",
            "Example Ltd",
        ];
        check(&PasswordPolicy::default(), password, password, &names)
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        for (password, weakness) in [
            ("short", Weakness::TooShort(10)),
            ("aaaaaaaaaaaa", Weakness::Guessable),
            ("1234567890", Weakness::Guessable),
            ("abcdefghijkl", Weakness::Guessable),
            ("Password123!", Weakness::Guessable),
            ("qwerty20242024", Weakness::Guessable),
            ("gatehouse2026", Weakness::Guessable),
            ("WangFang2024", Weakness::Personal),
            ("ｗａｎｇｆａｎｇ1!", Weakness::Personal),
            ("示例公司2024@2025", Weakness::Personal),
            ("Example@2024", Weakness::Personal),
        ] {
            assert_eq!(checked(password), Err(weakness), "{password}");
        }
        let long = "ab1?".repeat(MAX_PASSWORD_BYTES);
        assert_eq!(checked(&long), Err(Weakness::TooLong(256)));
        let policy = PasswordPolicy::default();
        assert_eq!(
            check(&policy, "slow green tram", "other", &[]),
            Err(Weakness::NotRepeated)
        );
    }

    #[test]
    fn good_passwords_are_taken_whatever_they_are_made_of() {
        for password in [
            "slow green tram",
            "今天天气很好我们去公园",
            "x7#kQ!m2vR",
            "tram-wangfang-slow-green",
        ] {
            assert_eq!(checked(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn each_kind_of_character_that_the_policy_asks_for_must_be_there() {
        use CharacterClasses::{LettersDigits, UpperLowerDigits, UpperLowerDigitsSpecial};
        for (classes, lacking, holding) in [
            (LettersDigits, "slow green tram", "slow green tram 7"),
            (UpperLowerDigits, "slow green tram 7", "slow Green tram 7"),
            (UpperLowerDigitsSpecial, "slowGreentram7", "slowGreentram7!"),
        ] {
            let policy = PasswordPolicy {
                classes,
                ..PasswordPolicy::default()
            };
            let lacks = Err(Weakness::Lacks(classes));
            assert_eq!(check(&policy, lacking, lacking, &[]), lacks, "{lacking}");
            assert_eq!(check(&policy, holding, holding, &[]), Ok(()), "{holding}");
        }
    }
}
