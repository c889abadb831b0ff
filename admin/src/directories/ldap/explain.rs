//! What an LDAP server's refusals mean, for whoever set it up.

use ldap3::{LdapError, LdapResult};

use super::bind_refusal::BindRefusal;
use crate::directories::source::SourceError;

/// No more of what a server says is repeated.
const MOST: usize = 200;

/// What went wrong, and where.
#[must_use]
pub fn explain(server: &str, error: &LdapError) -> SourceError {
    let said = match error {
        LdapError::LdapResult { result } => return refused(server, result),
        LdapError::Timeout { .. } => (
            "it did not answer in time".to_owned(),
            "服务器未及时响应".to_owned(),
        ),
        LdapError::Rustls { source } => (
            format!("its certificate is not trusted, or TLS failed: {source}"),
            format!("证书不受信任或 TLS 握手失败：{source}"),
        ),
        LdapError::Io { source }
            if source
                .get_ref()
                .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) =>
        {
            (
                format!("its certificate is not trusted, or TLS failed: {source}"),
                format!("证书不受信任或 TLS 握手失败：{source}"),
            )
        }
        LdapError::Io { source } => (
            format!("no connection: {source}"),
            format!("无法连接：{source}"),
        ),
        other => (other.to_string(), other.to_string()),
    };
    SourceError::new((
        &format!("{server}: {}", said.0),
        &format!("{server}：{}", said.1),
    ))
}

/// The server has not told everything: the rest is elsewhere (RFC 4511 §4.5.3).
#[must_use]
pub fn referred(server: &str, elsewhere: &str) -> SourceError {
    let elsewhere: String = elsewhere
        .chars()
        .filter(|c| !c.is_control())
        .take(MOST)
        .collect();
    SourceError::new((
        &format!(
            "{server}: a part of the directory is kept elsewhere ({elsewhere}) and was not listed: choose a base \
             without it, or say that references are to be ignored (ignores_references)"
        ),
        &format!(
            "{server}：目录的一部分存放在别处（{elsewhere}），未能列出：请选择不含该部分的搜索起点，或设置忽略引用（ignores_references）"
        ),
    ))
}

/// Why the server does not let the account in.
#[must_use]
pub fn not_bound(server: &str, result: &LdapResult) -> SourceError {
    let said = BindRefusal::of(&result.text).filter(|_| result.rc == 49);
    told(
        server,
        result,
        said.map_or_else(|| meaning(result.rc), BindRefusal::meaning),
    )
}

/// Why the server refused (RFC 4511 §A.2).
#[must_use]
pub fn refused(server: &str, result: &LdapResult) -> SourceError {
    told(server, result, meaning(result.rc))
}

fn told(server: &str, result: &LdapResult, (en, zh): (&str, &str)) -> SourceError {
    let said: String = result
        .text
        .chars()
        .take(MOST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let code = result.rc;
    let (said_en, said_zh) = if said.trim().is_empty() {
        (format!("(result {code})"), format!("（结果码 {code}）"))
    } else {
        (
            format!("(result {code}: {said})"),
            format!("（结果码 {code}：{said}）"),
        )
    };
    SourceError::new((
        &format!("{server}: {en} {said_en}"),
        &format!("{server}：{zh}{said_zh}"),
    ))
}

/// What a result code says, in English and in Chinese.
fn meaning(code: u32) -> (&'static str, &'static str) {
    match code {
        3 => (
            "it took too long for the server's limit",
            "超出服务器的时间限制",
        ),
        4 | 11 => (
            "the server lists no more entries to this account: raise its size limit, or allow it paged results",
            "服务器限制了该账号可读取的条目数，请提高其 size limit 或允许分页查询",
        ),
        8 | 13 => (
            "the server asks for TLS: choose ldaps or StartTLS",
            "服务器要求使用 TLS，请改用 ldaps 或 StartTLS",
        ),
        32 => (
            "there is no entry of this DN: check the base",
            "该 DN 不存在，请检查搜索起点",
        ),
        34 => ("the DN is not well written", "DN 格式不正确"),
        48 => (
            "the server does not let this account sign in so",
            "服务器不允许以此方式登录",
        ),
        49 => (
            "the DN or the password of the account is wrong",
            "目录账号的 DN 或密码错误",
        ),
        50 => ("the account may not read here", "目录账号没有读取权限"),
        51 | 52 => ("the server is busy or not available", "服务器繁忙或不可用"),
        _ => ("the server refused", "服务器拒绝了请求"),
    }
}
