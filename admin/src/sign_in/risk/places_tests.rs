//! Sign-ins from afar and from strange networks, on a node that knows where addresses are.

use std::time::Duration;

use super::tests::{REFUSED, TWO_STEP, last, prove, sign_in};
use crate::edit::Edit;
use crate::places;
use crate::refused::{Expected, Refused};
use crate::sign_in_policy::{self, RiskAnswer, SignInPolicy};
use crate::store::testing::{TestStore, on_both_engines};
use crate::testing::{Browser, House, PASSWORD, operator};

/// A house that knows where some addresses are.
async fn house_with_places(store: TestStore) -> House {
    let house = House::new(store).await;
    let files = &house.state.settings.places;
    places::testing::cities(files.city_database.as_ref().unwrap());
    house.state.places.reread();
    house
}

/// Signs in from there with what the browser keeps of earlier times.
async fn sign_in_from(browser: &mut Browser<'_>, address: &str) -> String {
    browser.address = address.parse().unwrap();
    sign_in(browser, PASSWORD).await.location().to_owned()
}

const SHANGHAI: &str = "192.0.2.7";
const LONDON: &str = "198.51.100.1";
const HANGZHOU: &str = "203.0.113.1";
const NOWHERE: &str = "10.0.0.1";

#[tokio::test]
async fn whoever_is_too_far_away_too_soon_is_asked_and_whoever_had_the_time_is_not() {
    on_both_engines(async |store| {
        let house = house_with_places(store).await;
        house
            .policy(|policy| {
                policy.two_step.remember_days = 90;
                policy.risk.impossible_travel = RiskAnswer::Ask;
            })
            .await;
        let mut browser = house.browser();
        sign_in_from(&mut browser, SHANGHAI).await;
        let (seed, _) = browser.enrol().await;
        sign_in_from(&mut browser, SHANGHAI).await;
        prove(&mut browser, &seed).await;
        let hours = |hours| house.state.clock.advance(Duration::from_hours(hours));
        assert_eq!(
            sign_in_from(&mut browser, HANGZHOU).await,
            TWO_STEP,
            "165 km at once"
        );
        hours(1);
        assert_eq!(sign_in_from(&mut browser, HANGZHOU).await, "/");
        assert_eq!(sign_in_from(&mut browser, NOWHERE).await, "/");
        hours(8);
        assert_eq!(
            sign_in_from(&mut browser, LONDON).await,
            TWO_STEP,
            "9,200 km"
        );
        hours(1);
        assert_eq!(sign_in_from(&mut browser, LONDON).await, TWO_STEP, "nearly");
        prove(&mut browser, &seed).await;
        let told = last(&house).await;
        assert_eq!(told.risk, ["impossible_travel"]);
        assert_eq!(told.place.unwrap().country, "GB");
        house
            .policy(|policy| policy.risk.km_per_hour = 10_000)
            .await;
        hours(1);
        assert_eq!(
            sign_in_from(&mut browser, SHANGHAI).await,
            "/",
            "in a rocket"
        );
    })
    .await;
}

#[tokio::test]
async fn a_network_is_its_providers_where_the_node_knows_providers() {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        house
            .policy(|policy| policy.risk.unknown_network = RiskAnswer::Ask)
            .await;
        let mut browser = house.browser();
        sign_in_from(&mut browser, "192.0.2.7").await;
        assert_eq!(sign_in_from(&mut browser, "198.51.100.1").await, REFUSED);
        let files = &house.state.settings.places;
        places::testing::networks(files.network_database.as_ref().unwrap());
        house.state.places.reread();
        assert_eq!(sign_in_from(&mut browser, "198.51.100.1").await, "/");
        assert_eq!(sign_in_from(&mut browser, "203.0.113.1").await, REFUSED);
        assert_eq!(sign_in_from(&mut browser, NOWHERE).await, REFUSED);
    })
    .await;
}

#[tokio::test]
async fn travel_is_looked_at_only_where_the_node_knows_places_and_a_node_that_lost_them_lets_people_in()
 {
    on_both_engines(async |store| {
        let house = House::new(store).await;
        let permit = operator();
        let travel = |policy: &mut SignInPolicy| {
            policy.risk.impossible_travel = RiskAnswer::Ask;
        };
        let mut policy = SignInPolicy::default();
        travel(&mut policy);
        let edit = Edit::begin(&house.state, &permit).await.unwrap();
        let refused = sign_in_policy::put(edit, Expected::Any, policy).await;
        let Err(Refused::Invalid(wrong)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(wrong[0].field, "risk.impossible_travel");
        let file = house.state.settings.places.city_database.as_ref().unwrap();
        places::testing::cities(file);
        house.state.places.reread();
        house.policy(travel).await;
        std::fs::remove_file(file).unwrap();
        let (without, _) = crate::state::testing::state(&house.store);
        assert!(!without.places.has_cities());
        let later = House {
            router: crate::router::router(&without),
            ..house
        };
        later.policy(|policy| policy.risk.km_per_hour = 500).await;
        let mut browser = later.browser();
        sign_in_from(&mut browser, SHANGHAI).await;
        assert_eq!(sign_in_from(&mut browser, LONDON).await, "/");
    })
    .await;
}
