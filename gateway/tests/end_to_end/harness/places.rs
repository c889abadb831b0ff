//! A database of places, made by a writer that is not ours.

use std::path::Path;

use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::json;

/// Shanghai at 192.0.2.0/24, London at 198.51.100.0/24.
pub fn city_database(file: &Path) {
    let mut writer = Writer::new("GeoLite2-City");
    for (network, country, city, latitude, longitude) in [
        (
            "192.0.2.0/24",
            ("CN", "China", "中国"),
            ("Shanghai", "上海"),
            31.22,
            121.46,
        ),
        (
            "198.51.100.0/24",
            ("GB", "United Kingdom", "英国"),
            ("London", "伦敦"),
            51.51,
            -0.13,
        ),
    ] {
        let record = json!({
            "country": {"iso_code": country.0, "names": {"en": country.1, "zh-CN": country.2}},
            "city": {"names": {"en": city.0, "zh-CN": city.1}},
            "location": {"latitude": latitude, "longitude": longitude}
        });
        let network: IpNet = network.parse().unwrap();
        writer.insert(network, &record).unwrap();
    }
    std::fs::write(file, writer.to_bytes().unwrap()).unwrap();
}
