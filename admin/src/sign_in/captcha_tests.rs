//! Captchas, as people and programs meet them.

use std::sync::Arc;

use axum::http::StatusCode;
use parking_lot::Mutex;

use super::lockout::{ADDRESS, WINDOW};
use crate::captcha::{MOST_WAITING, solve};
use crate::sign_in_policy::{AttemptPolicy, CaptchaDemand, PolicyAudience, PolicyException};
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{ACCESS, Answered, Browser, House, PASSWORD, between};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const ASKED: &str = r#"name="captcha" value=""#;

async fn asking(store: TestStore, demand: CaptchaDemand) -> House {
    let house = House::new(store).await;
    let set = |policy: &mut crate::sign_in_policy::SignInPolicy| policy.attempts.captcha = demand;
    house.policy(set).await;
    house
}

fn from<'a>(house: &'a House, address: &str) -> Browser<'a> {
    let mut browser = house.browser();
    browser.address = address.parse().unwrap();
    browser
}

fn is_asked(answer: &Answered) -> bool {
    answer.body.contains(ASKED)
}

/// Asks for the question in place of the picture; the sealed puzzle and its answer.
async fn question(browser: &mut Browser<'_>, username: &str) -> (String, String) {
    let fields = [("username", username), ("captcha_other", "question")];
    let page = browser.post(ACCESS, "/sign-in", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    let sealed = between(&page.body, ASKED, "\"").to_owned();
    let asked = between(&page.body, r#"<label for="captcha_answer">"#, "<");
    (sealed, solve(asked).unwrap().to_string())
}

async fn answer(
    browser: &mut Browser<'_>,
    (username, password): (&str, &str),
    (sealed, answer): (&str, &str),
) -> Answered {
    let fields = [
        ("username", username),
        ("password", password),
        ("to", "/"),
        ("captcha", sealed),
        ("captcha_kind", "question"),
        ("captcha_answer", answer),
    ];
    browser.post(ACCESS, "/sign-in", &fields).await
}

/// What two answers would tell apart, whoever was named.
fn told(answer: &Answered, name: &str) -> (StatusCode, String) {
    let sealed = between(&answer.body, ASKED, "\"").to_owned();
    let picture = between(&answer.body, "data:image/png;base64,", "\"").to_owned();
    let csrf = between(&answer.body, r#"name="csrf" value=""#, "\"").to_owned();
    // The name last: a picture may happen to spell it.
    let body = [&*sealed, &*picture, &*csrf, name]
        .into_iter()
        .filter(|one| !one.is_empty())
        .fold(answer.body.clone(), |body, one| body.replace(one, "…"));
    (answer.status, body)
}

#[tokio::test]
async fn whoever_is_always_asked_comes_in_with_the_answer_and_not_without() {
    on_both_engines(async |store| {
        let house = asking(store, CaptchaDemand::Always).await;
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in").await;
        assert!(
            page.body.contains("data:image/png;base64,"),
            "{}",
            page.body
        );
        let hashed = house.state.passwords.hashed();
        let without = browser.sign_in("alice", PASSWORD).await;
        assert_eq!(without.status, REFUSED);
        assert!(
            without.body.contains("do the check below"),
            "{}",
            without.body
        );
        let (sealed, right) = question(&mut browser, "alice").await;
        let wrong = answer(&mut browser, ("alice", PASSWORD), (&sealed, "99")).await;
        assert!(wrong.body.contains("wrong or too old"), "{}", wrong.body);
        assert!(wrong.body.contains("How much is"), "still a question");
        let spent = answer(&mut browser, ("alice", PASSWORD), (&sealed, &right)).await;
        assert_eq!(spent.status, REFUSED, "one answer, right or wrong");
        assert_eq!(
            house.state.passwords.hashed(),
            hashed,
            "no password was looked at"
        );
        let (sealed, right) = question(&mut browser, "alice").await;
        let done = answer(&mut browser, ("alice", PASSWORD), (&sealed, &right)).await;
        assert_eq!(done.location(), "/");
        let log = house.log().await;
        let reasons: Vec<_> = log
            .iter()
            .filter_map(|(_, reason)| reason.as_deref())
            .collect();
        assert_eq!(reasons, ["captcha_not_answered"; 3]);
        browser.get(ACCESS, "/sign-out").await;
        browser.post(ACCESS, "/sign-out", &[]).await;
        assert!(
            is_asked(&browser.get(ACCESS, "/sign-in").await),
            "a known browser, too"
        );
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_puzzle_is_good_once_for_one_browser_and_five_minutes() {
    on_both_engines(async |store| {
        let house = asking(store, CaptchaDemand::Always).await;
        let (mut mine, mut other) = (house.browser(), house.browser());
        mine.get(ACCESS, "/sign-in").await;
        other.get(ACCESS, "/sign-in").await;
        let (sealed, right) = question(&mut mine, "alice").await;
        let stolen = answer(&mut other, ("alice", PASSWORD), (&sealed, &right)).await;
        assert_eq!(stolen.status, REFUSED);
        let wrong = answer(&mut mine, ("alice", "wrong"), (&sealed, &right)).await;
        assert!(
            wrong.body.contains("username or password is wrong"),
            "{}",
            wrong.body
        );
        let again = answer(&mut mine, ("alice", PASSWORD), (&sealed, &right)).await;
        assert!(again.body.contains("wrong or too old"), "{}", again.body);
        let (sealed, right) = question(&mut mine, "alice").await;
        house.state.clock.advance(std::time::Duration::from_mins(5));
        let late = answer(&mut mine, ("alice", PASSWORD), (&sealed, &right)).await;
        assert_eq!(late.status, REFUSED);
        let mut chinese = house.browser();
        chinese.language = "zh-CN";
        chinese.get(ACCESS, "/sign-in").await;
        let (sealed, right) = question(&mut chinese, "alice").await;
        let done = answer(&mut chinese, ("alice", PASSWORD), (&sealed, &right)).await;
        assert_eq!(done.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn attack_17_after_so_many_failures_at_a_name_its_captcha_spares_the_account() {
    on_both_engines(async |store| {
        let house = asking(store, CaptchaDemand::After { failures: 3 }).await;
        let mut known = from(&house, "198.51.100.1");
        known.sign_in("alice", PASSWORD).await;
        known.get(ACCESS, "/sign-out").await;
        known.post(ACCESS, "/sign-out", &[]).await;
        for n in 0..3_u8 {
            let wrong = from(&house, &format!("192.0.2.{n}"))
                .sign_in("alice", "wrong")
                .await;
            assert_eq!((wrong.status, is_asked(&wrong)), (REFUSED, n == 2), "{n}");
        }
        let hashed = house.state.passwords.hashed();
        for n in 10..24_u8 {
            let mut browser = from(&house, &format!("192.0.2.{n}"));
            let page = browser.get(ACCESS, "/sign-in").await;
            assert!(!is_asked(&page), "nobody is named yet");
            let refused = browser.sign_in("Alice ", PASSWORD).await;
            assert_eq!((refused.status, is_asked(&refused)), (REFUSED, true));
        }
        assert_eq!(house.state.passwords.hashed(), hashed);
        let own = known.sign_in("alice", PASSWORD).await;
        assert_eq!(own.location(), "/", "her own browser is spared");
        let mut browser = from(&house, "192.0.2.99");
        browser.get(ACCESS, "/sign-in").await;
        let (sealed, right) = question(&mut browser, "alice").await;
        let done = answer(&mut browser, ("alice", PASSWORD), (&sealed, &right)).await;
        assert_eq!(
            done.location(),
            "/",
            "14 refusals have not locked the account"
        );
        let next = from(&house, "192.0.2.98").sign_in("alice", PASSWORD).await;
        assert!(is_asked(&next), "nothing tells that somebody has signed in");
        house.state.clock.advance(WINDOW);
        let later = from(&house, "192.0.2.97").sign_in("alice", PASSWORD).await;
        assert_eq!(later.location(), "/");
    })
    .await;
}

#[tokio::test]
async fn attack_17_after_so_many_failures_from_an_address_whoever_comes_from_there_is_asked() {
    on_both_engines(async |store| {
        let house = asking(store, CaptchaDemand::After { failures: 2 }).await;
        let mut attacker = house.browser();
        for name in ["one", "two"] {
            attacker.sign_in(name, "wrong").await;
        }
        assert!(is_asked(&attacker.get(ACCESS, "/sign-in").await));
        let mut elsewhere = from(&house, "198.51.100.1");
        assert!(!is_asked(&elsewhere.get(ACCESS, "/sign-in").await));
        for _ in 2..ADDRESS.most {
            let refused = answer(&mut attacker, ("alice", PASSWORD), ("", "")).await;
            assert_eq!((refused.status, is_asked(&refused)), (REFUSED, true));
        }
        let spent = attacker.sign_in("alice", PASSWORD).await;
        assert_eq!(
            spent.status,
            StatusCode::TOO_MANY_REQUESTS,
            "it counts at the source"
        );
        let done = elsewhere.sign_in("alice", PASSWORD).await;
        assert_eq!(done.location(), "/", "and at no account");
    })
    .await;
}

#[tokio::test]
async fn attack_23_a_captcha_is_asked_alike_whether_or_not_somebody_has_the_name() {
    on_both_engines(async |store| {
        let house = asking(store, CaptchaDemand::Never).await;
        let group = house.group("contractors").await;
        house.put_into(&group, &house.alice).await;
        let demand = CaptchaDemand::After { failures: 2 };
        house
            .policy(|policy| {
                policy.exceptions = vec![PolicyException {
                    ways: None,
                    name: "Contractors".into(),
                    risk: None,
                    who: vec![PolicyAudience::Group(group.clone())],
                    two_step: None,
                    password: None,
                    sessions: None,
                    attempts: Some(AttemptPolicy {
                        captcha: demand,
                        within_minutes: 60,
                        ..AttemptPolicy::default()
                    }),
                }];
            })
            .await;
        let mut seen = Vec::new();
        for (at, name) in ["alice", "olga", "nobody"].into_iter().enumerate() {
            let mut all = Vec::new();
            for n in 0..4 {
                let mut browser = from(&house, &format!("10.{at}.{n}.1"));
                let hashed = house.state.passwords.hashed();
                let answer = browser.sign_in(name, "wrong").await;
                let cost = house.state.passwords.hashed() - hashed;
                all.push((told(&answer, name), is_asked(&answer), cost));
            }
            seen.push(all);
        }
        let asked: Vec<bool> = seen[0].iter().map(|(_, asked, _)| *asked).collect();
        assert_eq!(asked, [false, true, true, true]);
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0], seen[2]);
    })
    .await;
}

#[tokio::test]
async fn whoever_forgot_the_password_is_asked_by_the_same_rule() {
    on_both_engines(async |store| {
        let house = asking(store, CaptchaDemand::Always).await;
        house.policy(|policy| policy.password.reset = true).await;
        house.set_senders().await;
        let mut browser = house.browser();
        let page = browser.get(ACCESS, "/sign-in/forgot").await;
        assert!(is_asked(&page), "{}", page.body);
        let name = ("username", "alice");
        let without = browser.post(ACCESS, "/sign-in/forgot", &[name]).await;
        assert_eq!(without.status, REFUSED);
        let other = [name, ("captcha_other", "question")];
        let page = browser.post(ACCESS, "/sign-in/forgot", &other).await;
        assert!(page.body.contains(r#"value="alice""#), "{}", page.body);
        let sealed = between(&page.body, ASKED, "\"").to_owned();
        let asked = between(&page.body, r#"<label for="captcha_answer">"#, "<");
        let right = solve(asked).unwrap().to_string();
        let fields = [
            name,
            ("captcha", sealed.as_str()),
            ("captcha_answer", &right),
        ];
        let done = browser.post(ACCESS, "/sign-in/forgot", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert!(done.location().starts_with("/welcome"));
    })
    .await;
}

#[tokio::test]
async fn attack_17_where_many_pictures_are_being_drawn_or_the_address_is_spent_words_are_asked() {
    on_both_engines(async |store| {
        let house = asking(store, CaptchaDemand::Always).await;
        let is_drawn = |page: &Answered| page.body.contains("data:image/png");
        let asked_in_words = |page: &Answered| is_asked(page) && !is_drawn(page);
        let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
        let may_go_on = Arc::new(Mutex::new(may_go_on));
        let mut drawn = Vec::new();
        for _ in 0..MOST_WAITING + 2 {
            let may_go_on = Arc::clone(&may_go_on);
            let turn = house.state.turns.captchas.run_if_room(move || {
                let _ = may_go_on.lock().recv();
            });
            drawn.push(Box::pin(turn));
        }
        for turn in &mut drawn {
            assert!(futures::poll!(turn).is_pending());
        }
        let page = from(&house, "192.0.2.1").get(ACCESS, "/sign-in").await;
        assert!(asked_in_words(&page), "{}", page.body);
        drop(go_on);
        futures::future::join_all(drawn).await;
        let page = from(&house, "192.0.2.1").get(ACCESS, "/sign-in").await;
        assert!(is_drawn(&page), "{}", page.body);
        let mut attacker = from(&house, "192.0.2.2");
        attacker.get(ACCESS, "/sign-in").await;
        for _ in 0..=ADDRESS.most {
            answer(&mut attacker, ("alice", PASSWORD), ("", "")).await;
        }
        let page = attacker.get(ACCESS, "/sign-in").await;
        assert!(asked_in_words(&page), "{}", page.body);
    })
    .await;
}
