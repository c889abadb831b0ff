//! What a person or a thing is found by: names as they are written, and Chinese ones as they
//! are typed in Latin letters, in full and by initials (张三: `zhangsan`, `zs`).

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti as _;

use crate::name_key::name_key;

/// A character may be read in several ways; of the ways to read a whole name no more are kept.
const MOST_READINGS: usize = 16;
/// Stands between what is searched, and in no query.
const BETWEEN: &str = "\n";

/// The text in which a person is looked for.
#[must_use]
pub fn of_person(
    username: &str,
    display_name: &str,
    email: Option<&str>,
    mobile: Option<&str>,
    employee_number: Option<&str>,
) -> String {
    let mut parts = vec![name_key(username)];
    for part in [email, mobile, employee_number].into_iter().flatten() {
        parts.push(name_key(part));
    }
    parts.extend(of_name(display_name));
    in_one(parts)
}

/// The text in which a department, a group or an IP list is looked for.
#[must_use]
pub fn of_thing(name: &str) -> String {
    in_one(of_name(name))
}

/// The text in which an application is looked for: its name in each language, and its hosts.
#[must_use]
pub fn of_application(names: [&str; 2], hosts: impl Iterator<Item = String>) -> String {
    let names = names.into_iter().flat_map(of_name);
    in_one(names.chain(hosts.map(|host| name_key(&host))).collect())
}

/// Never empty: that would say that it is still to be filled in.
fn in_one(parts: Vec<String>) -> String {
    let parts: BTreeSet<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.into_iter().collect::<Vec<_>>().join(BETWEEN) + BETWEEN
}

fn of_name(name: &str) -> Vec<String> {
    let name = name_key(name);
    let mut parts = Vec::new();
    for reading in readings(&name) {
        parts.extend([reading.full, reading.initials]);
    }
    parts.push(name);
    parts
}

/// By which names are put in order: as they are read, and by the alphabet.
#[must_use]
pub fn order(name: &str) -> String {
    let name = name_key(name);
    let reading = readings(&name).into_iter().next().unwrap_or_default();
    reading.full + " " + &name
}

/// The patterns of LIKE, with `!` as the escape, one of which is in the text of whatever is looked
/// for: as it was typed, and without the spaces that some put between syllables and digits.
#[must_use]
pub fn patterns(typed: &str) -> (String, String) {
    let typed = name_key(typed);
    let close: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    (contains(&typed), contains(&close))
}

fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// One way to read a name.
#[derive(Clone, Debug, Default)]
struct Reading {
    full: String,
    initials: String,
}

impl Reading {
    fn with(&self, syllable: &str, initial: Option<char>) -> Self {
        Self {
            full: format!("{}{syllable}", self.full),
            initials: self.initials.chars().chain(initial).collect(),
        }
    }
}

/// The usual reading first.
fn readings(name: &str) -> Vec<Reading> {
    let mut found = vec![Reading::default()];
    let mut within_word = false;
    for c in name.chars() {
        let syllables = syllables(c);
        if !syllables.is_empty() {
            let room = (MOST_READINGS / found.len()).max(1);
            let read = |syllable: &String| {
                let initial = syllable.chars().next();
                found
                    .iter()
                    .map(move |reading| reading.with(syllable, initial))
                    .collect::<Vec<_>>()
            };
            found = syllables.iter().take(room).flat_map(read).collect();
            within_word = false;
        } else if c.is_alphanumeric() {
            let initial = (!within_word).then_some(c);
            for reading in &mut found {
                *reading = reading.with(c.encode_utf8(&mut [0; 4]), initial);
            }
            within_word = true;
        } else {
            within_word = false;
        }
    }
    found
}

/// How a Chinese character is read, without tones, the usual way first. People type ü as v, and
/// passports have u.
fn syllables(c: char) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut keep = |syllable: String| {
        if !found.contains(&syllable) {
            found.push(syllable);
        }
    };
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain();
        if plain.contains('ü') {
            keep(plain.replace('ü', "v"));
            keep(plain.replace('ü', "u"));
        } else {
            keep(plain.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(typed: &str, text: &str) -> bool {
        let (as_typed, close) = patterns(typed);
        let has = |pattern: &str| text.contains(pattern.trim_matches('%'));
        has(&as_typed) || has(&close)
    }

    #[test]
    fn a_chinese_name_is_found_as_it_is_typed() {
        let text = of_person("zs007", "张三丰", None, Some("+8613800000000"), Some("E10"));
        for typed in [
            "张三",
            "zhangsan",
            "Zhang San",
            "ZSF",
            "sanfeng",
            "138 0000",
            "e10",
            "zs007",
        ] {
            assert!(finds(typed, &text), "{typed}: {text}");
        }
        assert!(!finds("zhangsi", &text));
        assert!(!finds("zs007\n", &of_thing("zs008")));
    }

    #[test]
    fn a_name_that_is_read_in_two_ways_is_found_by_either() {
        for (name, ways) in [
            ("单田芳", ["shantianfang", "dantianfang"]),
            ("曾国藩", ["zengguofan", "cengguofan"]),
            ("吕布", ["lvbu", "lubu"]),
            ("重庆分公司", ["chongqing", "cqfgs"]),
        ] {
            for way in ways {
                assert!(finds(way, &of_thing(name)), "{name} {way}");
            }
        }
    }

    #[test]
    fn an_application_is_found_in_either_language_and_by_its_hosts() {
        let hosts = ["Wiki.example.com".to_owned()].into_iter();
        let text = of_application(["知识库", "Handbook"], hosts);
        for typed in ["知识", "zhishiku", "zsk", "hand", "wiki.example", "WIKI"] {
            assert!(finds(typed, &text), "{typed}: {text}");
        }
        assert!(!finds("echo", &text));
    }

    #[test]
    fn a_name_of_many_readings_stays_short() {
        let name = "重长行乐".repeat(25);
        assert!(of_thing(&name).len() < 16 * 800);
    }

    #[test]
    fn names_stand_in_the_order_of_the_alphabet_they_are_read_in() {
        let mut names = ["张三", "Bob", "王芳", "安", "李四"];
        names.sort_by_key(|name| order(name));
        assert_eq!(names, ["安", "Bob", "李四", "王芳", "张三"]);
    }
}
