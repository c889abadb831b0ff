//! Where an address is, as people call it.

use config::Language;
use config::language::LocalText;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A country, and a city of it where that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = AddressPlace)]
pub struct Place {
    /// Two letters (ISO 3166-1); empty where it is not known.
    pub country: String,
    pub country_name: LocalText,
    pub city: LocalText,
}

impl Place {
    /// As it is read: `Hangzhou, China`, `中国 杭州`.
    #[must_use]
    pub fn read(&self, language: Language) -> String {
        let country = match self.country_name.get(language) {
            "" => self.country.as_str(),
            name => name,
        };
        let city = self.city.get(language);
        let (parts, between) = match language {
            Language::En => ([city, country], ", "),
            Language::ZhCn => ([country, city], " "),
        };
        let known = parts.into_iter().filter(|part| !part.is_empty());
        known.collect::<Vec<_>>().join(between)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A point on the earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub latitude: f64,
    pub longitude: f64,
}

/// The mean radius of the earth, in kilometres.
const RADIUS: f64 = 6371.0;

impl Point {
    /// Over the ground, in kilometres (haversine).
    #[must_use]
    pub fn kilometres_to(self, other: Self) -> f64 {
        let (here, there) = (self.latitude.to_radians(), other.latitude.to_radians());
        let across = (other.longitude - self.longitude).to_radians();
        let half = |angle: f64| (angle / 2.0).sin().powi(2);
        let chord = half(there - here) + here.cos() * there.cos() * half(across);
        2.0 * RADIUS * chord.sqrt().min(1.0).asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_an_atlas() {
        let point = |latitude, longitude| Point {
            latitude,
            longitude,
        };
        let (shanghai, london) = (point(31.22, 121.46), point(51.51, -0.13));
        for (from, to, kilometres) in [
            (shanghai, london, 9_200.0),
            (london, shanghai, 9_200.0),
            (shanghai, shanghai, 0.0),
            (point(0.0, 179.5), point(0.0, -179.5), 111.0),
            (point(90.0, 0.0), point(-90.0, 0.0), 20_015.0),
        ] {
            let found = from.kilometres_to(to);
            assert!((found - kilometres).abs() < 15.0, "{found} {kilometres}");
        }
    }

    #[test]
    fn a_place_is_read_as_far_as_it_is_known() {
        let text = |zh_cn: &str, en: &str| LocalText {
            zh_cn: zh_cn.into(),
            en: en.into(),
        };
        let country = Place {
            country: "CN".into(),
            country_name: text("中国", "China"),
            ..Place::default()
        };
        let city = Place {
            city: text("杭州", "Hangzhou"),
            ..country.clone()
        };
        let code = Place {
            country: "CN".into(),
            ..Place::default()
        };
        for (place, zh_cn, en) in [
            (&city, "中国 杭州", "Hangzhou, China"),
            (&country, "中国", "China"),
            (&code, "CN", "CN"),
        ] {
            assert_eq!(place.read(Language::ZhCn), zh_cn);
            assert_eq!(place.read(Language::En), en);
        }
    }
}
