//! Tries to reach the upstreams of a pool that is being written, step by step, as the gateway would
//! reach them: what came of each step, and why one failed, in words. What an upstream answers is not
//! passed on but for the status, and redirects are not followed.

use std::net::SocketAddr;
use std::time::Duration;

use config::Problem;
use config::clock::Stopwatch;
use config::language::LocalText;
use config::link::{Stage, Step, TriedUpstream};
use config::snapshot::destination::is_never_an_application;
use config::snapshot::{HostHeader, Pool};
use futures::future::join_all;
use pingora::{Error, ErrorType};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::address::Addresses;
use super::peer::PeerTemplate;
use super::probe::{Answer, Probe};

/// No step takes longer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Nor all of them together.
const WHOLE: Duration = Duration::from_secs(10);
/// So many addresses of a name are tried.
const ADDRESSES: usize = 8;

/// Tries each upstream. `host`: what a browser would ask for.
///
/// # Errors
/// If what is written of TLS cannot be read.
pub async fn try_pool(pool: &Pool, host: &str) -> Result<Vec<TriedUpstream>, Problem> {
    let template = PeerTemplate::new(pool)?;
    let host = match &pool.host_header {
        HostHeader::Fixed(host) => host.as_str(),
        HostHeader::Preserve => host,
    };
    let path = pool
        .health_check
        .as_ref()
        .map_or("/", |check| check.path.as_str());
    let probe = Probe {
        template: &template,
        host,
        path,
        patience: PATIENCE,
    };
    let all = pool.upstreams.iter().map(async |upstream| {
        let mut steps = Vec::new();
        let walk = walk(&upstream.address, &probe, pool.tls.is_some(), &mut steps);
        if timeout(WHOLE, walk).await.is_err() {
            steps.push(Step::bad(Stage::Answer, NO_ANSWER.into(), WHOLE));
        }
        TriedUpstream {
            address: upstream.address.clone(),
            steps,
        }
    });
    Ok(join_all(all).await)
}

/// Goes on until a step fails.
async fn walk(address: &str, probe: &Probe<'_>, tls: bool, steps: &mut Vec<Step>) -> Option<()> {
    let found = Tried::of(resolve(address))
        .await
        .told(Stage::Resolve, steps, |found| {
            let shown = found.to_string();
            (format!("it leads to {shown}"), format!("解析为 {shown}"))
        })?;
    Tried::of(connect(found))
        .await
        .told(Stage::Connect, steps, |()| {
            ("it takes connections".into(), "可以建立连接".into())
        })?;
    let began = Stopwatch::start();
    let seen = match timeout(PATIENCE, probe.look(found)).await {
        Ok(seen) => seen.map_err(|error| explain(&error, tls)),
        Err(_) => Err((Stage::Answer, NO_ANSWER.into())),
    };
    let took = began.elapsed();
    let stage = match &seen {
        Err((stage, _)) => *stage,
        Ok(_) => Stage::Answer,
    };
    if let Ok(Answer {
        tls: Some(version), ..
    }) = &seen
    {
        steps.push(Step::good(
            Stage::Tls,
            (
                &format!("its certificate is good ({version})"),
                &format!("证书有效（{version}）"),
            ),
            took,
        ));
    }
    let answer = Tried {
        result: seen.map_err(|(_, why)| why).and_then(refuse_failures),
        took,
    };
    answer.told(stage, steps, |answer| {
        let (protocol, status) = (answer.protocol(), answer.status);
        (
            format!("it answers {status} over {protocol}"),
            format!("通过 {protocol} 返回 {status}"),
        )
    })?;
    Some(())
}

const NO_ANSWER: (&str, &str) = (
    "it took the connection and did not answer in time: does it speak HTTP, or only HTTPS?",
    "连接已建立，但没有及时响应：它使用的是 HTTP 还是 HTTPS？",
);

fn refuse_failures(answer: Answer) -> Result<Answer, LocalText> {
    if answer.status < 500 {
        return Ok(answer);
    }
    let status = answer.status;
    Err((
        format!("it answers {status}: the application itself says that it is not well").as_str(),
        format!("返回 {status}：应用自身报告异常").as_str(),
    )
        .into())
}

/// What came of a step, and how long it took.
struct Tried<T> {
    result: Result<T, LocalText>,
    took: Duration,
}

