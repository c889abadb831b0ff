//! The end for whoever has proven who they are by something that is kept here, where the sign-in policy wants a
//! directory to say it. Owners are let in, or nobody could mend a directory that is away.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::Role;
use config::id::MemberId;

use super::Step;
use super::directory;
use super::flow;
use super::methods::Offer;
use crate::pages::text::texts;
use crate::pages::{Answer, Frame, Reader, show_with};
use crate::sign_in_policy::Rules;
use crate::state::State;
use crate::store::{Connection, StoreError, role_holdings, session_facts};

texts! {
    /// The page that says by which ways to come instead.
    ByDirectoryTexts {
        title: "请通过企业目录登录", "Sign in by your organisation";
        lead: "您的组织要求通过以下方式登录，此处的密码和验证码不再用于登录。", "Your organisation has you sign in by one of these. Passwords and codes that are kept here are not taken.";
        whom: "如果这些方式都无法使用，请联系管理员。", "If none of them works for you, ask an administrator.";
        none: "目前没有可用的登录方式，请联系管理员。", "There is none just now. Ask an administrator.";
    }
}

#[derive(Template)]
#[template(path = "by_directory.html")]
struct ByDirectoryPage {
    frame: Frame,
    t: &'static ByDirectoryTexts,
    directories: Vec<Offer>,
}

/// `GET /sign-in/by-directory`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    let held = flow::at(&state, &reader, Step::ByDirectory).await?;
    let page = ByDirectoryPage {
        directories: directory::offers(&state, &reader, &held.flow.to()).await?,
        frame: Frame::new(&state, &reader),
        t: ByDirectoryTexts::of(reader.language),
    };
    show_with(StatusCode::FORBIDDEN, &page)
}

/// Whether what is kept here proves nothing of the person.
pub async fn is_demanded(
    connection: &mut Connection,
    member: &MemberId,
    rules: &Rules,
) -> Result<bool, StoreError> {
    Ok(rules.ways.directories_only && !is_owner(connection, member).await?)
}

pub(super) async fn is_owner(
    connection: &mut Connection,
    member: &MemberId,
) -> Result<bool, StoreError> {
    let held = role_holdings::of_member(connection, member).await?;
    Ok(session_facts::built_in(&held).contains(&Role::Owner))
}
