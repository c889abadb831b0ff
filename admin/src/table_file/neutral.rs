//! Cells that a spreadsheet would run are made plain text (CWE-1236), and made what they were when a
//! table of ours comes back.

/// What a spreadsheet takes for the beginning of a formula, the wide forms among it: East Asian
/// versions of Excel read them alike.
const BEGINS_FORMULA: [char; 12] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\u{2212}',
];

/// Some programs cut off space before they look.
fn is_formula(text: &str) -> bool {
    let begins = |text: &str| text.starts_with(BEGINS_FORMULA);
    begins(text) || begins(text.trim_start())
}

/// Whether our own mark stands before it already, so that the way back is one to one.
fn is_marked(text: &str) -> bool {
    text.strip_prefix('\'')
        .is_some_and(|rest| is_formula(rest) || is_marked(rest))
}

/// The text as it may stand in a cell: the apostrophe is what spreadsheets themselves put before
/// text that looks like a formula.
#[must_use]
pub fn neutral(text: &str) -> std::borrow::Cow<'_, str> {
    if is_formula(text) || is_marked(text) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// What stood in a cell before [`neutral`].
#[must_use]
pub fn plain(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest) || is_marked(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_29_what_looks_like_a_formula_gets_a_mark_and_loses_it_on_the_way_back() {
        for text in [
            "=cmd|' /C calc'!A0",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "  =1",
            "＝1",
            "'=1",
            "''=1",
        ] {
            let kept = neutral(text);
            assert_eq!(kept.strip_prefix('\''), Some(text));
            assert_eq!(plain(&kept), text);
        }
        for text in ["", "a=1", "'", "O'Brien", "'tis", "E-1", "张三"] {
            assert_eq!(neutral(text), text);
            assert_eq!(plain(text), text);
        }
    }
}
