//! Why Microsoft AD lets nobody in: told in the text of the one result for all that can be wrong with a bind,
//! such as `AcceptSecurityContext error, data 52e, v1db1`.

/// What AD says besides result 49.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindRefusal {
    Unknown,
    WrongPassword,
    OutsideHours,
    WrongWorkstation,
    PasswordExpired,
    Disabled,
    AccountExpired,
    MustChangePassword,
    Locked,
}

impl BindRefusal {
    /// What the text of a result says; `None`: it is none of AD's.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let (_, after) = text.split_once("data ")?;
        let code = after.split([',', ' ']).next()?;
        Some(match code {
            "525" => Self::Unknown,
            "52e" => Self::WrongPassword,
            "530" => Self::OutsideHours,
            "531" => Self::WrongWorkstation,
            "532" => Self::PasswordExpired,
            "533" => Self::Disabled,
            "701" => Self::AccountExpired,
            "773" => Self::MustChangePassword,
            "775" => Self::Locked,
            _ => return None,
        })
    }

    /// The word for it in the log.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unknown => "unknown_account",
            Self::WrongPassword => "wrong_password",
            Self::OutsideHours => "outside_hours",
            Self::WrongWorkstation => "wrong_workstation",
            Self::PasswordExpired => "password_expired",
            Self::Disabled => "account_disabled",
            Self::AccountExpired => "account_expired",
            Self::MustChangePassword => "password_must_change",
            Self::Locked => "account_locked",
        }
    }

    /// What it means of the account with which the directory is asked, in English and in Chinese.
    #[must_use]
    pub fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Unknown | Self::WrongPassword => (
                "the name or the password of the account is wrong",
                "目录账号的名称或密码错误",
            ),
            Self::OutsideHours => (
                "the account may not sign in at this time",
                "目录账号在当前时段不允许登录",
            ),
            Self::WrongWorkstation => (
                "the account may not sign in from here",
                "目录账号不允许从此处登录",
            ),
            Self::PasswordExpired => (
                "the password of the account is too old: set a new one in the directory",
                "目录账号的密码已过期，请在目录中重设",
            ),
            Self::Disabled => ("the account is disabled", "目录账号已停用"),
            Self::AccountExpired => ("the time of the account is over", "目录账号已到期"),
            Self::MustChangePassword => (
                "the account must change its password first: clear “User must change password at next logon”",
                "目录账号需先修改密码，请取消“用户下次登录时须更改密码”",
            ),
            Self::Locked => (
                "the account is locked after wrong passwords",
                "目录账号因密码错误次数过多已被锁定",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_in_what_a_domain_controller_says() {
        let said = |code| {
            format!(
                "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {code}, v1db1"
            )
        };
        assert_eq!(
            BindRefusal::of(&said("773")),
            Some(BindRefusal::MustChangePassword)
        );
        assert_eq!(
            BindRefusal::of(&said("52e")).map(BindRefusal::reason),
            Some("wrong_password")
        );
        assert_eq!(BindRefusal::of(&said("9999")), None);
        assert_eq!(BindRefusal::of("invalid credentials"), None);
    }
}
