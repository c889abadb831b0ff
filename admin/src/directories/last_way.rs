//! Where people have to come by a directory, one is left by which they can.

use super::{Whole, for_sign_in};
use crate::edit::Edit;
use crate::refused::{Refused, both};
use crate::sign_in_policy;

/// Asked once the change is made, in its transaction.
///
/// # Errors
/// If it has taken away the last one: then nobody but owners would come in.
pub(super) async fn keep(edit: &mut Edit<'_>, before: &Whole) -> Result<(), Refused> {
    let let_in = before.is_enabled() && before.used_for().sign_in();
    if !let_in || !for_sign_in(&mut edit.tx).await?.is_empty() {
        return Ok(());
    }
    let policy = sign_in_policy::get(&mut edit.tx).await?.body;
    if !policy.asks_for_directory() {
        return Ok(());
    }
    Err(Refused::Impossible(both((
        "the sign-in policy has people come in by directories alone, and this is the last one: change the \
         policy, or connect another one first",
        "登录策略要求仅通过目录登录，而这是最后一个可用于登录的目录，请先修改登录策略或接入其他目录",
    ))))
}
