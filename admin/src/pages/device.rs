//! What kind of device a browser says that it runs on, for people to recognise their own sessions.

/// Longer headers are cut: this is for a log and a page, not evidence.
const MAX_CHARS: usize = 300;

/// A `User-Agent` that is fit to be kept.
#[must_use]
pub fn bounded(user_agent: &str) -> String {
    user_agent
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_CHARS)
        .collect()
}

/// The browser and the system, such as `Chrome · Windows 10`; empty where neither is known.
#[must_use]
pub fn describe(user_agent: &str) -> String {
    let parser = woothee::parser::Parser::new();
    let Some(found) = parser.parse(user_agent) else {
        return String::new();
    };
    [found.name, found.os]
        .into_iter()
        .filter(|part| !part.is_empty() && *part != "UNKNOWN")
        .collect::<Vec<_>>()
        .join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_as_people_know_it() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
                      (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
        assert_eq!(describe(chrome), "Chrome · Windows 10");
        assert_eq!(describe("?"), "");
        assert_eq!(describe(""), "");
        assert_eq!(bounded("a\r\nb"), "ab");
        assert_eq!(bounded(&"x".repeat(1000)).len(), MAX_CHARS);
    }
}