impl<T> Tried<T> {
    async fn of(step: impl Future<Output = Result<T, LocalText>>) -> Self {
        let began = Stopwatch::start();
        let result = step.await;
        Self {
            result,
            took: began.elapsed(),
        }
    }

    /// Writes it down; `None` if it failed.
    fn told(
        self,
        stage: Stage,
        steps: &mut Vec<Step>,
        finding: impl FnOnce(&T) -> (String, String),
    ) -> Option<T> {
        match self.result {
            Ok(value) => {
                let (en, zh_cn) = finding(&value);
                steps.push(Step::good(stage, (&en, &zh_cn), self.took));
                Some(value)
            }
            Err(why) => {
                steps.push(Step::bad(stage, why, self.took));
                None
            }
        }
    }
}

/// The address that is then connected to, whatever the name leads to a moment later. Nothing is
/// connected to where no application can be.
async fn resolve(text: &str) -> Result<SocketAddr, LocalText> {
    let addresses = Addresses::read(text).map_err(LocalText::from)?;
    let found = match addresses.name() {
        None => addresses.next().into_iter().collect(),
        Some(name) => match timeout(PATIENCE, lookup_host(name)).await {
            Ok(Ok(found)) => found.collect::<Vec<_>>(),
            Ok(Err(error)) => return Err(unresolved(&error.to_string())),
            Err(_) => return Err(unresolved("the resolver does not answer")),
        },
    };
    if let Some(bad) = found.iter().find(|a| is_never_an_application(a.ip())) {
        let ip = bad.ip();
        return Err((
            format!("it leads to {ip}, where no application can be").as_str(),
            format!("解析为 {ip}，该地址不可能是应用").as_str(),
        )
            .into());
    }
    // Of several addresses, such as both of `localhost`, one that listens.
    for address in found.iter().take(ADDRESSES) {
        if connect(*address).await.is_ok() {
            return Ok(*address);
        }
    }
    found
        .first()
        .copied()
        .ok_or_else(|| unresolved("there is no address"))
}

fn unresolved(why: &str) -> LocalText {
    (
        format!("the name cannot be resolved on this machine ({why}): is it written right, and known to the resolver here?").as_str(),
        format!("本机无法解析该名称（{why}）：名称是否正确，本机的 DNS 能否查到？").as_str(),
    )
        .into()
}

async fn connect(address: SocketAddr) -> Result<(), LocalText> {
    match timeout(PATIENCE, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => Err((
            "the connection is refused: does the service run, and listen at this port and address?",
            "连接被拒绝：服务是否在运行，是否监听此地址和端口？",
        )
            .into()),
        Ok(Err(error)) => Err((
            format!("it cannot be connected to: {error}").as_str(),
            format!("无法连接：{error}").as_str(),
        )
            .into()),
        Err(_) => Err((
            "nothing answers there: does a firewall drop the packets, or is the address wrong?",
            "没有响应：是否被防火墙丢弃，或地址有误？",
        )
            .into()),
    }
}

/// What a failed exchange was about.
fn explain(error: &Error, tls: bool) -> (Stage, LocalText) {
    let cause = error.cause.as_ref().map(ToString::to_string);
    let cause = cause.unwrap_or_else(|| error.etype().as_str().to_owned());
    match error.etype() {
        ErrorType::InvalidCert
        | ErrorType::TLSHandshakeFailure
        | ErrorType::TLSHandshakeTimedout
        | ErrorType::HandshakeError
        | ErrorType::TLSWantX509Lookup => (
            Stage::Tls,
            (
                format!("TLS cannot be agreed on: {cause}. Is the name that of its certificate, and the authority among those that are trusted?").as_str(),
                format!("TLS 握手失败：{cause}。证书名称是否一致，签发机构是否受信任？").as_str(),
            )
                .into(),
        ),
        ErrorType::ReadTimedout => (Stage::Answer, NO_ANSWER.into()),
        _ if tls => (
            Stage::Answer,
            (
                format!("it does not answer over TLS: {cause}. Does it perhaps speak plain HTTP?").as_str(),
                format!("通过 TLS 没有得到响应：{cause}。它是否只使用 HTTP？").as_str(),
            )
                .into(),
        ),
        _ => (
            Stage::Answer,
            (
                format!("what it answers is no HTTP: {cause}. Does it perhaps speak HTTPS?").as_str(),
                format!("返回的内容不是 HTTP：{cause}。它是否使用 HTTPS？").as_str(),
            )
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests;
