//! What is open when the rules change or a session ends.

use std::time::Duration;

use config::Snapshot;
use config::session::Revocation;
use config::snapshot::{
    Access, Application, Effect, GuestGroup, GuestsFrom, PolicyRule, TwoStep, Who,
};

use super::*;
use crate::testing::{
    START, TestGate, allow, application, get_as, ip_list, person, session, snapshot,
};

const WIKI: &str = "wiki.example.com";

/// A gate at which Ann, an editor, has something open.
struct Open {
    gate: TestGate,
    cut: Cut,
    visit: Visit,
    request: RequestHeader,
    _guard: OpenGuard,
}

async fn open() -> Open {
    let gate = TestGate::with(vec![application("wiki", WIKI)]).await;
    let cookie = gate.sign_in(session(person("ann", &["editors"]), WIKI));
    let request = get_as(&cookie, WIKI, "/live");
    let (outcome, visit) = gate.admit(&request).await;
    assert!(outcome.is_ok());
    let cut = Cut::default();
    let guard = gate.gate.watch_over(&visit, &request, cut.clone());
    Open {
        gate,
        cut,
        visit,
        request,
        _guard: guard.unwrap(),
    }
}

impl Open {
    fn publish(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = snapshot(vec![application("wiki", WIKI)]);
        next.revision = 2;
        change(&mut next);
        self.gate.snapshots.send_replace(Some(Arc::new(next)));
    }

