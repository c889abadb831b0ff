//! What opens, and what is refused.

use super::*;

const WECOM_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const WECOM: &str = "wx5823bf96d3bd56c7";
const ECHO: &str =
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==";
const DINGTALK_KEY: &str = "1234567890123456789012345678901234567890123";
const DINGTALK: &str = "dingsnotzck6pm5veliw";
const SUCCESS: &str =
    "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==";

fn key(text: &str) -> CallbackKey {
    CallbackKey::read(text).unwrap()
}

/// Encrypted as it is, whatever it is.
fn raw(plain: &[u8]) -> String {
    STANDARD.encode(key(WECOM_KEY).run(Mode::Encrypt, plain).unwrap())
}

#[test]
fn the_published_vectors_open_and_are_signed() {
    let opened = key(WECOM_KEY).opened(ECHO, WECOM).unwrap();
    assert_eq!(opened, "1616140317555161061");
    let opened = key(DINGTALK_KEY).opened(SUCCESS, DINGTALK).unwrap();
    assert_eq!(opened, "success");
    assert_eq!(
        signature("QDG6eK", ("1409659589", "263014780"), ECHO),
        "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    );
    assert_eq!(
        signature("123456", ("1614767836", "A7Co0cJLMzIDtMMI"), SUCCESS),
        "9a95a004dd16f5c307e849b994173f76aa26e5eb"
    );
}

#[test]
fn a_key_has_43_characters_and_may_have_bits_left_over() {
    assert!(CallbackKey::read(&"x".repeat(42)).is_none());
    assert!(CallbackKey::read(&"x".repeat(44)).is_none());
    assert!(CallbackKey::read(&"-".repeat(43)).is_none());
    assert!(CallbackKey::read("").is_none());
    assert!(CallbackKey::read(&format!("{}B", "A".repeat(42))).is_some());
}

#[test]
fn texts_of_every_length_open_for_their_receiver_alone() {
    for length in 0..200 {
        let text: String = "ä".repeat(length / 2) + &"x".repeat(length % 2);
        let sealed = key(WECOM_KEY).sealed([7; 16], &text, WECOM).unwrap();
        assert_eq!(key(WECOM_KEY).opened(&sealed, WECOM).unwrap(), text);
        for other in ["", "wx5823bf96d3bd56c", "wx5823bf96d3bd56c77", DINGTALK] {
            assert_eq!(
                key(WECOM_KEY).opened(&sealed, other),
                Err(Forged::Tenant),
                "{length}"
            );
        }
        assert_ne!(key(DINGTALK_KEY).opened(&sealed, WECOM), Ok(text));
    }
}

#[test]
fn attack_28_lengths_and_paddings_that_lie_are_refused() {
    let with = |length: u32, padding: u8| {
        let mut plain = vec![1; 16];
        plain.extend(length.to_be_bytes());
        plain.extend(b"hello");
        plain.extend(WECOM.as_bytes());
        plain.resize(64, padding);
        raw(&plain)
    };
    let right = key(WECOM_KEY).opened(&with(5, 21), WECOM);
    assert_eq!(right.as_deref(), Ok("hello"));
    for (length, padding) in [
        (4, 21),
        (6, 21),
        (0, 21),
        (u32::MAX, 21),
        (1 << 31, 21),
        (5, 0),
        (5, 33),
        (5, 255),
        (5, 20),
        (5, 32),
    ] {
        let read = key(WECOM_KEY).opened(&with(length, padding), WECOM);
        assert!(read.is_err(), "{length} {padding}");
    }
}

#[test]
fn attack_28_what_was_never_encrypted_opens_nothing_and_breaks_nothing() {
    let mut odd = vec![String::new(), "=".into(), "====".into(), "\u{0}".into()];
    odd.extend((0..ECHO.len()).map(|at| ECHO[..at].to_owned()));
    odd.extend((0..=64).map(|length| STANDARD.encode(vec![1_u8; length])));
    odd.extend((0..=4).map(|blocks| raw(&vec![1; blocks * 16])));
    odd.extend([ECHO.replace("aqQ==", "aqR=="), ECHO.replace("==", "")]);
    odd.push(format!("{ECHO}\n"));
    for text in odd {
        assert!(key(WECOM_KEY).opened(&text, WECOM).is_err(), "{text}");
    }
    let bytes = STANDARD.decode(ECHO).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let opened = key(WECOM_KEY).opened(&STANDARD.encode(changed), WECOM);
        assert_ne!(opened.as_deref(), Ok("1616140317555161061"), "{at}");
    }
}

#[test]
fn attack_28_a_signature_is_good_for_its_text_time_and_nonce_alone() {
    let now = Timestamp(1_409_659_589_000);
    let right = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3";
    let judged = |token, timestamp, nonce, signature, text| {
        let signed = Signed {
            timestamp,
            nonce,
            signature,
        };
        check(token, signed, text, now)
    };
    let (token, time, nonce) = ("QDG6eK", "1409659589", "263014780");
    assert_eq!(judged(token, time, nonce, right, ECHO), Ok(()));
    let upper = right.to_ascii_uppercase();
    assert_eq!(judged(token, time, nonce, &upper, ECHO), Ok(()));
    for forged in [
        judged("QDG6eL", time, nonce, right, ECHO),
        judged("", time, nonce, right, ECHO),
        judged(token, "1409659590", nonce, right, ECHO),
        judged(token, time, "263014781", right, ECHO),
        judged(token, time, nonce, "", ECHO),
        judged(token, time, nonce, &right[..39], ECHO),
        judged(token, time, nonce, right, SUCCESS),
    ] {
        assert_eq!(forged, Err(Forged::Signature));
    }
}

#[test]
fn attack_28_what_was_signed_long_ago_or_ahead_of_time_is_refused() {
    let at = |timestamp: &str, now: i64| {
        let signature = signature("t", (timestamp, "n"), ECHO);
        let signed = Signed {
            timestamp,
            nonce: "n",
            signature: &signature,
        };
        check("t", signed, ECHO, Timestamp(now))
    };
    for timestamp in ["1409659589", "1409659589000"] {
        assert_eq!(at(timestamp, 1_409_659_589_000), Ok(()));
        assert_eq!(at(timestamp, 1_409_659_589_000 + 3_600_000), Ok(()));
        assert_eq!(
            at(timestamp, 1_409_659_589_000 + 3_601_000),
            Err(Forged::Time)
        );
        assert_eq!(
            at(timestamp, 1_409_659_589_000 - 601_000),
            Err(Forged::Time)
        );
    }
    for odd in [
        "",
        "x",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "1e9",
    ] {
        assert_eq!(at(odd, 1_409_659_589_000), Err(Forged::Time), "{odd}");
    }
}
