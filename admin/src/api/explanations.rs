//! `/explain`: how a request would be decided, and by which rule.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State as Extract;
use axum::http::Method;
use config::link::{Explanation, Question};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Problem, Query};
use crate::authz::{Action, Permit, Resource};
use crate::members;
use crate::refused::{Invalid, Refused};
use crate::state::State;

/// The request in question.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The id, username or mail address of a member; absent for somebody who has not signed in.
    #[serde(rename = "as")]
    who: Option<String>,
    /// The address that the request comes from.
    from: String,
    /// `GET` unless told.
    method: Option<String>,
    /// The address of the page, such as `https://wiki.example.com/edit`.
    url: String,
}

/// How a request would be decided. As a member, it takes `members:read` too: the answer tells of them.
#[utoipa::path(get, path = "/explain", tag = "explanations", params(Asked),
    responses((status = 200, body = Explanation)))]
pub async fn explain(
    Extract(state): Extract<State>,
    permit: Permit,
    Query(asked): Query<Asked>,
) -> Result<Json<Explanation>, Problem> {
    let (client_address, url) = (address(&asked.from)?, url(&asked.url)?);
    let method = method(asked.method)?;
    let principal = match &asked.who {
        None => None,
        Some(name) => {
            permit.also_everywhere(Resource::Members, Action::Read)?;
            let mut view = state.store.view().await?;
            let member = members::find_by_any(&mut view, name).await?;
            Some(members::principal(&mut view, member).await?)
        }
    };
    let Some(gate) = state.explains.get().cloned() else {
        return Err(Refused::no_gateway().into());
    };
    let question = Question {
        principal,
        client_address,
        method,
        url,
    };
    Ok(Json(gate.explain(&question)))
}

fn method(text: Option<String>) -> Result<String, Problem> {
    let method = text.unwrap_or_else(|| "GET".to_owned());
    if Method::from_bytes(method.as_bytes()).is_ok() {
        return Ok(method);
    }
    Err(Invalid::new(
        "method",
        ("this is not a method", "这不是有效的请求方法"),
        ("GET, POST or the like", "GET、POST 等"),
    )
    .into())
}

fn address(text: &str) -> Result<IpAddr, Problem> {
    text.parse().map_err(|_| {
        Problem::invalid(vec![Invalid::new(
            "from",
            ("this is not an IP address", "这不是有效的 IP 地址"),
            ("192.0.2.7 or 2001:db8::7", "192.0.2.7 或 2001:db8::7"),
        )])
    })
}

fn url(text: &str) -> Result<url::Url, Problem> {
    url::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| {
            Problem::invalid(vec![Invalid::new(
                "url",
                ("this is not the address of a page", "这不是有效的网页地址"),
                (
                    "https://wiki.example.com/path",
                    "https://wiki.example.com/path",
                ),
            )])
        })
}
