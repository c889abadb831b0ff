//! A person's own account, in a person's own hands and in others'.

use std::time::Duration;

use axum::http::StatusCode;

use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, House, PASSWORD, between};

#[tokio::test]
async fn a_person_sees_and_ends_their_sign_ins_and_nobody_elses() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house.member("bob", "Bob", &[]).await;
        let (mut here, mut there, mut bob) = (house.browser(), house.browser(), house.browser());
        there.address = "198.51.100.20".parse().unwrap();
        there.sign_in("alice", PASSWORD).await;
        here.sign_in("alice", PASSWORD).await;
        bob.sign_in("bob", PASSWORD).await;
        let page = here.get(ACCESS, "/account").await;
        assert!(page.body.contains("198.51.100.20") && page.body.contains("Firefox"));
        let ids: Vec<String> = page
            .body
            .split(r#"name="sign_in" value=""#)
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        assert_eq!(ids.len(), 2, "this one first");
        bob.get(ACCESS, "/account").await;
        let path = "/account/sessions/end";
        bob.post(ACCESS, path, &[("sign_in", &ids[1])]).await;
        assert!(there.is_signed_in().await, "not Bob's to end");
        here.post(ACCESS, path, &[("sign_in", &ids[1])]).await;
        assert!(!there.is_signed_in().await);
        there.sign_in("alice", PASSWORD).await;
        here.post(ACCESS, "/account/sessions/end-others", &[]).await;
        assert!(!there.is_signed_in().await);
        assert!(here.is_signed_in().await && bob.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn changing_the_password_takes_the_old_one_and_ends_other_sign_ins() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut here, mut there) = (house.browser(), house.browser());
        here.sign_in("alice", PASSWORD).await;
        there.sign_in("alice", PASSWORD).await;
        here.get(ACCESS, "/account/password").await;
        let path = "/account/password";
        for (old, new, repeated) in [
            ("wrong", "a good new one", "a good new one"),
            (PASSWORD, "short", "short"),
            (PASSWORD, "a good new one", "another one"),
            (PASSWORD, PASSWORD, PASSWORD),
        ] {
            let fields = [("old", old), ("password", new), ("repeated", repeated)];
            let answer = here.post(ACCESS, path, &fields).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{old} {new}"
            );
        }
        assert!(there.is_signed_in().await);
        let fields = [
            ("old", PASSWORD),
            ("password", "a good new one"),
            ("repeated", "a good new one"),
        ];
        assert_eq!(
            here.post(ACCESS, path, &fields).await.location(),
            "/account?after=done"
        );
        assert!(here.is_signed_in().await);
        assert!(!there.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_22_the_authenticator_changes_only_with_a_fresh_proof() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut browser = house.browser();
        browser.sign_in("alice", PASSWORD).await;
        house.state.clock.advance(Duration::from_mins(11));
        let stale = browser.get(ACCESS, "/account/authenticator").await;
        assert!(stale.location().starts_with("/sign-in/confirm?to="));
        browser.get(ACCESS, "/sign-in/confirm?to=%2Faccount").await;
        let confirm = "/sign-in/confirm";
        browser
            .post(ACCESS, confirm, &[("password", PASSWORD)])
            .await;
        let (seed, first_codes) = browser.enrol().await;

        // With an authenticator in use, a fresh password is not enough to take it away.
        house.state.clock.advance(Duration::from_mins(11));
        browser.get(ACCESS, "/account").await;
        let remove = "/account/authenticator/remove";
        let asked = browser.post(ACCESS, remove, &[]).await;
        assert!(asked.location().starts_with("/sign-in/confirm?to="));
        let page = browser.get(ACCESS, "/sign-in/confirm?to=%2Faccount").await;
        assert!(page.body.contains("name=\"code\"") && !page.body.contains("type=\"password\""));
        let by_password = browser
            .post(ACCESS, confirm, &[("password", PASSWORD)])
            .await;
        assert_eq!(by_password.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = seed.code_at(house.state.clock.now());
        browser.post(ACCESS, confirm, &[("code", &code)]).await;

        browser.get(ACCESS, "/account").await;
        let renewed = browser.post(ACCESS, "/account/recovery-codes", &[]).await;
        assert!(
            !renewed.body.contains(&first_codes[0]),
            "the old ones are gone"
        );
        assert!(between(&renewed.body, "<li><code>", "<").len() == 19);
        browser.get(ACCESS, "/account").await;
        assert_eq!(
            browser.post(ACCESS, remove, &[]).await.location(),
            "/account?after=done"
        );
        let plain = house.browser().sign_in("alice", PASSWORD).await;
        assert_eq!(plain.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn attack_10_a_sign_in_that_began_with_the_old_password_ends_with_it() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut here = house.browser();
        here.sign_in("alice", PASSWORD).await;
        let (seed, _) = here.enrol().await;
        let mut thief = house.browser();
        let step = thief.sign_in("alice", PASSWORD).await;
        assert_eq!(step.location(), "/sign-in/two-step");
        here.get(ACCESS, "/account/password").await;
        let new = "a good new one";
        let fields = [("old", PASSWORD), ("password", new), ("repeated", new)];
        here.post(ACCESS, "/account/password", &fields).await;
        house.state.clock.advance(Duration::from_mins(1));
        let code = seed.code_at(house.state.clock.now());
        let late = thief
            .post(ACCESS, "/sign-in/two-step", &[("code", &code)])
            .await;
        assert_eq!(late.location(), "/sign-in?after=over&to=%2F");
        assert!(!thief.is_signed_in().await);
    })
    .await;
}
