//! What an administrator decides in the house, without the API.

use config::id::{GroupId, MemberId};

use super::{House, operator};
use crate::edit::Edit;
use crate::groups::{self, GroupDraft};
use crate::members;
use crate::refused::Expected;
use crate::sign_in_policy::{self, SignInPolicy};

impl House {
    /// Puts a sign-in policy in force.
    pub async fn policy(&self, change: impl FnOnce(&mut SignInPolicy)) {
        let permit = operator();
        let mut edit = Edit::begin(&self.state, &permit).await.unwrap();
        let mut policy = sign_in_policy::get(&mut edit.tx).await.unwrap().body;
        change(&mut policy);
        sign_in_policy::put(edit, Expected::Any, policy)
            .await
            .unwrap();
    }

    /// A group into which people are put by hand.
    pub async fn group(&self, name: &str) -> GroupId {
        let draft = GroupDraft {
            name: name.to_owned(),
            description: String::new(),
            rule: None,
            for_guests: false,
            ip_lists: Vec::new(),
        };
        let permit = operator();
        let edit = Edit::begin(&self.state, &permit).await.unwrap();
        groups::create(edit, &draft).await.unwrap().id
    }

    /// Changes a person's profile.
    pub async fn change(&self, member: &MemberId, profile: serde_json::Value) {
        let permit = operator();
        let edit = Edit::begin(&self.state, &permit).await.unwrap();
        let profile = serde_json::from_value(profile).unwrap();
        members::update(edit, member, Expected::Any, &profile)
            .await
            .unwrap();
    }

    pub async fn put_into(&self, group: &GroupId, member: &MemberId) {
        let permit = operator();
        let edit = Edit::begin(&self.state, &permit).await.unwrap();
        groups::set_member(edit, group, member, true).await.unwrap();
    }
}
