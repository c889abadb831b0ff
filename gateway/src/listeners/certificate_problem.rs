//! What is wrong with a certificate, for whoever reads it in the console or the API: in both languages,
//! and without any part of what was sent.

use certs::CertificateError as Error;
use config::Problem;
use config::language::LocalText;

/// What is wrong and what would be right, each in English and in Chinese.
type Said = [(&'static str, &'static str); 2];

const ORDER: (&str, &str) = (
    "the host's certificate first, below it the one that issued it, and so on, in PEM",
    "PEM 格式，主机证书在最前，其后依次为各级颁发者的证书",
);
const WHOLE: (&str, &str) = (
    "whole PEM blocks from BEGIN to END, as they were issued",
    "颁发时的完整 PEM 内容，从 BEGIN 到 END",
);

/// The key of the problem is the file, or which part of an upload it is about.
#[must_use]
pub fn problem(error: &Error) -> Problem {
    let said = of_the_key(error).or_else(|| of_the_chain(error));
    let [what, allowed] = said.unwrap_or_else(|| of_a_file(error));
    let key = error.file().map(|file| file.display().to_string());
    Problem {
        source: "certificate".into(),
        key: key.unwrap_or_else(|| "certificates".into()),
        what: with(what, detail(error)),
        allowed: allowed.into(),
    }
}

fn with((en, zh_cn): (&str, &str), detail: Option<String>) -> LocalText {
    match detail {
        Some(detail) => LocalText {
            en: format!("{en}: {detail}"),
            zh_cn: format!("{zh_cn}：{detail}"),
        },
        None => (en, zh_cn).into(),
    }
}

/// What is the same in every language.
fn detail(error: &Error) -> Option<String> {
    match error {
        Error::Unreadable { why, .. } => Some(why.to_string()),
        Error::UnusableKey { why, .. }
        | Error::BadCertificate { why, .. }
        | Error::BadAuthority { why, .. } => Some(why.clone()),
        Error::ChainOutOfOrder { position, .. } => Some(format!("#{position}")),
        Error::Expired { on: day, .. } | Error::NotYetValid { from: day, .. } => Some(day.clone()),
        _ => None,
    }
}

fn of_the_key(error: &Error) -> Option<Said> {
    Some(match error {
        Error::NoKey { .. } => [
            ("there is no private key in it", "其中没有私钥"),
            (
                "one PEM block BEGIN PRIVATE KEY (PKCS #8), BEGIN RSA PRIVATE KEY or BEGIN EC \
                 PRIVATE KEY",
                "一个 PEM 块：BEGIN PRIVATE KEY（PKCS #8）、BEGIN RSA PRIVATE KEY 或 BEGIN EC \
                 PRIVATE KEY",
            ),
        ],
        Error::EncryptedKey { .. } => [
            (
                "this key is encrypted with a passphrase",
                "该私钥已用口令加密",
            ),
            (
                "a key without a passphrase: `openssl pkey -in KEY -out PLAIN` decrypts it",
                "未加密的私钥：可用 `openssl pkey -in KEY -out PLAIN` 解密",
            ),
        ],
        Error::UnusableKey { .. } => [
            ("this key cannot be used", "该私钥无法使用"),
            (
                "RSA of 2048 bits or more, ECDSA P-256 or P-384, or Ed25519",
                "RSA（2048 位及以上）、ECDSA P-256 或 P-384，或 Ed25519",
            ),
        ],
        Error::KeyOfAnother { .. } => [
            (
                "this is not the key of the certificate",
                "该私钥与证书不匹配",
            ),
            (
                "the key with which the certificate was requested",
                "申请该证书时所用的私钥",
            ),
        ],
        _ => return None,
    })
}

fn of_the_chain(error: &Error) -> Option<Said> {
    Some(match error {
        Error::NoCertificate { .. } => [("there is no certificate in it", "其中没有证书"), ORDER],
        Error::BadCertificate { .. } => [("a certificate cannot be read", "证书无法读取"), WHOLE],
        Error::ChainOutOfOrder { .. } => [
            (
                "a certificate did not issue the one above it",
                "有证书不是上一张证书的颁发者",
            ),
            ORDER,
        ],
        Error::AuthorityFirst { .. } => [
            (
                "the first certificate belongs to an authority, not to a host",
                "第一张证书属于颁发机构，而不是主机",
            ),
            ORDER,
        ],
        Error::NoNames { .. } => [
            (
                "the certificate names no host (subjectAltName)",
                "证书未包含任何域名（subjectAltName）",
            ),
            (
                "one that is issued for its host names",
                "为具体域名颁发的证书",
            ),
        ],
        Error::Expired { .. } => [
            ("the certificate has expired", "证书已过期"),
            ("a renewed one", "续期后的证书"),
        ],
        Error::NotYetValid { .. } => [
            ("the certificate is not valid yet", "证书尚未生效"),
            (
                "one that is valid now; check this machine's clock",
                "当前有效的证书；请检查本机时钟",
            ),
        ],
        _ => return None,
    })
}

fn of_a_file(error: &Error) -> Said {
    match error {
        Error::NotPem { .. } => [("this is not valid PEM", "不是有效的 PEM 格式"), WHOLE],
        Error::Unreadable { .. } => [
            ("it cannot be read", "无法读取"),
            (
                "give the user that runs Gatehouse the right to read it, or correct the path",
                "授予运行 Gatehouse 的用户读取权限，或更正路径",
            ),
        ],
        Error::NoneLeft => [
            (
                "no certificate would be left to serve",
                "将没有任何证书可供使用",
            ),
            (
                "name one in the settings, or upload one",
                "在配置中指定一张，或上传一张",
            ),
        ],
        _ => [
            ("it cannot be used", "无法使用"),
            ("PEM that can be used", "可用的 PEM 内容"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_in_both_languages_and_names_its_part() {
        let encrypted = Error::EncryptedKey { file: "key".into() };
        let told = problem(&encrypted);
        assert_eq!(told.key, "key");
        assert!(told.what.en.contains("passphrase") && told.what.zh_cn.contains("口令"));
        let old = Error::Expired {
            file: "chain".into(),
            on: "2001-01-01".into(),
        };
        let told = problem(&old);
        assert_eq!(told.key, "chain");
        assert_eq!(told.what.zh_cn, "证书已过期：2001-01-01");
    }
}
