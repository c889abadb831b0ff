//! What the house has told every node.

use config::id::{MemberId, SignInId};
use config::session::Revocation;

use super::House;
use crate::store::changes::{self, Change};

impl House {
    /// Whether every node was told to ask anew about this person.
    pub async fn is_asked_anew(&self, member: &MemberId) -> bool {
        self.is_told(Revocation::Member(member.clone())).await
    }

    /// Whether every node was told that this sign-in is over.
    pub async fn is_told_over(&self, sign_in: &SignInId) -> bool {
        self.is_told(Revocation::SignIn(sign_in.clone())).await
    }

    async fn is_told(&self, revocation: Revocation) -> bool {
        let mut read = self.state.store.read().await.unwrap();
        let all = changes::after(&mut read, 0, 1000).await.unwrap();
        let wanted = Change::Revoked(revocation);
        all.into_iter().any(|(_, change)| change == wanted)
    }
}
