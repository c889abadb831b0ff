//! XML of strangers: without a document type, so that there are no entities and nothing is fetched, bounded,
//! and read so that a comment in a name does not cut it short.

use roxmltree::{Document, Node, ParsingOptions};

/// No document that we read has more nodes.
const MOST_NODES: u32 = 20_000;
/// None is nested deeper, as far as its tags tell: whoever else reads it recurses.
const DEEPEST: usize = 60;
/// Readers compare each attribute of an element, and each namespace, with all others: what they do grows with the
/// square of this.
const MOST_ATTRIBUTES: usize = 5_000;

/// # Errors
/// A word for the log if it cannot be read, or should not be.
pub fn parse(text: &str) -> Result<Document<'_>, &'static str> {
    if is_too_deep(text) {
        return Err("xml_too_deep");
    }
    if text.bytes().filter(|byte| *byte == b'=').count() > MOST_ATTRIBUTES {
        return Err("xml_too_large");
    }
    parse_trusted(text)
}

/// The same, of whoever an administrator has named: that may be large.
///
/// # Errors
/// As [`parse`].
pub fn parse_trusted(text: &str) -> Result<Document<'_>, &'static str> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => "xml_with_document_type",
        _ => "xml_malformed",
    })
}

/// Whether it is nested too deep, counted by its tags in one pass.
fn is_too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if rest.starts_with('/') {
            depth = depth.saturating_sub(1);
            continue;
        }
        // What stands in these are no tags.
        let others = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>"), ("!", ">")];
        if let Some((_, end)) = others.iter().find(|(start, _)| rest.starts_with(start)) {
            let Some(at) = rest.find(end) else {
                return false;
            };
            rest = &rest[at..];
            continue;
        }
        depth += 1;
        if depth > DEEPEST {
            return true;
        }
        let end = rest.find(['<', '>']).unwrap_or(rest.len());
        if rest[..end].ends_with('/') && rest[end..].starts_with('>') {
            depth -= 1;
        }
        rest = &rest[end..];
    }
    false
}

/// A document without what it says of its version and encoding.
#[must_use]
pub fn without_declaration(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or(text, |(_, rest)| rest),
        None => text,
    }
}

/// The text of an element that holds nothing but text: `None` where a comment or another element parts it, for
/// readers do not agree about what is said then.
#[must_use]
pub fn text_of(node: Node<'_, '_>) -> Option<String> {
    let mut text = String::new();
    for child in node.children() {
        if !child.is_text() {
            return None;
        }
        text.push_str(child.text()?);
    }
    Some(text.trim().to_owned())
}

/// The children of that name.
pub fn children<'a, 'i>(
    node: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children()
        .filter(move |child| child.has_tag_name((namespace, name)))
}

/// The only child of that name.
///
/// # Errors
/// If there is none, or several.
pub fn only<'a, 'i>(
    node: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Option<Node<'a, 'i>> {
    let mut found = children(node, namespace, name);
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_13_a_document_type_is_refused_and_with_it_all_entities() {
        for hostile in [
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            "<!DOCTYPE a [<!ENTITY x 'xx'><!ENTITY y '&x;&x;'>]><a>&y;</a>",
        ] {
            assert_eq!(parse(hostile).err(), Some("xml_with_document_type"));
        }
        assert_eq!(parse("<a>&x;</a>").err(), Some("xml_malformed"));
    }

    #[test]
    fn attack_13_a_text_that_a_comment_parts_is_nobodys_name() {
        let parted = parse("<a>admin@example.com<!-- -->.evil</a>").unwrap();
        assert_eq!(text_of(parted.root_element()), None);
        let whole = parse("<a> a&amp;b<![CDATA[<c>]]> </a>").unwrap();
        assert_eq!(text_of(whole.root_element()).as_deref(), Some("a&b<c>"));
    }

    #[test]
    fn what_is_nested_too_deep_is_not_looked_at() {
        let deep = |n: usize| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
        assert!(parse(&deep(60)).is_ok());
        assert_eq!(parse(&deep(61)).err(), Some("xml_too_deep"));
        assert!(parse(&format!("<a>{}</a>", "<b/>".repeat(1000))).is_ok());
        assert_eq!(parse(&"<".repeat(500_000)).err(), Some("xml_too_deep"));
        for hidden in ["<!--</a>-->", "<![CDATA[</a>]]>", "<?x </a>?>"] {
            let deep = format!("<a>{hidden}").repeat(61) + &"</a>".repeat(61);
            assert_eq!(parse(&deep).err(), Some("xml_too_deep"), "{hidden}");
        }
    }

    #[test]
    fn attack_13_what_readers_would_compare_all_with_all_is_not_looked_at() {
        let many = |what: &dyn Fn(usize) -> String| (0..6_000).map(what).collect::<String>();
        let attributes = format!("<a {}/>", many(&|n| format!("b{n}='' ")));
        let namespaces = format!("<a {}/>", many(&|n| format!("xmlns:b{n}='c' ")));
        let children = format!("<a>{}</a>", many(&|_| "<b xmlns:c='d'/>".to_owned()));
        for hostile in [attributes, namespaces, children] {
            assert_eq!(parse(&hostile).err(), Some("xml_too_large"));
        }
    }
}
