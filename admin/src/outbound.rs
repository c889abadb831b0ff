//! Where this program connects to on an administrator's word. A name is resolved once, what it leads to is
//! checked, and the connection goes to just those addresses: a name that leads elsewhere a moment later
//! gains nothing (attack: DNS rebinding).

pub mod http;

use std::net::SocketAddr;
use std::time::Duration;

use config::language::LocalText;
use config::settings::Outbound;
use tokio::net::lookup_host;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(5);
/// So many addresses of a name are kept.
const MOST: usize = 8;

const TOO_LATE: (&str, &str) = (
    "the name server did not answer in time",
    "域名服务器未及时响应",
);
const NO_ADDRESS: (&str, &str) = ("it has no address", "该域名没有地址");

/// The name leads to nowhere that may be reached. One sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .why.en)]
pub struct NotReached {
    /// Whether only the operator can change that.
    pub is_closed: bool,
    pub why: LocalText,
}

/// The addresses of `host` that may be connected to; never none.
///
/// # Errors
/// If the name is not known, or leads only to where the operator lets nobody.
pub async fn resolve(
    outbound: &Outbound,
    host: &str,
    port: u16,
) -> Result<Vec<SocketAddr>, NotReached> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = match timeout(PATIENCE, lookup_host((bare, port))).await {
        Ok(Ok(found)) => found.take(MOST).collect::<Vec<_>>(),
        Ok(Err(error)) => {
            let why = error.to_string();
            return Err(unknown(host, (&why, &format!("域名查询失败（{why}）"))));
        }
        Err(_) => return Err(unknown(host, TOO_LATE)),
    };
    let Some(first) = found.first().map(SocketAddr::ip) else {
        return Err(unknown(host, NO_ADDRESS));
    };
    let open: Vec<SocketAddr> = found
        .into_iter()
        .filter(|address| outbound.allows(address.ip()))
        .collect();
    if open.is_empty() {
        return Err(NotReached {
            is_closed: true,
            why: (
                format!(
                    "{host} leads to {first}, an address of this machine, a link-local one, or one at which \
                     clouds tell their secrets: the operator must list it under outbound.allow"
                )
                .as_str(),
                format!(
                    "{host} 指向 {first}，属于本机地址、链路本地地址或云平台提供机密信息的地址，需由运维人员在 \
                     outbound.allow 中放行"
                )
                .as_str(),
            )
                .into(),
        });
    }
    Ok(open)
}

fn unknown(host: &str, (en, zh): (&str, &str)) -> NotReached {
    NotReached {
        is_closed: false,
        why: (
            format!("the name {host} leads nowhere: {en}").as_str(),
            format!("无法解析 {host}：{zh}").as_str(),
        )
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn attack_27_a_name_that_leads_to_this_machine_is_not_reached() {
        for host in ["localhost", "127.0.0.1", "[::1]", "::1", "169.254.169.254"] {
            let refused = resolve(&Outbound::default(), host, 80).await.unwrap_err();
            assert!(refused.is_closed, "{host}: {refused}");
        }
        let open = Outbound {
            allow: vec!["127.0.0.1".parse().unwrap()],
        };
        let found = resolve(&open, "localhost", 80).await.unwrap();
        assert_eq!(
            found,
            ["127.0.0.1:80".parse().unwrap()],
            "and only what is listed"
        );
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_told() {
        let refused = resolve(&Outbound::default(), "nothing.invalid", 80)
            .await
            .unwrap_err();
        assert!(!refused.is_closed);
        assert!(refused.why.zh_cn.contains("nothing.invalid"));
    }
}
