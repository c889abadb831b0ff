//! Inside of a suite's own client the person is signed in already: the sign-in page goes on to the suite by itself,
//! which sends them back without a word. It does so for whoever asks for nothing in particular, and not after a
//! refusal, so that another way in stays open.

use crate::directories;
use crate::pages::{Reader, ReturnPath};
use crate::state::State;
use crate::store::StoreError;

/// Where the page goes by itself; `None`: it is shown.
pub async fn onward(
    state: &State,
    reader: &Reader,
    to: &ReturnPath,
) -> Result<Option<String>, StoreError> {
    let all = directories::for_sign_in(&mut *state.store.read().await?).await?;
    let mut known = all.iter().filter(|one| {
        let kind = one.source.kind();
        kind.has_a_page() && kind.is_own_client(&reader.user_agent)
    });
    // Of several companies nobody knows which one it is.
    let (first, second) = (known.next(), known.next());
    let only = first.filter(|_| second.is_none());
    Ok(only.map(|one| {
        let id = &one.row.id;
        format!("/sign-in/directories/{id}?to={}", to.encoded())
    }))
}
