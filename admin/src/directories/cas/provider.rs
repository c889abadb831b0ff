//! Sends the browser to the CAS server, and shows the ticket that it brings back.

use config::settings::Outbound;
use futures::future::BoxFuture;
use url::Url;

use super::answer::{Answer, asserted, read};
use super::settings::CasSettings;
use crate::directories::provider::{
    Brought, Onward, ProviderError, SignInProvider, Start, Unusable,
};
use crate::directories::sign_in::Asserted;
use crate::outbound::http;

/// No answer that we read is longer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

pub struct CasProvider {
    pub outbound: Outbound,
    pub settings: CasSettings,
}

impl SignInProvider for CasProvider {
    fn start<'a>(&'a self, start: Start<'a>) -> BoxFuture<'a, Result<Onward, ProviderError>> {
        Box::pin(async move {
            let mut address = self.settings.login().ok_or_else(no_server)?;
            let mut query = address.query_pairs_mut();
            query.append_pair("service", service(start.callback, start.state).as_str());
            if self.settings.renew {
                query.append_pair("renew", "true");
            } else if self.settings.gateway {
                query.append_pair("gateway", "true");
            }
            drop(query);
            Ok(Onward::To(address))
        })
    }

    fn finish<'a>(
        &'a self,
        brought: Brought<'a>,
    ) -> BoxFuture<'a, Result<Asserted, ProviderError>> {
        Box::pin(async move {
            let of = |name: &str| brought.parameters.get(name).map_or("", String::as_str);
            let ticket = of("ticket");
            if ticket.is_empty() && self.settings.gateway {
                return Err(ProviderError::Refused("not_signed_in".to_owned()));
            }
            if !is_ticket(ticket) {
                return Err(ProviderError::Untrusted("answer_without_ticket"));
            }
            let service = service(brought.callback, of("state"));
            match ask(&self.outbound, &self.settings, &service, ticket).await? {
                Answer::Valid(known) => {
                    asserted(&self.settings, &known, ticket).map_err(ProviderError::Untrusted)
                }
                Answer::Refused(code, _) => Err(match code.as_str() {
                    "INVALID_TICKET"
                    | "INVALID_SERVICE"
                    | "INVALID_TICKET_SPEC"
                    | "INVALID_REQUEST" => ProviderError::Untrusted("ticket_refused"),
                    _ => {
                        ProviderError::Away(format!("the ticket was answered with {}", word(&code)))
                    }
                }),
            }
        })
    }
}

/// A ticket for a service, and not one of a proxy (§3.1).
fn is_ticket(text: &str) -> bool {
    text.starts_with("ST-") && text.len() <= 256 && text.chars().all(|c| c.is_ascii_graphic())
}

/// The address to which the browser comes back, letter by letter as the server was told it.
fn service(callback: &Url, state: &str) -> Url {
    let mut service = callback.clone();
    service.query_pairs_mut().append_pair("state", state);
    service
}

fn no_server() -> Unusable {
    Unusable::new(("the address is none", "地址无效"))
}

/// A code as it may stand in a log.
fn word(code: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    code.chars().filter(fits).take(64).collect()
}

fn validation(settings: &CasSettings, service: &Url, ticket: &str) -> Option<Url> {
    let mut address = settings.validation()?;
    let mut query = address.query_pairs_mut();
    query.append_pair("service", service.as_str());
    query.append_pair("ticket", ticket);
    if settings.renew {
        query.append_pair("renew", "true");
    }
    drop(query);
    Some(address)
}

async fn ask(
    outbound: &Outbound,
    settings: &CasSettings,
    service: &Url,
    ticket: &str,
) -> Result<Answer, Unusable> {
    let address = validation(settings, service, ticket).ok_or_else(no_server)?;
    let authority = Some(settings.ca.as_str()).filter(|pem| !pem.is_empty());
    let client = http::client(outbound, &address, authority).await?;
    let sent = client.get(address).send().await?;
    let status = sent.status().as_u16();
    let bytes = http::read(sent, MAX_ANSWER).await?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    let answer = read(&text);
    match answer {
        Ok(answer) if status == 200 || matches!(answer, Answer::Refused(..)) => Ok(answer),
        Ok(_) => Err(no_answer(status, "answer_of_no_cas_server")),
        Err(reason) => Err(no_answer(status, reason)),
    }
}

fn no_answer(status: u16, reason: &str) -> Unusable {
    Unusable::new((
        &format!("a ticket was answered with {status} and nothing that CAS would say ({reason})"),
        &format!("验证地址返回 {status}，但内容不是有效的 CAS 响应（{reason}）"),
    ))
}

/// Shows a ticket that nobody has: a CAS server says that it does not know it.
pub async fn try_out(
    outbound: &Outbound,
    settings: &CasSettings,
    callback: Option<&str>,
) -> Result<(), Unusable> {
    let service = callback.unwrap_or("https://gatehouse.invalid/");
    let service = &Url::parse(service).map_err(|_| no_server())?;
    match ask(outbound, settings, service, "ST-none").await? {
        Answer::Refused(code, _) if code == "INVALID_TICKET" || callback.is_none() => Ok(()),
        Answer::Refused(code, why) => {
            let (code, why) = (word(&code), why.chars().take(200).collect::<String>());
            Err(Unusable::new((
                &format!("the server does not serve {service}: {code} {why}"),
                &format!("服务器未允许 {service}：{code} {why}"),
            )))
        }
        Answer::Valid(_) => Err(no_answer(200, "a ticket that nobody has was taken")),
    }
}
