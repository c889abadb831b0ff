//! Signing in with the password of Microsoft AD, against Samba.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::directories::ad::testing::{Domain, PASSWORD as SECRET, THEIRS};
use crate::directories::sign_in::SignInTerms;
use crate::directories::{self, DirectoryDraft, Organisation, Source, UsedFor};
use crate::edit::Edit;
use crate::store::testing::{TestStore, on_both_engines};
use crate::sync::testing::{take_over, unlimited};
use crate::testing::{ACCESS, House, operator};

/// A house with everybody of the unit; whether they change their passwords here.
async fn taken_over(store: TestStore, domain: &Domain, changes_passwords: bool) -> House {
    let house = House::new(store).await;
    let permit = operator();
    let edit = Edit::begin(&house.state, &permit).await.unwrap();
    let mut settings = domain.settings();
    settings.changes_passwords = changes_passwords;
    let draft = DirectoryDraft {
        name: "AD".to_owned(),
        used_for: UsedFor::Both,
        enabled: true,
        source: Source::ActiveDirectory(settings),
        organisation: Organisation { ..unlimited() },
        sign_in: SignInTerms::default(),
        secret: Some(SECRET.to_owned()),
        secrets: std::collections::BTreeMap::default(),
    };
    let id = directories::create(edit, draft).await.unwrap().id;
    take_over(&house, &id).await;
    house
}

