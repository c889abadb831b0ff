//! Attributes with many values, of which Microsoft AD tells some at a time (MS-ADTS §3.1.1.3.1.3.3):
//! `member;range=0-1499`, and so on until `member;range=3000-*`.

/// The next to be asked for, after the values that came under this name; `None`: those were the last.
#[must_use]
pub fn next(name: &str) -> Option<String> {
    let (attribute, range) = name.split_once(";range=")?;
    let (_, last) = range.split_once('-')?;
    let last: u64 = last.parse().ok()?;
    Some(format!("{attribute};range={}-*", last.checked_add(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_range_begins_behind_the_last_value() {
        assert_eq!(
            next("member;range=0-1499").as_deref(),
            Some("member;range=1500-*")
        );
        assert_eq!(next("member;range=1500-*"), None);
        assert_eq!(next("member"), None);
    }
}
