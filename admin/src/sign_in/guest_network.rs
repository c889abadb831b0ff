//! The end for a guest who has proven who they are and comes from where their group lets nobody in.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use config::id::{GroupId, MemberId};

use super::Step;
use super::flow;
use crate::guests::network;
use crate::pages::text::texts;
use crate::pages::{Answer, Frame, Reader, show_with};
use crate::sign_in_policy;
use crate::state::State;
use crate::store::{Connection, StoreError};

texts! {
    /// The page that says that it is the network.
    NetworkTexts {
        title: "当前网络不允许登录", "Not from this network";
        lead: "您所在的访客组只能从指定的网络登录，而您当前的网络不在其中。", "Guests of your group sign in from certain networks only, and yours is none of them.";
        known: "请连接到允许的网络，例如邀请您的单位的网络，然后重新登录。", "Connect to one of those, such as the network of whoever invited you, and sign in again.";
        whom: "如果不清楚应使用哪个网络，请联系邀请您的人。", "If you do not know which that is, ask whoever invited you.";
        again: "重新登录", "Sign in again";
    }
}

#[derive(Template)]
#[template(path = "guest_network.html")]
struct NetworkPage {
    frame: Frame,
    t: &'static NetworkTexts,
}

/// `GET /sign-in/not-from-here`
pub async fn page(Shared(state): Shared<State>, reader: Reader) -> Answer {
    flow::at(&state, &reader, Step::WrongNetwork).await?;
    let page = NetworkPage {
        frame: Frame::new(&state, &reader),
        t: NetworkTexts::of(reader.language),
    };
    show_with(StatusCode::FORBIDDEN, &page)
}

/// Whether the person is a guest whose group keeps them out where the reader is.
pub(super) async fn keeps_out(
    connection: &mut Connection,
    state: &State,
    reader: &Reader,
    member: &MemberId,
) -> Result<bool, StoreError> {
    let person = sign_in_policy::belonging(connection, member).await?;
    let is_in = |id: &GroupId| person.groups.contains(id);
    let from = reader.visitor.client_address;
    Ok(network::keeps_out(state, person.kind, is_in, from))
}
