//! What was recorded is read again as it was, from today's form and from all before it.

use config::id::EventId;

use super::*;
use crate::store::events::tests::access_event;

/// Every field filled.
fn full() -> AccessEvent {
    AccessEvent {
        id: EventId::generate(),
        request_id: EventId::generate().to_string(),
        peer: Some("2001:db8::1".parse().unwrap()),
        user_agent: Some("curl/8.14.1".into()),
        session: Some("01890a5d-ac96-774b-bcce-000000000001".into()),
        rule: Some("值班".into()),
        outcome: Outcome::Cut("signed_out".into()),
        upstream: Some("10.1.0.7:8080".into()),
        error: Some(ExchangeError {
            source: ErrorSource::Upstream,
            what: "reset".into(),
        }),
        request_bytes: u64::MAX,
        response_bytes: 7,
        upstream_us: Some(0),
        watermarked: true,
        ..access_event("e1", 1_700_000_000_000)
    }
}

fn bytes(event: &AccessEvent) -> Vec<u8> {
    let mut bytes = Vec::new();
    Record::from(event).write(&mut bytes).unwrap();
    bytes
}

#[test]
fn an_event_is_read_as_it_was_written() {
    let outcomes = [
        Outcome::Granted,
        Outcome::OwnPage,
        Outcome::Cut("signed_out".into()),
        Outcome::Denied("no_rule".into()),
    ];
    for outcome in outcomes {
        for (event, guest) in [
            (full(), false),
            (full(), true),
            (access_event("e1", -5), false),
        ] {
            let event = AccessEvent {
                outcome: outcome.clone(),
                guest,
                ..event
            };
            let read: AccessEvent = Record::read(&bytes(&event)).unwrap().into();
            assert_eq!(read, event);
        }
    }
}

#[test]
fn an_id_is_shortened_only_if_it_comes_back_as_it_was() {
    let uuid = "01890a5d-ac96-774b-bcce-000000000001";
    assert!(matches!(Id::of(uuid), Id::Uuid(_)));
    let others = [
        uuid.to_uppercase(),
        uuid.replace('-', ""),
        format!("{{{uuid}}}"),
        format!("urn:uuid:{uuid}"),
        "wiki".to_owned(),
        String::new(),
    ];
    for text in &others {
        assert_eq!(Id::of(text), Id::Text(text));
    }
    for text in others.iter().map(String::as_str).chain([uuid]) {
        assert_eq!(Id::of(text).to_string(), text);
    }
}

/// Bytes that an earlier version wrote. If this fails, the form was changed: give the new one a
/// number of its own.
#[test]
fn the_first_form_is_read_for_ever() {
    let event = AccessEvent {
        id: "01890a5d-ac96-774b-bcce-000000000001".into(),
        request_id: "r1".into(),
        ..full()
    };
    let written = hex(&bytes(&event));
    assert_eq!(written, FIRST_FORM);
}

const FIRST_FORM: &str = "\
    010001890a5dac96774bbcce00000000000180a0abfef96201027231010120010db80000000000000000000000\
    010100c0000207034745541077696b692e6578616d706c652e636f6d012f08485454502f312e31010b6375726c\
    2f382e31342e3101010477696b690101026d310105616c696365010001890a5dac96774bbcce00000000000101\
    06e580bce78fad010a7369676e65645f6f75749303010d31302e312e302e373a383038300101057265736574ff\
    ffffffffffffffff01070101000101";

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

#[test]
fn what_is_not_exactly_a_record_is_refused() {
    let whole = bytes(&full());
    for end in 0..whole.len() {
        assert!(Record::read(&whole[..end]).is_err(), "cut at {end}");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert!(Record::read(&longer).is_err());
    let unknown = [&[FORM_OF_GUEST + 1], &whole[1..]].concat();
    assert!(matches!(
        Record::read(&unknown),
        Err(RecordError::UnknownForm)
    ));
}

#[test]
fn an_event_is_as_old_as_the_end_of_its_exchange() {
    let event = AccessEvent {
        duration_us: 2_000_000,
        ..access_event("e1", 1_000)
    };
    assert_eq!(Record::from(&event).made_at(), Timestamp(3_000));
}
