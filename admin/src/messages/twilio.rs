//! Twilio Programmable Messaging: the Messages resource of the API 2010-04-01
//! (<https://www.twilio.com/docs/messaging/api/message-resource>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::settings::Outbound;
use url::form_urlencoded;

use super::deliver::{Sms, header_map};
use super::http::{Ask, post};
use super::sms_sender::Twilio;
use super::{NotTaken, Taken};

const ENDPOINT: &str = "https://api.twilio.com";

/// # Errors
/// If the service did not take it, with its code and what it said.
pub async fn send(
    outbound: &Outbound,
    sender: &Twilio,
    secret: &str,
    sms: &Sms<'_>,
) -> Result<Taken, NotTaken> {
    let ask = request(sender, secret, sms)?;
    let answer = post(outbound, ask).await?;
    if answer.status == 201 {
        return Ok(super::deliver::taken(
            answer.json["sid"].as_str().unwrap_or_default(),
        ));
    }
    let code = answer.json["code"].as_i64().map(|code| code.to_string());
    let said = answer.json["message"].as_str().unwrap_or_default();
    // What is wrong in the request is wrong tomorrow, too; 401, 403 and 429 can be mended.
    let is_final = answer.status == 400;
    Err(super::deliver::refused(
        &answer,
        (code.as_deref().unwrap_or_default(), said),
        is_final,
    ))
}

fn request(sender: &Twilio, secret: &str, sms: &Sms<'_>) -> Result<Ask<'static>, NotTaken> {
    let endpoint = sender.endpoint.as_deref().unwrap_or(ENDPOINT);
    let mut url = super::deliver::endpoint(endpoint)?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().extend([
            "2010-04-01",
            "Accounts",
            &sender.account_sid,
            "Messages.json",
        ]);
    }
    let from = if sender.from.starts_with("MG") {
        "MessagingServiceSid"
    } else {
        "From"
    };
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("To", sms.to)
        .append_pair(from, &sender.from)
        .append_pair("Body", &sms.content.short_text(sms.language))
        .finish();
    let credentials = STANDARD.encode(format!("{}:{secret}", sender.account_sid));
    let headers = header_map([
        ("authorization", format!("Basic {credentials}")),
        (
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        ),
    ])?;
    Ok(Ask {
        url,
        headers,
        body: body.into_bytes(),
        authority: None,
    })
}
