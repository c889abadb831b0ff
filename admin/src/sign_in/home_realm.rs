//! Home-realm discovery: whoever does not know which button is theirs types their work address, and its domain
//! says to which directory they go. That tells of domains, which an administrator wrote down, and of nobody.

use axum::extract::State as Shared;
use axum::http::StatusCode;

use super::attempt;
use super::directory;
use super::password::{self, SignInPage};
use crate::directories;
use crate::pages::{Answer, Form, Frame, Reader, ReturnPath};
use crate::state::State;

/// The longest mail address (RFC 5321 §4.5.3.1).
const LONGEST: usize = 254;

/// `POST /sign-in/directories`
pub async fn submit(Shared(state): Shared<State>, reader: Reader, form: Form) -> Answer {
    attempt::refuse_spent_address(&state, &reader).await?;
    let to = ReturnPath::or_root(form.get("to"));
    let mail = form.get("mail").trim();
    let mut read = state.store.read().await?;
    let all = directories::for_sign_in(&mut read).await?;
    drop(read);
    let mut pages = all.into_iter().filter(|one| one.source.kind().has_a_page());
    let home = pages.find(|one| mail.len() <= LONGEST && one.sign_in.is_home_of(mail));
    if let Some(home) = home {
        return directory::send(&state, &reader, &home, &to, (Some(mail), None)).await;
    }
    let page = SignInPage::new(Frame::new(&state, &reader), reader.language, to);
    let page = page.not_knowing(mail);
    password::show(&state, &reader, StatusCode::UNPROCESSABLE_ENTITY, page).await
}
