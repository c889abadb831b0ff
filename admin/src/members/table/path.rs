//! Departments as people write them, `研发/后端; 总部`, with `\` before a sign that belongs to a name.

const LEVEL: char = '/';
const NEXT: char = ';';
const ESCAPE: char = '\\';

/// The names from the root on, as one text.
#[must_use]
pub fn write<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(escaped).collect();
    names.join("/")
}

/// A name that stands by itself in a list.
#[must_use]
pub fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, LEVEL | NEXT | ESCAPE | '；') {
            text.push(ESCAPE);
        }
        text.push(c);
    }
    text
}

/// The paths in a cell, each with its names from the root on. Empty ones are left out.
#[must_use]
pub fn read(text: &str) -> Vec<Vec<String>> {
    let mut paths: Vec<Vec<String>> = Vec::new();
    let (mut path, mut name) = (Vec::new(), String::new());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            LEVEL => path.push(std::mem::take(&mut name)),
            NEXT | '；' | '\n' => {
                path.push(std::mem::take(&mut name));
                paths.push(std::mem::take(&mut path));
            }
            ESCAPE => name.extend(chars.next()),
            c => name.push(c),
        }
    }
    path.push(name);
    paths.push(path);
    let paths = paths.into_iter().map(|path| {
        let names = path.into_iter().map(|name| name.trim().to_owned());
        names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    });
    paths.filter(|path| !path.is_empty()).collect()
}

/// The names in a cell that holds a list of them.
#[must_use]
pub fn read_names(text: &str) -> Vec<String> {
    let paths = read(text).into_iter();
    paths.map(|path| path.join("/")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let names = ["研发", "A/B; C\\D", "后端"];
        let text = write(names.into_iter());
        assert_eq!(read(&text), [names.to_vec()]);
        assert_eq!(
            read(" 研发/后端 ； 总部;; "),
            [vec!["研发", "后端"], vec!["总部"]]
        );
        assert_eq!(read(""), Vec::<Vec<String>>::new());
        assert_eq!(read_names("a; b\\;c;x/y"), ["a", "b;c", "x/y"]);
    }
}
