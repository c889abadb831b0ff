//! Style of our pages, and our scripts, inside the program. Addresses carry the hash of the content, so a
//! browser keeps them for good and asks anew when they change.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use config::snapshot::Colour;
use sha2::{Digest, Sha256};

use crate::hex::hex;

const STYLE: &str = include_str!("../../assets/style.css");
const ONWARD: &str = include_str!("../../assets/onward.js");
const PASSKEYS: &str = include_str!("../../assets/passkeys.js");

/// Under `/.gatehouse/`, so that the same address serves the access host and application hosts.
pub const ROUTE: &str = "/.gatehouse/assets/{name}";
const FOLDER: &str = "/.gatehouse/assets";

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| addressed("style", STYLE, "css"));
static ONWARD_PATH: LazyLock<String> = LazyLock::new(|| addressed("onward", ONWARD, "js"));
static PASSKEYS_PATH: LazyLock<String> = LazyLock::new(|| addressed("passkeys", PASSKEYS, "js"));

#[must_use]
pub fn style() -> &'static str {
    &STYLE_PATH
}

/// The script that sends a form by itself.
#[must_use]
pub fn onward() -> &'static str {
    &ONWARD_PATH
}

/// The script that asks for passkeys.
#[must_use]
pub fn passkeys() -> &'static str {
    &PASSKEYS_PATH
}

/// The address of the few lines of style that carry the brand's colour: the address is the content.
#[must_use]
pub fn brand_style(colour: &str) -> String {
    format!("{FOLDER}/brand-{}.css", Colour::or_default(colour).digits())
}

/// `GET /.gatehouse/assets/…`
pub async fn serve(Path(name): Path<String>) -> Response {
    let path = format!("{FOLDER}/{name}");
    if path == *STYLE_PATH {
        return kept("text/css; charset=utf-8", STYLE.to_owned());
    }
    if path == *ONWARD_PATH {
        return kept("text/javascript; charset=utf-8", ONWARD.to_owned());
    }
    if path == *PASSKEYS_PATH {
        return kept("text/javascript; charset=utf-8", PASSKEYS.to_owned());
    }
    let colour = name
        .strip_prefix("brand-")
        .and_then(|rest| rest.strip_suffix(".css"))
        .and_then(Colour::from_digits);
    match colour {
        Some(colour) => kept("text/css; charset=utf-8", colour.css()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn kept(kind: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, body).into_response()
}

fn addressed(name: &str, content: &str, extension: &str) -> String {
    let hash = Sha256::digest(content.as_bytes());
    let short = hex(&hash[..8]);
    format!("{FOLDER}/{name}-{short}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_exists_is_served() {
        let status = async |name: &str| serve(Path(name.to_owned())).await.status();
        let of = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        assert_eq!(status(&of(style())).await, StatusCode::OK);
        assert_eq!(status(&of(passkeys())).await, StatusCode::OK);
        assert_eq!(status("brand-ff8800.css").await, StatusCode::OK);
        for absent in [
            "style.css",
            "brand-zzzzzz.css",
            "brand-+1234.css",
            "brand-.css",
            "..",
            "x",
        ] {
            assert_eq!(status(absent).await, StatusCode::NOT_FOUND, "{absent}");
        }
    }

    #[test]
    fn attack_24_a_colour_that_is_none_becomes_the_default() {
        let default = brand_style("#1f5eff");
        assert_eq!(default, "/.gatehouse/assets/brand-1f5eff.css");
        for odd in ["", "red", "#fff", "#1f5eff;}body{", "1f5eff"] {
            assert_eq!(brand_style(odd), default, "{odd}");
        }
    }
}
