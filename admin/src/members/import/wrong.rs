//! What can be wrong in a cell beside its form.

use super::look_up::Found;
use crate::members::table::columns::Column;
use crate::members::table::path;
use crate::refused::Invalid;

pub fn stands_above(column: Column, line: i64) -> Invalid {
    Invalid::new(
        column.field(),
        (
            &format!("line {line} has this, too"),
            &format!("与第 {line} 行重复"),
        ),
        ("each one once in a file", "同一文件中每个值只出现一次"),
    )
}

pub fn out_of_reach(why: &str) -> Invalid {
    Invalid::new(
        Column::Username.field(),
        (why, "该账号拥有您无权管理的角色"),
        ("accounts whose roles you govern", "您有权管理的账号"),
    )
}

pub fn taken() -> Invalid {
    Invalid::new(
        Column::Email.field(),
        (
            "another member has this mail address",
            "该邮箱地址已被其他成员使用",
        ),
        (
            "an address that nobody else has",
            "未被其他成员使用的邮箱地址",
        ),
    )
}

pub fn follows_a_rule(name: &str) -> Invalid {
    Invalid::new(
        Column::Groups.field(),
        (
            &format!("the group {name} takes people in by a rule, not by hand"),
            &format!("用户组 {name} 的成员由规则决定，不能手动加入"),
        ),
        ("names of groups without a rule", "没有规则的用户组的名称"),
    )
}

pub fn no_department<T: PartialEq>(path: &[String], found: &Found<T>) -> Invalid {
    let path = path::write(path.iter().map(String::as_str));
    let what = if *found == Found::Several {
        (
            format!("there are several departments {path}"),
            format!("存在多个同名部门：{path}"),
        )
    } else {
        (
            format!("there is no department {path}"),
            format!("部门不存在：{path}"),
        )
    };
    Invalid::new(
        Column::Departments.field(),
        (&what.0, &what.1),
        (
            "paths from the top, such as Research/Backend, with ; between several",
            "从顶层部门开始的路径，例如 研发/后端，多个部门以分号分隔",
        ),
    )
}

pub fn no_group(name: &str) -> Invalid {
    Invalid::new(
        Column::Groups.field(),
        (
            &format!("there is no group {name}"),
            &format!("用户组不存在：{name}"),
        ),
        (
            "names of groups, with ; between several",
            "已存在用户组的名称，多个用户组以分号分隔",
        ),
    )
}

pub fn no_status(text: &str) -> Invalid {
    let text: String = text.chars().take(40).collect();
    Invalid::new(
        Column::Status.field(),
        (
            &format!("\"{text}\" is no status"),
            &format!("“{text}”不是有效的状态"),
        ),
        ("active, disabled or left", "启用、停用或离职"),
    )
}
