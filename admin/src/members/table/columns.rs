//! The columns of a table of people, by the headings that people give them.

use config::Language;

use crate::members::Status;

/// What may be brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Username,
    DisplayName,
    Email,
    Mobile,
    EmployeeNumber,
    Departments,
    Groups,
    Status,
}

impl Column {
    /// In the order in which we write them.
    pub const ALL: [Self; 8] = [
        Self::Username,
        Self::DisplayName,
        Self::Email,
        Self::Mobile,
        Self::EmployeeNumber,
        Self::Departments,
        Self::Groups,
        Self::Status,
    ];

    /// As the API calls it.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::DisplayName => "display_name",
            Self::Email => "email",
            Self::Mobile => "mobile",
            Self::EmployeeNumber => "employee_number",
            Self::Departments => "departments",
            Self::Groups => "groups",
            Self::Status => "status",
        }
    }

    /// Ours first, in English and Chinese; then what others call it.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Username => &[
                "Username",
                "用户名",
                "账号",
                "帐号",
                "登录名",
                "account",
                "login",
            ],
            Self::DisplayName => &[
                "Display name",
                "姓名",
                "显示名称",
                "name",
                "full name",
                "名称",
            ],
            Self::Email => &[
                "Email",
                "邮箱",
                "mail",
                "e-mail",
                "电子邮箱",
                "邮件",
                "企业邮箱",
            ],
            Self::Mobile => &["Mobile", "手机号码", "手机", "手机号", "phone", "电话"],
            Self::EmployeeNumber => &["Employee number", "工号", "员工编号", "employee id"],
            Self::Departments => &["Departments", "部门", "department", "所属部门"],
            Self::Groups => &["Groups", "用户组", "group", "分组"],
            Self::Status => &["Status", "状态", "账号状态", "员工状态"],
        }
    }

    #[must_use]
    pub fn heading(self, language: Language) -> &'static str {
        let at = match language {
            Language::En => 0,
            Language::ZhCn => 1,
        };
        self.names().get(at).copied().unwrap_or(self.field())
    }

    /// The column that is headed so. A mark for what must be filled in does not matter.
    #[must_use]
    pub fn of_heading(heading: &str) -> Option<Self> {
        let heading = heading.trim().trim_matches(['*', '＊', ' ']).to_lowercase();
        Self::ALL.into_iter().find(|column| {
            column.field() == heading || column.names().iter().any(|n| n.to_lowercase() == heading)
        })
    }
}

/// A status as people write it.
#[must_use]
pub fn status(text: &str) -> Option<Status> {
    match text.trim().to_lowercase().as_str() {
        "active" | "启用" | "正常" | "在职" => Some(Status::Active),
        "disabled" | "停用" | "禁用" => Some(Status::Disabled),
        "left" | "离职" | "已离职" => Some(Status::Left),
        _ => None,
    }
}

/// A status as it is written for people.
#[must_use]
pub fn status_name(status: Status, language: Language) -> &'static str {
    match (status, language) {
        (status, Language::En) => status.as_str(),
        (Status::Active, Language::ZhCn) => "启用",
        (Status::Disabled, Language::ZhCn) => "停用",
        (Status::Left, Language::ZhCn) => "离职",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_write_we_read() {
        for language in [Language::En, Language::ZhCn] {
            for column in Column::ALL {
                assert_eq!(Column::of_heading(column.heading(language)), Some(column));
            }
            for one in [Status::Active, Status::Disabled, Status::Left] {
                assert_eq!(status(status_name(one, language)), Some(one));
            }
        }
        assert_eq!(Column::of_heading(" *手机号 "), Some(Column::Mobile));
        assert_eq!(Column::of_heading("salary"), None);
    }
}
