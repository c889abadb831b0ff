//! What `serde` says of something that is written wrongly, in the words of people.

use config::snapshot::address::RANGE_ALLOWED;
use config::snapshot::application::HOST_ALLOWED;

use crate::refused::Invalid;

/// The mistake in this field.
#[must_use]
pub fn malformed(field: &str, what: &str) -> Invalid {
    // Some types of ours say themselves what would be right.
    for allowed in [HOST_ALLOWED, RANGE_ALLOWED] {
        if let Some((what, _)) = what.split_once(&format!("; {}", allowed.0)) {
            return Invalid::new(field, (what, &in_chinese(what)), allowed);
        }
    }
    Invalid::new(
        field,
        (what, &in_chinese(what)),
        (
            "a value as described in /api/v1/openapi.json",
            "请参照 /api/v1/openapi.json 中的说明",
        ),
    )
}

/// What serde says of a mistake; what is quoted in it stays as it is.
fn in_chinese(what: &str) -> String {
    const PHRASES: [(&str, &str); 11] = [
        ("missing field ", "缺少字段 "),
        ("unknown field ", "未知字段 "),
        ("unknown variant ", "未知取值 "),
        ("duplicate field ", "重复的字段 "),
        ("invalid type: ", "类型不正确："),
        ("invalid value: ", "取值不正确："),
        ("invalid length ", "长度不正确："),
        (" is not a host name", "不是有效的主机名"),
        (
            " is not an address, a CIDR block or a range",
            "不是有效的地址、网段或范围",
        ),
        (", expected one of ", "，应为以下之一："),
        (", expected ", "，应为 "),
    ];
    let phrases = PHRASES.iter();
    let said = phrases.fold(what.to_owned(), |said, (en, zh_cn)| said.replace(en, zh_cn));
    if said == what {
        format!("内容无法识别：{what}")
    } else {
        said
    }
}

/// The field says where the mistake is; a column in JSON that a program has written says nothing.
#[must_use]
pub fn without_place(what: &str) -> &str {
    what.rsplit_once(" at line ").map_or(what, |(what, _)| what)
}
