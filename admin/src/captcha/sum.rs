//! A small sum in words, for whoever cannot see a picture.

use config::Language;
use rand::RngExt as _;

const ENGLISH: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
const CHINESE: [&str; 20] = [
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四",
    "十五", "十六", "十七", "十八", "十九", "二十",
];

/// The answer in digits, and the question.
pub fn ask(language: Language) -> (String, String) {
    let mut rng = rand::rng();
    let (a, b) = (rng.random_range(0..20_usize), rng.random_range(0..20_usize));
    let question = match language {
        Language::En => format!("How much is {} plus {}?", ENGLISH[a], ENGLISH[b]),
        Language::ZhCn => format!("{}加{}等于多少？", CHINESE[a], CHINESE[b]),
    };
    ((a + b + 2).to_string(), question)
}

/// The answer, as a person finds it.
#[cfg(test)]
pub fn solve(question: &str) -> Option<usize> {
    let of = |words: &[&str; 20], a: &str, b: &str| {
        let value = |word: &str| Some(words.iter().position(|one| *one == word)? + 1);
        Some(value(a)? + value(b)?)
    };
    if let Some(sum) = question.strip_prefix("How much is ") {
        let (a, b) = sum.strip_suffix('?')?.split_once(" plus ")?;
        return of(&ENGLISH, a, b);
    }
    let (a, b) = question.strip_suffix("等于多少？")?.split_once('加')?;
    of(&CHINESE, a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_finds_the_answer_in_either_language() {
        for language in [Language::En, Language::ZhCn] {
            for _ in 0..100 {
                let (answer, question) = ask(language);
                assert_eq!(solve(&question).unwrap().to_string(), answer, "{question}");
            }
        }
    }
}
