//! One spelling for each name, so that `Alice`, `ＡＬＩＣＥ` and `alice` are one account with one
//! lockout counter, and nobody registers a second one beside it.

use unicode_normalization::UnicodeNormalization;

/// The key under which a username or a mail address is kept and looked up: without surrounding
/// space, in Unicode's NFKC form, lower case.
#[must_use]
pub fn name_key(name: &str) -> String {
    let compatible: String = name.trim().nfkc().collect();
    // Lower-casing can leave a decomposed form behind (İ becomes i + dot): compose once more.
    compatible.to_lowercase().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::name_key;

    #[test]
    fn attack_17_every_spelling_of_a_name_has_one_key() {
        for spelling in [
            "alice",
            "ALICE",
            " Alice ",
            "ａｌｉｃｅ",
            "ＡＬＩＣＥ",
            "𝐚lice",
        ] {
            assert_eq!(name_key(spelling), "alice", "{spelling}");
        }
        assert_eq!(name_key("王芳"), "王芳");
        assert_eq!(name_key("Zoe\u{301}"), name_key("ZOÉ"));
    }

    #[test]
    fn a_key_is_its_own_key() {
        for name in ["İstanbul", "ΣΊΣΥΦΟΣ", "straße", "ﬁne", "ǅ"] {
            let key = name_key(name);
            assert_eq!(name_key(&key), key, "{name}");
        }
    }
}
