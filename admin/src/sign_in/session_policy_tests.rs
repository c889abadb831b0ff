//! How long one stays signed in, and how often at once, as the sign-in policy says.

use std::time::Duration;

use config::id::GroupId;

use crate::sign_in_policy::{PolicyAudience, PolicyException, SessionPolicy, SignInPolicy};
use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, House, PASSWORD};

fn exception(policy: &mut SignInPolicy, group: &GroupId, sessions: SessionPolicy) {
    policy.exceptions = vec![PolicyException {
        ways: None,
        name: "Contractors".into(),
        risk: None,
        who: vec![PolicyAudience::Group(group.clone())],
        two_step: None,
        password: None,
        sessions: Some(sessions),
        attempts: None,
    }];
}

#[tokio::test]
async fn a_change_of_how_long_one_stays_signed_in_holds_for_open_sessions_at_once() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        house.state.clock.advance(Duration::from_mins(30));
        assert!(browser.is_signed_in().await);
        house
            .policy(|policy| policy.sessions.idle_minutes = Some(20))
            .await;
        house.state.clock.advance(Duration::from_mins(19));
        assert!(browser.is_signed_in().await, "used 19 minutes ago");
        house.state.clock.advance(Duration::from_mins(20));
        assert!(!browser.is_signed_in().await);
        let mut second = house.browser();
        second.sign_in("alice", PASSWORD).await;
        house
            .policy(|policy| {
                policy.sessions.idle_minutes = None;
                policy.sessions.absolute_hours = 48;
            })
            .await;
        assert!(!browser.is_signed_in().await, "what was over stays over");
        house.state.clock.advance(Duration::from_hours(47));
        assert!(second.is_signed_in().await, "prolonged");
        house
            .policy(|policy| policy.sessions.absolute_hours = 10)
            .await;
        assert!(!second.is_signed_in().await, "cut short");
    })
    .await;
}

#[tokio::test]
async fn whoever_is_signed_in_as_often_as_they_may_loses_the_oldest_for_the_newest() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut all = [house.browser(), house.browser(), house.browser()];
        for browser in &mut all {
            house.state.clock.advance(Duration::from_mins(1));
            browser.sign_in("alice", PASSWORD).await;
        }
        house.policy(|policy| policy.sessions.most = 2).await;
        let [first, second, third] = &mut all;
        assert!(
            !first.is_signed_in().await,
            "one too many when the policy came"
        );
        assert!(second.is_signed_in().await && third.is_signed_in().await);
        house.state.clock.advance(Duration::from_mins(1));
        first.sign_in("alice", PASSWORD).await;
        assert!(!second.is_signed_in().await, "the oldest of three");
        assert!(third.is_signed_in().await && first.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_into_a_group_with_an_exception_has_its_sessions_from_then_on() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let group = house.group("contractors").await;
        let short = SessionPolicy {
            absolute_hours: 1,
            idle_minutes: None,
            ..SessionPolicy::default()
        };
        house
            .policy(|policy| exception(policy, &group, short))
            .await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        house.state.clock.advance(Duration::from_mins(90));
        assert!(browser.is_signed_in().await);
        house.put_into(&group, &house.alice).await;
        assert!(!browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn an_exception_that_lasts_longer_is_not_cut_short_when_the_policy_is_saved() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let group = house.group("night shift").await;
        house.put_into(&group, &house.alice).await;
        let long = SessionPolicy {
            absolute_hours: 48,
            idle_minutes: None,
            ..SessionPolicy::default()
        };
        house.policy(|policy| exception(policy, &group, long)).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        house.state.clock.advance(Duration::from_hours(20));
        house.policy(|policy| policy.password.history = 1).await;
        assert!(browser.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn of_too_many_sign_ins_those_end_that_were_used_longest_ago() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut first, mut second) = (house.browser(), house.browser());
        first.sign_in("alice", PASSWORD).await;
        house.state.clock.advance(Duration::from_mins(1));
        second.sign_in("alice", PASSWORD).await;
        house.state.clock.advance(Duration::from_mins(1));
        assert!(first.is_signed_in().await);
        house.policy(|policy| policy.sessions.most = 1).await;
        assert!(first.session(ACCESS).await.is_some(), "used last");
        assert!(second.session(ACCESS).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_into_a_group_with_an_exception_has_as_many_sign_ins_as_that_allows() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let group = house.group("contractors").await;
        let once = SessionPolicy {
            most: 1,
            ..SessionPolicy::default()
        };
        house.policy(|policy| exception(policy, &group, once)).await;
        let (mut first, mut second) = (house.browser(), house.browser());
        for browser in [&mut first, &mut second] {
            house.state.clock.advance(Duration::from_mins(1));
            browser.sign_in("alice", PASSWORD).await;
        }
        let over = first.session(ACCESS).await.unwrap().sign_in;
        house.put_into(&group, &house.alice).await;
        assert!(first.session(ACCESS).await.is_none());
        assert!(second.session(ACCESS).await.is_some());
        assert!(house.is_told_over(&over).await, "gateways are told");
    })
    .await;
}
