//! Which passwords may be chosen (compare NIST SP 800-63B §3.1.1): long enough, not one of those
//! that everybody tries first, not made of the person's own name. No rules about kinds of letters.

use crate::name_key::name_key;
use crate::passwords::MAX_PASSWORD_BYTES;

pub const MIN_CHARS: usize = 10;
/// Fewer different characters than this make no password.
const MIN_DIFFERENT: usize = 5;

/// Why a password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    TooShort,
    TooLong,
    /// Repeats or runs, such as `aaaaaaaaaa` or `1234567890`.
    TooSimple,
    /// Among those that are tried first.
    Common,
    /// Made of the username, the name or the mail address.
    Personal,
    /// The two fields differ.
    NotRepeated,
    /// The one that is to be replaced.
    Unchanged,
}

/// Fragments of what is tried first; with what people append to them they are still found.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "qazwsx",
    "1q2w3e",
    "iloveyou",
    "letmein",
    "welcome",
    "admin",
    "root",
    "gatehouse",
    "woaini",
    "5201314",
    "abc123",
    "changeme",
    "dragon",
    "monkey",
    "football",
    "sunshine",
    "princess",
    "secret",
];

/// Checks a new password, typed twice, of a person with these names.
///
/// # Errors
/// The first weakness found.
pub fn check(password: &str, repeated: &str, names: &[&str]) -> Result<(), Weakness> {
    if password.chars().count() < MIN_CHARS {
        return Err(Weakness::TooShort);
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(Weakness::TooLong);
    }
    if is_simple(password) {
        return Err(Weakness::TooSimple);
    }
    let key = name_key(password);
    let own = names
        .iter()
        .flat_map(|name| {
            name.split(['@', '.', ' '])
                .map(name_key)
                .collect::<Vec<_>>()
        })
        .filter(|name| name.chars().count() >= 3);
    for name in own {
        if leftover(&key, &name) < MIN_DIFFERENT {
            return Err(Weakness::Personal);
        }
    }
    if COMMON
        .iter()
        .any(|word| leftover(&key, word) < MIN_DIFFERENT)
    {
        return Err(Weakness::Common);
    }
    if password != repeated {
        return Err(Weakness::NotRepeated);
    }
    Ok(())
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

/// Few different characters, or neighbours all along.
fn is_simple(password: &str) -> bool {
    let characters: Vec<char> = password.chars().collect();
    let mut different = characters.clone();
    different.sort_unstable();
    different.dedup();
    let neighbours = characters
        .windows(2)
        .filter(|pair| (i64::from(u32::from(pair[0])) - i64::from(u32::from(pair[1]))).abs() <= 1)
        .count();
    different.len() < MIN_DIFFERENT || neighbours * 4 >= characters.len() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        let names = ["wangfang", "fang.wang@example.com"];
        for (password, weakness) in [
            ("short", Weakness::TooShort),
            ("aaaaaaaaaaaa", Weakness::TooSimple),
            ("1234567890", Weakness::TooSimple),
            ("abcdefghijkl", Weakness::TooSimple),
            ("Password123!", Weakness::Common),
            ("qwerty20242024", Weakness::Common),
            ("WangFang2024", Weakness::Personal),
            ("ｗａｎｇｆａｎｇ1!", Weakness::Personal),
        ] {
            assert_eq!(
                check(password, password, &names),
                Err(weakness),
                "{password}"
            );
        }
        let long = "ab1".repeat(MAX_PASSWORD_BYTES);
        assert_eq!(check(&long, &long, &names), Err(Weakness::TooLong));
        assert_eq!(
            check("slow green tram", "other", &names),
            Err(Weakness::NotRepeated)
        );
    }

    #[test]
    fn good_passwords_are_taken_whatever_they_are_made_of() {
        let names = ["wangfang", "Fang Wang"];
        for password in [
            "slow green tram",
            "今天天气很好我们去公园",
            "x7#kQ!m2vR",
            "tram-wangfang-slow-green",
        ] {
            assert_eq!(check(password, password, &names), Ok(()), "{password}");
        }
    }
}
