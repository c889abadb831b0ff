//! What a policy that is being written would mean for one person.

use std::time::Duration;

use super::preview::{NextStep, PolicyPreview, of};
use super::{SecondFactor, SignInPolicy, TwoStepDemand};
use crate::store::testing::on_both_engines;
use crate::testing::{House, PASSWORD};

async fn preview(house: &House, policy: &SignInPolicy) -> PolicyPreview {
    let mut read = house.state.store.read().await.unwrap();
    let now = house.state.clock.now();
    let settings = &house.state.settings;
    of(&mut read, settings, policy, "alice", now).await.unwrap()
}

#[tokio::test]
async fn of_sign_ins_that_would_end_those_are_counted_that_are_in_use() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house.browser().sign_in("alice", PASSWORD).await;
        // Idle for longer than the present policy lets it be.
        house.state.clock.advance(Duration::from_mins(121));
        for _ in 0..3 {
            house.state.clock.advance(Duration::from_mins(20));
            house.browser().sign_in("alice", PASSWORD).await;
        }
        let mut policy = SignInPolicy::default();
        assert_eq!(preview(&house, &policy).await.sign_ins_ended, 0);
        policy.sessions.idle_minutes = Some(30);
        assert_eq!(preview(&house, &policy).await.sign_ins_ended, 1);
        policy.sessions.most = 1;
        assert_eq!(preview(&house, &policy).await.sign_ins_ended, 2);
    })
    .await;
}

#[tokio::test]
async fn once_the_grace_is_over_nothing_can_be_put_off() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let demand = |policy: &mut SignInPolicy| {
            policy.two_step.demand = TwoStepDemand::Required;
            policy.two_step.grace_days = 7;
        };
        house.policy(demand).await;
        let mut policy = SignInPolicy::default();
        demand(&mut policy);
        let never_asked = preview(&house, &policy).await.next_sign_in;
        assert_eq!(never_asked, [NextStep::SetUpSecondFactorOrLater]);
        house.browser().sign_in("alice", PASSWORD).await;
        house.state.clock.advance(Duration::from_hours(7 * 24));
        let over = preview(&house, &policy).await.next_sign_in;
        assert_eq!(over, [NextStep::SetUpSecondFactor]);
        policy.two_step.grace_days = 8;
        let longer = preview(&house, &policy).await.next_sign_in;
        assert_eq!(longer, [NextStep::SetUpSecondFactorOrLater]);
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_after_a_code_is_told_of_whoever_comes_in_by_one() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house.set_senders().await;
        let mut policy = SignInPolicy::default();
        policy.two_step.code_alone = true;
        let unreachable = preview(&house, &policy).await;
        assert_eq!(unreachable.next_sign_in_by_code, None);
        let mail = Some("alice@example.com");
        house.can_be_reached(&house.alice, mail, None).await;
        let one_factor = preview(&house, &policy).await;
        assert_eq!(one_factor.next_sign_in_by_code, Some(Vec::new()));
        policy.two_step.demand = TwoStepDemand::Required;
        let another = preview(&house, &policy).await.next_sign_in_by_code;
        assert_eq!(another, Some(vec![NextStep::SetUpSecondFactor]));
        policy.two_step.methods = vec![SecondFactor::Authenticator, SecondFactor::Mail];
        let dead_end = preview(&house, &policy).await.next_sign_in_by_code;
        assert_eq!(dead_end, None, "the password and a mail, never two mails");
        policy.two_step.code_alone = false;
        let not_allowed = preview(&house, &policy).await.next_sign_in_by_code;
        assert_eq!(not_allowed, None);
    })
    .await;
}
