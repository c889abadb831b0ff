//! What works once works once, however many bring it at the same moment, to whichever node.

use config::Timestamp;
use config::id::MemberId;

use super::handovers::{self, Handover};
use super::one_time_links::{self, Purpose};
use super::session_facts::tests::alice;
use super::testing::{TestStore, on_both_engines};
use super::{StoreError, Tx, flows, recovery_codes, sessions, totp};

const NOW: Timestamp = Timestamp(10_000);
const LATER: Timestamp = Timestamp(90_000);
const CODE: [u8; 32] = [7; 32];

/// How many of eight, each in a transaction of its own, are told that it was theirs.
async fn winners(
    store: &TestStore,
    use_up: impl AsyncFn(&mut Tx) -> Result<bool, StoreError> + Copy,
) -> usize {
    let one = async || {
        let mut tx = store.begin().await.unwrap();
        let won = use_up(&mut tx).await.unwrap();
        // Others come while this one is not yet committed.
        tokio::task::yield_now().await;
        tx.commit().await.unwrap();
        usize::from(won)
    };
    let all = tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
    all.0 + all.1 + all.2 + all.3 + all.4 + all.5 + all.6 + all.7
}

async fn prepare(store: &TestStore) -> MemberId {
    alice(store).await;
    let member = MemberId::from("m1");
    let mut tx = store.begin().await.unwrap();
    flows::insert(&mut tx, &CODE, "m1", "{}", NOW, LATER)
        .await
        .unwrap();
    let handover = Handover {
        code: CODE,
        sign_in: &"i1".into(),
        host: "wiki.example.com",
        state: CODE,
        return_path: "/",
        now: NOW,
        expires: LATER,
    };
    handovers::insert(&mut tx, handover).await.unwrap();
    let purpose = Purpose::Password(member.clone());
    one_time_links::replace(&mut tx, &purpose, &CODE, NOW, LATER)
        .await
        .unwrap();
    recovery_codes::replace(&mut tx, &member, &[CODE], NOW)
        .await
        .unwrap();
    totp::begin_enrolment(&mut tx, &member, b"sealed", NOW)
        .await
        .unwrap();
    totp::put_to_use(&mut tx, &member, b"other", 1, NOW)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    member
}

#[tokio::test]
async fn attack_23_of_many_who_bring_a_code_at_once_one_has_used_it() {
    on_both_engines(async |store| {
        let member = &prepare(&store).await;
        let flow = winners(&store, async |tx: &mut Tx| flows::take(tx, &CODE).await).await;
        assert_eq!(flow, 1, "a step of a sign-in");
        let handover = winners(&store, async |tx: &mut Tx| {
            let taken = handovers::take(tx, &CODE, "wiki.example.com", &CODE, NOW).await;
            taken.map(|taken| taken.is_some())
        });
        assert_eq!(handover.await, 1, "a hand-over");
        let link = winners(&store, async |tx: &mut Tx| {
            one_time_links::use_up(tx, &CODE, NOW).await
        });
        assert_eq!(link.await, 1, "a one-time link");
        let recovery = winners(&store, async |tx: &mut Tx| {
            recovery_codes::use_up(tx, member, &CODE, NOW).await
        });
        assert_eq!(recovery.await, 1, "a recovery code");
        let code = winners(&store, async |tx: &mut Tx| {
            totp::use_step(tx, member, 2).await
        });
        assert_eq!(code.await, 1, "a code of the authenticator");
        let enrolment = winners(&store, async |tx: &mut Tx| {
            totp::take_enrolment(tx, member, b"sealed").await
        });
        assert_eq!(enrolment.await, 1, "an enrolment");
        let session = winners(&store, async |tx: &mut Tx| {
            let ended = sessions::end(tx, &[1; 32], "wiki.example.com", NOW).await;
            ended.map(|ended| ended.is_some())
        });
        assert_eq!(session.await, 1, "a session at a step");
    })
    .await;
}
