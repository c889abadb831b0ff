//! Texts in both languages, side by side, so that none can be missing in one of them.

/// Declares the texts of one page: a struct with a field for each, `of(Language)` to get them, and
/// a test that each is there in both languages.
///
/// ```ignore
/// texts! { SignInTexts {
///     title: "登录", "Sign in";
/// } }
/// ```
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $zh:literal, $en:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name { $(pub $field: &'static str,)+ }

        impl $name {
            const ZH_CN: Self = Self { $($field: $zh,)+ };
            const EN: Self = Self { $($field: $en,)+ };

            /// The texts in the reader's language.
            #[must_use]
            pub fn of(language: config::Language) -> &'static Self {
                match language {
                    config::Language::ZhCn => &Self::ZH_CN,
                    config::Language::En => &Self::EN,
                }
            }
        }

        #[cfg(test)]
        mod texts_are_whole {
            #[test]
            fn each_text_is_there_in_both_languages() {
                for (field, zh, en) in [$((stringify!($field), $zh, $en)),+] {
                    crate::pages::text::assert_translated(field, zh, en);
                }
            }
        }
    };
}

pub(crate) use texts;

#[cfg(test)]
pub(crate) fn assert_translated(field: &str, zh: &str, en: &str) {
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    assert!(!en.trim().is_empty(), "{field} has no English text");
    assert!(zh.chars().any(is_chinese), "{field} has no Chinese text");
    assert!(!en.chars().any(is_chinese), "{field} is not English: {en}");
}