#[tokio::test]
async fn whoever_comes_from_the_domain_signs_in_by_any_of_their_names_there() {
    let domain = Domain::with_unit("signing in").await;
    domain
        .person("signing1", "", "userPrincipalName: s.one@gw.test\n")
        .await;
    on_both_engines(async |store| {
        let house = taken_over(store, &domain, false).await;
        for name in [
            "signing1",
            r"GW\signing1",
            r"gw\SIGNING1",
            "s.one@gw.test",
            "Signing1@gw.test",
        ] {
            let mut browser = house.browser();
            let answer = browser.sign_in(name, THEIRS).await;
            assert_eq!(answer.location(), "/", "{name}");
            assert!(browser.is_signed_in().await, "{name}");
        }
        for (name, password) in [
            (r"OTHER\signing1", THEIRS),
            ("s.one@gw.test", "wrong"),
            ("signing1", ""),
        ] {
            let mut browser = house.browser();
            browser.sign_in(name, password).await;
            assert!(!browser.is_signed_in().await, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_17_guesses_by_the_names_of_the_domain_count_as_guesses_at_one_account() {
    let domain = Domain::with_unit("guesses").await;
    domain
        .person("guesses1", "", "userPrincipalName: g.one@gw.test\n")
        .await;
    let house = taken_over(TestStore::sqlite().await, &domain, false).await;
    let names = [
        "guesses1",
        r"GW\guesses1",
        "g.one@gw.test",
        "guesses1@gw.test",
    ];
    for (n, name) in names.iter().cycle().take(12).enumerate() {
        let mut browser = house.browser();
        browser.address = format!("192.0.2.{n}").parse().unwrap();
        browser.sign_in(name, "guess").await;
    }
    let mut browser = house.browser();
    browser.address = "192.0.2.99".parse().unwrap();
    browser.sign_in("guesses1", THEIRS).await;
    assert!(!browser.is_signed_in().await, "locked");
}

#[tokio::test]
async fn only_whoever_knows_the_password_learns_what_became_of_the_account() {
    let domain = Domain::with_unit("told").await;
    for (name, more) in [("told1", ""), ("told2", ""), ("told3", "")] {
        domain.person(name, "", more).await;
    }
    let house = taken_over(TestStore::sqlite().await, &domain, false).await;
    domain.set("told1", "userAccountControl", "514").await;
    domain
        .set("told2", "accountExpires", "130000000000000000")
        .await;
    domain.set("told3", "pwdLastSet", "0").await;
    for (name, says, reason) in [
        (
            "told1",
            "locked or disabled in the directory",
            "account_disabled",
        ),
        ("told2", "come to its end", "account_expired"),
        ("told3", "Change it on a computer", "password_must_change"),
    ] {
        let mut browser = house.browser();
        let right = browser.sign_in(name, THEIRS).await;
        assert!(right.body.contains(says), "{name}: {}", right.body);
        assert!(
            !right.body.contains("new_password"),
            "it is not changed here"
        );
        assert_eq!(house.log().await[0].1.as_deref(), Some(reason));
        let wrong = browser.sign_in(name, "wrong").await;
        assert!(!wrong.body.contains(says), "{name}");
        let nobody = browser.sign_in("told0", "wrong").await;
        assert_eq!(
            wrong
                .body
                .replace(name, "NAME")
                .contains("username or password is wrong"),
            nobody.body.contains("username or password is wrong")
        );
        assert_eq!(wrong.status, nobody.status);
    }
}

#[tokio::test]
async fn whoever_must_change_the_password_does_so_as_they_sign_in() {
    static RUN: AtomicUsize = AtomicUsize::new(0);
    on_both_engines(async |store| {
        // On each engine anew.
        let n = RUN.fetch_add(1, Ordering::Relaxed);
        let domain = Domain::with_unit(&format!("must change {n}")).await;
        let name = format!("must{n}");
        domain.person(&name, "", "pwdLastSet: 0\n").await;
        let house = taken_over(store, &domain, true).await;
        let mut browser = house.browser();
        let asked = browser.sign_in(&name, THEIRS).await;
        assert!(
            asked.body.contains(r#"name="new_password""#),
            "{}",
            asked.body
        );
        let submit = [
            (
                "wrong",
                "Another-Pass-2",
                "Another-Pass-2",
                "username or password is wrong",
            ),
            (
                THEIRS,
                "Another-Pass-2",
                "Another-Pass-3",
                "two passwords differ",
            ),
            (THEIRS, THEIRS, THEIRS, "must differ from the old one"),
            (THEIRS, "simple", "simple", "does not take this password"),
        ];
        for (old, new, repeated, says) in submit {
            let fields = [
                ("username", name.as_str()),
                ("password", old),
                ("new_password", new),
                ("repeated", repeated),
                ("to", "/"),
            ];
            let answer = browser.post(ACCESS, "/sign-in", &fields).await;
            assert!(answer.body.contains(says), "{says}: {}", answer.body);
            house
                .state
                .clock
                .advance(std::time::Duration::from_hours(1));
        }
        let fields = [
            ("username", name.as_str()),
            ("password", THEIRS),
            ("new_password", "Another-Pass-2"),
            ("repeated", "Another-Pass-2"),
            ("to", "/"),
        ];
        let done = browser.post(ACCESS, "/sign-in", &fields).await;
        assert_eq!(done.location(), "/", "{}", done.body);
        assert!(browser.is_signed_in().await);
        let mut other = house.browser();
        other.sign_in(&name, "Another-Pass-2").await;
        assert!(other.is_signed_in().await);
    })
    .await;
}

#[tokio::test]
async fn attack_10_a_password_that_is_changed_in_the_domain_by_the_account_page_ends_other_sign_ins()
 {
    let domain = Domain::with_unit("account page").await;
    domain.person("page1", "", "").await;
    // So that it may be changed at once.
    domain.lift_minimum_age().await;
    let house = taken_over(TestStore::sqlite().await, &domain, true).await;
    let (mut here, mut there) = (house.browser(), house.browser());
    here.sign_in("page1", THEIRS).await;
    there.sign_in("page1", THEIRS).await;
    let page = here.get(ACCESS, "/account").await.body;
    assert!(page.contains("/account/password"), "{page}");
    let path = "/account/password";
    here.get(ACCESS, path).await;
    for (old, new, says) in [
        ("wrong", "Another-Pass-2", "current password is wrong"),
        (THEIRS, "simple", "does not take this password"),
    ] {
        let fields = [("old", old), ("password", new), ("repeated", new)];
        let answer = here.post(ACCESS, path, &fields).await;
        assert!(answer.body.contains(says), "{says}: {}", answer.body);
    }
    assert!(there.is_signed_in().await);
    let new = "Another-Pass-2";
    let fields = [("old", THEIRS), ("password", new), ("repeated", new)];
    let done = here.post(ACCESS, path, &fields).await;
    assert_eq!(done.location(), "/account?after=done", "{}", done.body);
    assert!(here.is_signed_in().await);
    assert!(!there.is_signed_in().await);
    assert!(
        house
            .audit()
            .await
            .iter()
            .any(|said| said.contains("change_password"))
    );
}
