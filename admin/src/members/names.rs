//! How people are named, so that two names that look or read the same are the same.
//!
//! A username or mail address is compared by its [`crate::name_key`]. What an administrator may enter
//! is narrower still, so that nobody can be registered under a name that only looks like another's.

use config::invisible::hides;
use unicode_normalization::UnicodeNormalization;

use crate::refused::Invalid;

/// # Errors
/// If the text is not a username that may be given.
pub fn username(text: &str) -> Result<String, Invalid> {
    let name = text.trim();
    let length = name.chars().count();
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric() || is_han(c));
    if (1..=64).contains(&length) && starts_well && name.chars().all(may_stand_in_username) {
        return Ok(name.to_owned());
    }
    Err(Invalid::new(
        "username",
        (
            &format!("\"{}\" is not a username", shown(text)),
            &format!("“{}”不能用作用户名", shown(text)),
        ),
        (
            "1 to 64 of: letters a-z, digits, Chinese characters, . _ -; it starts with a letter, digit or Chinese character. Look-alikes from other scripts are not accepted",
            "1 到 64 个字符：英文字母、数字、汉字以及 . _ -，以字母、数字或汉字开头；不接受其他文字中外形相似的字符",
        ),
    ))
}

fn may_stand_in_username(c: char) -> bool {
    c.is_ascii_alphanumeric() || is_han(c) || matches!(c, '.' | '_' | '-')
}

/// Unified ideographs; the compatibility ones fold into these and would be look-alikes.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

/// A mail address (RFC 5321 dot-string at a domain name), in ASCII, with exactly one `@`.
///
/// # Errors
/// If the text is anything else, `a@evil@corp.com` and quoted local parts among it.
pub fn email(text: &str) -> Result<String, Invalid> {
    let address = text.trim();
    let good = address.is_ascii()
        && address.len() <= 254
        && address
            .split_once('@')
            .is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain));
    if good {
        return Ok(address.to_owned());
    }
    Err(Invalid::new(
        "email",
        (
            &format!("\"{}\" is not a mail address", shown(text)),
            &format!("“{}”不是有效的邮箱地址", shown(text)),
        ),
        (
            "one address such as zhang.san@example.com: exactly one @, ASCII letters and digits only",
            "一个邮箱地址，例如 zhang.san@example.com：只能有一个 @，且只能使用 ASCII 字母和数字",
        ),
    ))
}

fn is_local_part(local: &str) -> bool {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= 64 && local.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

/// A name that people read: a person's, a department's, a group's.
///
/// # Errors
/// If it is empty, too long, or has characters that hide or turn around what is written.
pub fn display_name(field: &str, text: &str) -> Result<String, Invalid> {
    let name: String = text.trim().nfc().collect();
    if (1..=100).contains(&name.chars().count()) && !name.chars().any(hides) {
        return Ok(name);
    }
    Err(Invalid::new(
        field,
        (
            &format!("\"{}\" is not a name that can be shown", shown(text)),
            &format!("“{}”不能用作名称", shown(text)),
        ),
        (
            "1 to 100 characters, without control or invisible characters",
            "1 到 100 个字符，不含控制字符或不可见字符",
        ),
    ))
}

/// A line or two about something, which may be empty.
///
/// # Errors
/// If it is too long, or has characters that hide or turn around what is written.
pub fn description(text: &str) -> Result<String, Invalid> {
    let text: String = text.trim().nfc().collect();
    if text.chars().count() <= 500 && !text.chars().any(hides) {
        return Ok(text);
    }
    Err(Invalid::new(
        "description",
        ("this description cannot be shown", "该说明无法显示"),
        (
            "at most 500 characters, without control or invisible characters",
            "最多 500 个字符，不含控制字符或不可见字符",
        ),
    ))
}

/// A telephone number; spaces and hyphens are left out.
///
/// # Errors
/// If it is not an optional `+` and 5 to 20 digits.
pub fn mobile(text: &str) -> Result<String, Invalid> {
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    if (5..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(number);
    }
    Err(Invalid::new(
        "mobile",
        (
            &format!("\"{}\" is not a telephone number", shown(text)),
            &format!("“{}”不是有效的手机号码", shown(text)),
        ),
        (
            "5 to 20 digits, with + and the country code if you like: +8613800000000",
            "5 到 20 位数字，可带 + 和国家代码，例如 +8613800000000",
        ),
    ))
}

/// What was written, made safe to repeat in a sentence.
fn shown(text: &str) -> String {
    text.chars()
        .take(80)
        .map(|c| if hides(c) { '\u{FFFD}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_11_a_mail_address_with_two_at_signs_is_refused() {
        for text in [
            "a@evil@corp.com",
            "\"a@evil\"@corp.com",
            "a@evil.com,b@corp.com",
            "a@evil.com b@corp.com",
            "a@corp.com\0",
            "a@corp",
            "@corp.com",
            "a@",
            "a@-corp.com",
            "a..b@corp.com",
            "<a@corp.com>",
        ] {
            let refused = email(text).unwrap_err();
            assert_eq!(refused.field, "email");
            assert!(refused.allowed.en.contains("exactly one @"), "{text}");
        }
        assert_eq!(email(" a.b+c@corp.com ").unwrap(), "a.b+c@corp.com");
    }

    #[test]
    fn attack_11_look_alikes_from_other_scripts_are_refused() {
        for text in ["аdmin", "admin\u{200B}", "ａdmin", "adm\u{0131}n", "Αdmin"] {
            assert!(username(text).is_err(), "{text}");
        }
        assert!(email("аdmin@corp.com").is_err());
        assert!(email("admin@соrp.com").is_err());
        assert!(display_name("display_name", "nimda\u{202E}").is_err());
    }

    #[test]
    fn the_names_of_real_people_are_accepted() {
        for name in ["zhangsan", "张三", "li.si_2", "E10086", "a"] {
            assert_eq!(username(name).unwrap(), name);
        }
        for name in ["张三", "Zoë O'Brien-Smith", "买买提·艾力"] {
            assert_eq!(display_name("display_name", name).unwrap(), name);
        }
        assert_eq!(mobile("+86 138-0000-0000").unwrap(), "+8613800000000");
        assert!(mobile("12ab").is_err());
        assert_eq!(description(" 所有人 ").unwrap(), "所有人");
        for bad in ["a\0b", "a\nb", &"x".repeat(501)] {
            assert_eq!(description(bad).unwrap_err().field, "description");
        }
    }
}
