//! How mistakes in files are told, besides those that each object has of its own.

use crate::refused::{Invalid, Refused};

/// At most so many mistakes are told at once.
const MISTAKES_TOLD: usize = 100;

#[must_use]
pub fn told(mut wrong: Vec<Invalid>) -> Refused {
    wrong.truncate(MISTAKES_TOLD);
    Refused::Invalid(wrong)
}

#[must_use]
pub fn taken(field: &str) -> Invalid {
    Invalid::new(
        field,
        ("another one has this already", "该值已被占用"),
        ("a value of its own", "请使用不同的值"),
    )
}

#[must_use]
pub fn nothing() -> Invalid {
    Invalid::new(
        "files",
        (
            "there is no object in these files",
            "这些文件中没有任何对象",
        ),
        (
            "YAML files; `gatehouse export` writes some",
            "YAML 文件；可用 gatehouse export 导出",
        ),
    )
}
