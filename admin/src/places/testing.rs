//! Databases for tests, made by a writer that is not ours: of a few documentation addresses.

use std::path::Path;

use ipnet::IpNet;
use mmdb_writer::Writer;
use serde::Serialize;
use serde_json::json;

/// Shanghai at 192.0.2.0/25, London at 198.51.100.0/24, Hangzhou at 203.0.113.0/24, and a country alone at
/// 2001:db8:1::/48; the other half of the first network is nowhere.
pub fn cities(file: &Path) {
    let mut writer = Writer::new("GeoLite2-City");
    let china = json!({"iso_code": "CN", "names": {"en": "China", "zh-CN": "中国"}});
    let britain = json!({"iso_code": "GB", "names": {"en": "United Kingdom", "zh-CN": "英国"}});
    for (network, country, city, location) in [
        (
            "192.0.2.0/25",
            &china,
            json!({"en": "Shanghai", "zh-CN": "上海"}),
            (31.22, 121.46),
        ),
        (
            "198.51.100.0/24",
            &britain,
            json!({"en": "London", "zh-CN": "伦敦"}),
            (51.51, -0.13),
        ),
        (
            "203.0.113.0/24",
            &china,
            json!({"en": "Hangzhou", "zh-CN": "杭州"}),
            (30.29, 120.16),
        ),
    ] {
        let (latitude, longitude) = location;
        let record = json!({
            "country": country, "city": {"names": city},
            "location": {"latitude": latitude, "longitude": longitude}
        });
        insert(&mut writer, network, &record);
    }
    insert(&mut writer, "2001:db8:1::/48", &json!({"country": britain}));
    write(&writer, file);
}

/// Two blocks of one provider, 192.0.2.0/24 and 198.51.100.0/24, and one of another, 203.0.113.0/24.
pub fn networks(file: &Path) {
    let mut writer = Writer::new("GeoLite2-ASN");
    for (network, number) in [
        ("192.0.2.0/24", 64_500_u32),
        ("198.51.100.0/24", 64_500),
        ("203.0.113.0/24", 64_501),
    ] {
        let provider = Provider {
            autonomous_system_number: number,
        };
        insert(&mut writer, network, &provider);
    }
    write(&writer, file);
}

/// The number has 32 bits, as it is published; JSON would make 64 of it.
#[derive(Serialize)]
struct Provider {
    autonomous_system_number: u32,
}

fn insert(writer: &mut Writer, network: &str, record: &impl Serialize) {
    let network: IpNet = network.parse().unwrap();
    writer.insert(network, record).unwrap();
}

/// In one step, as a file that is renewed should be.
fn write(writer: &Writer, file: &Path) {
    let fresh = file.with_extension("new");
    std::fs::write(&fresh, writer.to_bytes().unwrap()).unwrap();
    std::fs::rename(&fresh, file).unwrap();
}
