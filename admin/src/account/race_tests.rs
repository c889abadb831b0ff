//! Several at once with one cookie, one password, one code.

use axum::http::StatusCode;

use crate::store::testing::on_both_engines;
use crate::testing::{ACCESS, House, PASSWORD};

#[tokio::test]
async fn attack_10_of_two_steps_with_one_cookie_one_succeeds() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let mut first = house.browser();
        first.sign_in("alice", PASSWORD).await;
        first.get(ACCESS, "/sign-in/confirm?to=%2Faccount").await;
        let fields = [("password", PASSWORD), ("to", "/account")];
        let (mut a, mut b) = (first.clone(), first);
        let path = "/sign-in/confirm";
        let (x, y) = tokio::join!(a.post(ACCESS, path, &fields), b.post(ACCESS, path, &fields));
        let mut went = [x.location().to_owned(), y.location().to_owned()];
        went.sort();
        assert_eq!(went, ["/account", "/sign-in?to=%2Faccount"]);
        assert_ne!(a.is_signed_in().await, b.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_10_of_two_who_replace_one_password_the_first_wins_and_the_other_is_out() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let (mut alice, mut thief) = (house.browser(), house.browser());
        for browser in [&mut alice, &mut thief] {
            browser.sign_in("alice", PASSWORD).await;
            browser.get(ACCESS, "/account/password").await;
        }
        let fields = |new: &'static str| [("old", PASSWORD), ("password", new), ("repeated", new)];
        let (hers, his) = (fields("a good new one"), fields("the thief's own"));
        let path = "/account/password";
        let (x, y) = tokio::join!(
            alice.post(ACCESS, path, &hers),
            thief.post(ACCESS, path, &his)
        );
        let changed = |status| i32::from(status == StatusCode::SEE_OTHER);
        assert_eq!(
            changed(x.status) + changed(y.status),
            1,
            "{} {}",
            x.status,
            y.status
        );
        let mut work = 0;
        for password in [PASSWORD, "a good new one", "the thief's own"] {
            let answer = house.browser().sign_in("alice", password).await;
            work += i32::from(answer.status == StatusCode::SEE_OTHER);
        }
        assert_eq!(work, 1);
        assert_ne!(alice.is_signed_in().await, thief.is_signed_in().await);
    })
    .await;
}
