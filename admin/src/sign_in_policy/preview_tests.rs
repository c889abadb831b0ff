//! What a policy that is being written would mean for one person.

use std::time::Duration;

use super::preview::{NextStep, PolicyPreview, of};
use super::{SignInPolicy, TwoStepDemand};
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
