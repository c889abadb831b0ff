//! A house whose messages can be read without a mail server.

use config::id::MemberId;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::mail_sender::MailSender;
use super::senders::{self, Draft, Sender};
use super::sms_sender::SmsSender;
use super::{Channel, Content, jobs, outbox};
use crate::edit::Edit;
use crate::refused::Expected;
use crate::state::State;
use crate::store::members;
use crate::store::messages::{self as rows, MessageFilter};
use crate::testing::{House, operator};

impl House {
    /// There is a mail server, and a service for SMS; neither is ever called.
    pub async fn set_senders(&self) {
        self.set_mail_sender().await;
        let service = json!({"provider": "webhook", "url": "http://127.0.0.1:9/"});
        self.set::<SmsSender>(json!({"service": service}), Some("s"))
            .await;
    }

    pub async fn set_mail_sender(&self) {
        let sender = json!({
            "host": "127.0.0.1", "port": 9, "security": "none", "from": "gate@example.com"
        });
        self.set::<MailSender>(sender, None).await;
    }

    async fn set<S: Sender + DeserializeOwned>(
        &self,
        sender: serde_json::Value,
        secret: Option<&str>,
    ) {
        let permit = operator();
        let edit = Edit::begin(&self.state, &permit).await.unwrap();
        let draft = Draft::<S> {
            sender: serde_json::from_value(sender).unwrap(),
            secret: secret.map(str::to_owned),
        };
        senders::put(edit, &self.state.sealer, Expected::Any, draft)
            .await
            .unwrap();
    }

    /// Gives the person a verified mail address, a mobile number, or both.
    pub async fn can_be_reached(
        &self,
        member: &MemberId,
        email: Option<&str>,
        mobile: Option<&str>,
    ) {
        let mut tx = self.state.store.begin().await.unwrap();
        members::set_reach(&mut tx, member, email, mobile, self.state.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Does what waits to be done, and gives what waits to be sent since the last time: to whom, and what;
    /// oldest first.
    pub async fn told(&self) -> Vec<(Channel, String, Content)> {
        while jobs::do_one(&self.state).await.unwrap() {}
        waiting(&self.state).await
    }

    /// The code of the one message that waits.
    pub async fn code_sent(&self) -> (Channel, String) {
        let told = self.told().await;
        let [(channel, _, content)] = told.as_slice() else {
            panic!("{told:?}");
        };
        (*channel, content.code().unwrap().to_owned())
    }
}

/// Takes what waits to be sent out of the outbox, oldest first.
pub async fn waiting(state: &State) -> Vec<(Channel, String, Content)> {
    let filter = MessageFilter {
        state: Some("waiting".to_owned()),
        ..MessageFilter::default()
    };
    let mut tx = state.store.begin().await.unwrap();
    let mut told = Vec::new();
    for row in rows::list(&mut tx, &filter, None, 1000).await.unwrap() {
        let sealed = rows::content(&mut tx, &row.id).await.unwrap().unwrap();
        let content = outbox::open(&state.sealer, &row.id, &sealed).unwrap();
        let channel = Channel::from_name(&row.channel).unwrap();
        told.push((channel, row.recipient.clone(), content));
        let nothing = (None, &("", "").into());
        rows::end(&mut tx, &row.id, "sent", nothing, state.clock.now())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    told.reverse();
    told
}
