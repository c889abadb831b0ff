//! HTTP/2 frames written by hand (RFC 9113 §4), for what no client library would send.

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub const END_STREAM: u8 = 0x1;
pub const END_HEADERS: u8 = 0x4;

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

pub fn headers(flags: u8, stream: u32, block: &[u8]) -> Vec<u8> {
    frame(0x1, flags, stream, block)
}

pub fn reset(stream: u32) -> Vec<u8> {
    const CANCEL: [u8; 4] = [0, 0, 0, 8];
    frame(0x3, 0, stream, &CANCEL)
}

pub fn settings() -> Vec<u8> {
    frame(0x4, 0, 0, &[])
}

pub fn ping() -> Vec<u8> {
    frame(0x6, 0, 0, b"12345678")
}

pub fn continuation(stream: u32, block: &[u8]) -> Vec<u8> {
    frame(0x9, 0, stream, block)
}

/// Whether the one stream of a connection has been answered (§6.2) or reset (§6.4), or the connection is
/// ended (§6.8).
pub fn has_settled(mut bytes: &[u8]) -> bool {
    while let Some((&[a, b, c, kind, ..], rest)) = bytes.split_first_chunk::<9>() {
        if matches!(kind, 0x1 | 0x3 | 0x7) {
            return true;
        }
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        bytes = rest.get(length..).unwrap_or_default();
    }
    false
}

/// `GET https://host/` in HPACK (RFC 7541): indexed fields, and the authority as a literal.
pub fn get(host: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x87, 0x84, 0x01];
    block.push(u8::try_from(host.len()).unwrap());
    block.extend(host.as_bytes());
    block
}

/// A header field that no table remembers.
pub fn literal(name: &str, value: &str) -> Vec<u8> {
    let mut block = vec![0];
    for text in [name, value] {
        let length = u8::try_from(text.len()).unwrap();
        assert!(length < 127, "longer texts need more than a byte");
        block.push(length);
        block.extend(text.as_bytes());
    }
    block
}
