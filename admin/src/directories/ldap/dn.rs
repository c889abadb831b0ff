//! Names of entries (RFC 4514), as far as it takes to tell which is above which. They come from one server
//! in one spelling but for case and spaces.

/// A name as it is compared.
#[must_use]
pub fn folded(dn: &str) -> String {
    let parts: Vec<String> = parts(dn)
        .into_iter()
        .map(|part| match part.split_once('=') {
            Some((kind, value)) => format!("{}={}", kind.trim(), value.trim()).to_lowercase(),
            None => part.trim().to_lowercase(),
        })
        .collect();
    parts.join(",")
}

/// The one directly above a folded name; `None`: there is none.
#[must_use]
pub fn parent(folded: &str) -> Option<&str> {
    let end = end_of_part(folded)?;
    Some(&folded[end + 1..])
}

/// Where the first part ends: at a comma that no backslash precedes.
fn end_of_part(dn: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in dn.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b',' => return Some(at),
            _ => {}
        }
    }
    None
}

fn parts(dn: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = dn;
    while let Some(end) = end_of_part(rest) {
        all.push(&rest[..end]);
        rest = &rest[end + 1..];
    }
    all.push(rest);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter_and_escaped_commas_end_nothing() {
        let name = folded(r"CN=Wang\, Fang, OU = R&D ,dc=Example,dc=com");
        assert_eq!(name, r"cn=wang\, fang,ou=r&d,dc=example,dc=com");
        assert_eq!(parent(&name), Some("ou=r&d,dc=example,dc=com"));
        assert_eq!(parent("dc=com"), None);
        assert_eq!(folded("ou=研发部,DC=x"), "ou=研发部,dc=x");
    }
}
