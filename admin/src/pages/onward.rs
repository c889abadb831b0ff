//! A page that moves on by itself, for the way from a form to another host.
//!
//! Browsers hold all redirects that follow a form to `form-action 'self'`, so a form cannot lead
//! straight to an application's host. This page ends the chain; it opens the next address as a new
//! navigation, with a link for whoever does not want to wait.

use askama::Template;
use axum::extract::State as Shared;
use serde::Deserialize;

use super::text::texts;
use super::{Answer, Frame, Query, Reader, ReturnPath, show};
use crate::state::State;

texts! {
    /// The page that moves on by itself.
    OnwardTexts {
        title: "登录成功", "You are signed in";
        lead: "正在打开应用……", "Opening the application…";
        link: "如果没有自动跳转，请点击这里", "If nothing happens, continue here";
    }
}

#[derive(Template)]
#[template(path = "onward.html")]
struct OnwardPage {
    frame: Frame,
    t: &'static OnwardTexts,
    to: ReturnPath,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    to: String,
}

/// `GET /sign-in/onward`
pub async fn page(
    Shared(state): Shared<State>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Answer {
    show(&OnwardPage {
        frame: Frame::new(&state, &reader),
        t: OnwardTexts::of(reader.language),
        to: ReturnPath::or_root(&asked.to),
    })
}
