//! What is told at callbacks, on both engines of the store.

use std::collections::BTreeSet;

use config::Timestamp;

use super::*;
use crate::store::directory_events::NewEvent;
use crate::store::testing::{TestStore, on_both_engines};
use crate::sync::testing::connect;
use crate::testing::House;

const AT: Timestamp = Timestamp(1_767_225_600_000);

async fn tell(house: &House, id: &DirectoryId, event: &str, touches: Touches, key: &str) -> bool {
    let keys = [key.to_owned()];
    let keys = if key.is_empty() { &[][..] } else { &keys };
    let event = NewEvent {
        id: event,
        kind: "changed",
        touches,
        keys,
    };
    let mut tx = house.state.store.begin().await.unwrap();
    directory_callbacks::told(&mut tx, id, event.kind, AT)
        .await
        .unwrap();
    let is_new = rows::insert(&mut tx, id, &event, AT).await.unwrap();
    tx.commit().await.unwrap();
    house.state.suites.announce();
    is_new
}

async fn house(store: TestStore) -> (House, DirectoryId, Feed) {
    let house = House::empty(store);
    let id = connect(&house, "Suite", crate::directories::Organisation::default()).await;
    let feed = Feed::new(&house.state, &id);
    (house, id, feed)
}

fn hints(news: News) -> (Vec<String>, String) {
    match news {
        News::Hints(hints) => (hints.keys, hints.cursor),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_told_twice_or_in_any_order_is_one_hint() {
    on_both_engines(async |store| {
        let (house, id, feed) = house(store).await;
        let mark = feed.mark().await.unwrap();
        for (event, key) in [("e2", "wang"), ("e1", "li"), ("e2", "wang"), ("e3", "li")] {
            tell(&house, &id, event, Touches::People, key).await;
        }
        let news = feed.news(&mark, Duration::ZERO).await.unwrap();
        let (keys, cursor) = hints(news);
        assert_eq!(keys, ["li", "wang"]);
        let after = feed.news(&cursor, Duration::ZERO).await.unwrap();
        assert_eq!(after, News::Nothing);
        assert!(!tell(&house, &id, "e1", Touches::People, "li").await);
    })
    .await;
}

#[tokio::test]
async fn people_come_before_departments_and_departments_are_not_forgotten() {
    on_both_engines(async |store| {
        let (house, id, feed) = house(store).await;
        let mark = feed.mark().await.unwrap();
        tell(&house, &id, "e1", Touches::Structure, "").await;
        tell(&house, &id, "e2", Touches::People, "wang").await;
        let (keys, cursor) = hints(feed.news(&mark, Duration::ZERO).await.unwrap());
        assert_eq!(keys, ["wang"]);
        let owed = feed.news(&cursor, Duration::ZERO).await.unwrap();
        assert_eq!(owed, News::Lost, "the department is still owed");
        tell(&house, &id, "e3", Touches::People, "li").await;
        let (keys, cursor) = hints(feed.news(&cursor, Duration::ZERO).await.unwrap());
        assert_eq!(keys, ["li"], "and people still come first");
        assert_eq!(
            feed.news(&cursor, Duration::ZERO).await.unwrap(),
            News::Lost
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_waits_is_woken_by_what_is_told_on_this_node() {
    on_both_engines(async |store| {
        let (house, id, feed) = house(store).await;
        let mark = feed.mark().await.unwrap();
        let (news, ()) = tokio::join!(feed.news(&mark, Duration::from_mins(1)), async {
            sleep(Duration::from_millis(20)).await;
            tell(&house, &id, "e1", Touches::People, "wang").await;
        });
        assert_eq!(hints(news.unwrap()).0, ["wang"]);
    })
    .await;
}

#[tokio::test]
async fn a_mark_behind_which_something_was_forgotten_is_lost() {
    on_both_engines(async |store| {
        let (house, id, feed) = house(store).await;
        let mark = feed.mark().await.unwrap();
        tell(&house, &id, "e1", Touches::People, "wang").await;
        let (_, later) = hints(feed.news(&mark, Duration::ZERO).await.unwrap());
        let mut tx = house.state.store.begin().await.unwrap();
        rows::forget(&mut tx, AT.plus(KEEP)).await.unwrap();
        tx.commit().await.unwrap();
        let found: BTreeSet<bool> = [
            feed.news(&mark, Duration::ZERO).await.unwrap() == News::Lost,
            feed.news(&later, Duration::ZERO).await.unwrap() == News::Nothing,
        ]
        .into();
        assert_eq!(found, BTreeSet::from([true]));
        assert_eq!(feed.news("odd", Duration::ZERO).await.unwrap(), News::Lost);
    })
    .await;
}
