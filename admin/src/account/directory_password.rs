//! Changing one's own password where a directory keeps it: as for one that is kept here.

use config::session::AuthenticationMethod;

use super::done;
use super::password::{PasswordTexts, show_rule};
use crate::directories::ldap::who::Who;
use crate::pages::{Answer, Failure, Form, Reader};
use crate::sign_in::directory_new_password::{DirectoryPasswordTexts, New, keeper, set};
use crate::sign_in::person::carry;
use crate::sign_in::{Person, choose, confirm};
use crate::state::State;
use crate::store::credentials::Account;
use crate::store::members;

/// Takes the present password, which counts as a guess, and the new one.
pub(super) async fn submit(
    state: &State,
    reader: &Reader,
    person: &Person,
    account: &Account,
    form: &Form,
) -> Answer {
    let (directory, key) = keeper(state, account).await?.ok_or(Failure::NotFound)?;
    let old = form.get("old");
    let Some(tx) = confirm::by_password(state, reader, account, old).await? else {
        let wrong = PasswordTexts::of(reader.language).wrong;
        return show(state, reader, person, Some(wrong.to_owned()));
    };
    // Asking the directory takes its time: not inside a transaction.
    tx.commit().await?;
    let new = New {
        password: form.get("password"),
        repeated: form.get("repeated"),
    };
    if let Err(why) = set(state, &directory, Who::Known(&key), (old, new)).await? {
        let why = why.told(reader.language);
        return show(state, reader, person, Some(why.to_owned()));
    }
    let mut tx = state.store.begin().await?;
    members::hold(&mut tx, &account.member).await?;
    let keep = Some(&person.0.sign_in);
    choose::end_what_it_opened(state, reader, &mut tx, account, keep).await?;
    let method = AuthenticationMethod::Password;
    let token = person.strengthen(state, reader, &mut tx, method).await?;
    tx.commit().await?;
    let mut response = done();
    carry(&mut response, &token);
    Ok(response)
}

pub(super) fn show(
    state: &State,
    reader: &Reader,
    person: &Person,
    error: Option<String>,
) -> Answer {
    let rule = DirectoryPasswordTexts::of(reader.language).rule;
    show_rule(state, reader, person, (rule.to_owned(), 1), error)
}
