//! Files as operators bring, renew and break them.

use std::net::IpAddr;

use config::Language;

use super::*;

fn files(folder: &Path) -> Files {
    Files {
        city_database: Some(folder.join("City.mmdb")),
        network_database: Some(folder.join("ASN.mmdb")),
    }
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// As it is read in English.
fn read(places: &Places, text: &str) -> Option<String> {
    let place = places.place(address(text))?;
    Some(place.read(Language::En))
}

#[test]
fn an_address_is_where_the_file_says_and_nowhere_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    testing::cities(files.city_database.as_ref().unwrap());
    testing::networks(files.network_database.as_ref().unwrap());
    let places = Places::open(&files);
    for (at, place) in [
        ("192.0.2.7", Some("Shanghai, China")),
        ("::ffff:192.0.2.7", Some("Shanghai, China")),
        ("198.51.100.1", Some("London, United Kingdom")),
        ("2001:db8:1::9", Some("United Kingdom")),
        ("192.0.2.200", None),
        ("10.0.0.1", None),
        ("2001:db8:2::9", None),
    ] {
        assert_eq!(read(&places, at).as_deref(), place, "{at}");
    }
    let shanghai = places.place(address("192.0.2.7")).unwrap();
    assert_eq!(shanghai.read(Language::ZhCn), "中国 上海");
    let far = places.point(address("192.0.2.7")).unwrap();
    let far = far.kilometres_to(places.point(address("198.51.100.1")).unwrap());
    assert!((9_000.0..9_400.0).contains(&far), "{far}");
    assert_eq!(places.point(address("2001:db8:1::9")), None);
    assert_eq!(places.network(address("198.51.100.1")), Some(64_500));
    assert_eq!(places.network(address("10.0.0.1")), None);
}

#[test]
fn a_file_that_changes_is_read_again_and_a_broken_one_leaves_the_last_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files {
        network_database: None,
        ..files(folder.path())
    };
    let file = files.city_database.clone().unwrap();
    let places = Places::open(&files);
    assert!(!places.has_cities(), "it is not there yet");
    testing::cities(&file);
    places.reread();
    let shanghai = Some("Shanghai, China".to_owned());
    assert_eq!(read(&places, "192.0.2.7"), shanghai);
    let whole = std::fs::read(&file).unwrap();
    let mut torn = whole.clone();
    torn[..whole.len() / 2].fill(0xff);
    for broken in [&whole[..whole.len() / 2], b"no database at all", &torn, b""] {
        std::fs::write(&file, broken).unwrap();
        places.reread();
        assert_eq!(read(&places, "192.0.2.7"), shanghai);
    }
    std::fs::remove_file(&file).unwrap();
    places.reread();
    assert_eq!(read(&places, "192.0.2.7"), shanghai);
    testing::networks(&file);
    places.reread();
    assert_eq!(
        read(&places, "192.0.2.7"),
        shanghai,
        "a file of another kind"
    );
}

#[test]
fn a_database_of_another_kind_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("City.mmdb");
    testing::networks(&file);
    let Err(why) = Database::read(&file, Holds::Cities) else {
        panic!("it was taken");
    };
    assert!(
        why.to_string()
            .ends_with("is a database of GeoLite2-ASN, not of cities"),
        "{why}"
    );
}