    /// The reason for which it was cut within a second.
    async fn cut_within_a_second(&self) -> Option<&'static str> {
        for _ in 0..100 {
            if let Some(reason) = self.cut.reason() {
                return Some(reason);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        None
    }

    async fn stays_open(&self) -> bool {
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.cut.reason().is_none()
    }
}

fn only(rule: PolicyRule) -> impl FnOnce(&mut Snapshot) {
    |snapshot| {
        snapshot.applications = vec![Arc::new(Application {
            access: Access::Rules(vec![rule]),
            ..application("wiki", WIKI)
        })];
    }
}

#[tokio::test]
async fn attack_16_a_revoked_session_cuts_what_is_open() {
    let open = open().await;
    open.gate.store.end_all();
    let sign_out = Revocation::SignIn("sign-in of ann".into());
    open.gate.revocations.send(sign_out).unwrap();
    assert_eq!(open.cut_within_a_second().await, Some("session_ended"));
}

#[tokio::test]
async fn attack_16_a_deactivated_member_is_cut_and_a_changed_one_only_if_it_matters() {
    let open = open().await;
    open.publish(only(allow("editors", Who::Group("editors".into()))));
    assert!(open.stays_open().await);

    let renamed =
        |s: &mut config::Session| s.principal = Arc::new(person("ann", &["editors", "x"]));
    open.gate.store.change_all(renamed);
    open.gate
        .revocations
        .send(Revocation::Member("ann".into()))
        .unwrap();
    assert!(open.stays_open().await);

    let expelled = |s: &mut config::Session| s.principal = Arc::new(person("ann", &[]));
    open.gate.store.change_all(expelled);
    open.gate
        .revocations
        .send(Revocation::Member("ann".into()))
        .unwrap();
    assert_eq!(open.cut_within_a_second().await, Some("no_rule_allows"));
}

#[tokio::test]
async fn attack_16_a_new_address_rule_cuts_what_is_open() {
    let open = open().await;
    open.publish(|s| s.ip_lists = vec![ip_list("bad", Effect::Deny, &["192.0.2.0/24"])]);
    assert_eq!(open.cut_within_a_second().await, Some("address_refused"));
}

#[tokio::test]
async fn attack_16_a_network_that_is_closed_to_a_group_of_guests_cuts_what_they_have_open() {
    let open = open().await;
    let turned = |s: &mut config::Session| {
        let mut guest = person("ann", &["editors"]);
        guest.kind = config::PrincipalKind::Guest;
        s.principal = Arc::new(guest);
    };
    open.gate.store.change_all(turned);
    open.gate
        .revocations
        .send(Revocation::Member("ann".into()))
        .unwrap();
    assert!(open.stays_open().await);
    open.publish(|s| {
        let hotel = ip_list("hotel", Effect::Deny, &["192.0.2.0/24"]);
        s.guest_groups = vec![GuestGroup {
            id: "editors".into(),
            from: GuestsFrom::Lists(vec![hotel]),
        }];
    });
    assert_eq!(open.cut_within_a_second().await, Some("guest_address"));
}

#[tokio::test]
async fn attack_16_an_application_that_is_taken_away_is_cut() {
    let open = open().await;
    open.publish(|s| s.applications.clear());
    assert_eq!(open.cut_within_a_second().await, Some("unknown_host"));
}

#[tokio::test]
async fn a_second_factor_that_grows_old_cuts_nothing_but_a_missing_one_does() {
    let open = open().await;
    open.gate
        .store
        .change_all(|s| s.second_factor_at = Some(START));
    open.gate
        .revocations
        .send(Revocation::Member("ann".into()))
        .unwrap();
    open.gate.pass(Duration::from_hours(1));
    let within = |two_step| PolicyRule {
        two_step,
        ..allow("strict", Who::Everyone)
    };
    open.publish(only(within(TwoStep::Within(5))));
    assert!(open.stays_open().await);

    open.gate.store.change_all(|s| s.second_factor_at = None);
    open.gate
        .revocations
        .send(Revocation::Member("ann".into()))
        .unwrap();
    assert_eq!(open.cut_within_a_second().await, Some("two_step_required"));
}

#[tokio::test]
async fn a_change_that_does_not_concern_it_leaves_it_open() {
    let open = open().await;
    open.publish(|s| s.revision = 3);
    open.gate
        .revocations
        .send(Revocation::Member("bob".into()))
        .unwrap();
    open.gate.revocations.send(Revocation::All).unwrap();
    assert!(open.stays_open().await);
    assert_eq!(open.gate.gate.open.len(), 1);
}

#[tokio::test]
async fn what_is_closed_is_no_longer_watched() {
    let open = open().await;
    let gate = Arc::clone(&open.gate.gate);
    drop(open);
    assert!(gate.open.is_empty());
}

#[tokio::test]
async fn a_response_that_comes_after_the_change_is_stopped_at_its_head() {
    let open = open().await;
    let gate = &open.gate.gate;
    assert_eq!(gate.recheck(&open.visit, &open.request).await, Ok(()));
    open.gate.store.end_all();
    gate.sessions.revoke(&Revocation::Member("ann".into()));
    assert!(!gate.still_holds(&open.visit));
    let denial = gate.recheck(&open.visit, &open.request).await;
    assert_eq!(denial, Err(Denial::SessionEnded));
}

#[tokio::test]
async fn attack_16_what_is_registered_after_its_revocation_is_cut_too() {
    let open = open().await;
    open.gate.store.end_all();
    open.gate
        .gate
        .sessions
        .revoke(&Revocation::Member("ann".into()));
    let late = Cut::default();
    let _guard = open
        .gate
        .gate
        .watch_over(&open.visit, &open.request, late.clone());
    assert!(open.cut_within_a_second().await.is_some());
    assert_eq!(late.reason(), Some("session_ended"));
}

#[tokio::test]
async fn looks_do_not_pile_up_while_the_store_does_not_answer() {
    let open = open().await;
    let (gate, store) = (&open.gate.gate, &open.gate.store);
    store.hold_answers();
    let holders = Arc::strong_count(gate);
    for _ in 0..100 {
        // What the gate knows has to be asked for again.
        gate.sessions.revoke(&Revocation::All);
        gate.look_again_at_all();
        tokio::task::yield_now().await;
    }
    assert_eq!(Arc::strong_count(gate), holders + 1, "one look runs");
    store.end_all();
    store.release();
    assert_eq!(open.cut_within_a_second().await, Some("session_ended"));
}
