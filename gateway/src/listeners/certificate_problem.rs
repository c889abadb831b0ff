//! What is wrong with a certificate, for whoever reads it in the console or the API: in both languages,
//! and without any part of what was sent.

use certs::CertificateError as Error;
use config::Problem;
use config::language::LocalText;

/// The key of the problem is the file, or which part of an upload it is about.
#[must_use]
pub fn problem(error: &Error) -> Problem {
    let key = error.file().map(|file| file.display().to_string());
    Problem {
        source: "certificate".into(),
        key: key.unwrap_or_else(|| "certificates".into()),
        what: what(error),
        allowed: allowed(error).into(),
    }
}

fn what(error: &Error) -> LocalText {
    let (en, zh_cn) = match error {
        Error::Unreadable { why, .. } => {
            return both(
                format!("it cannot be read: {why}"),
                format!("无法读取：{why}"),
            );
        }
        Error::UnusableKey { why, .. } => {
            return both(
                format!("this key cannot be used: {why}"),
                format!("该私钥无法使用：{why}"),
            );
        }
        Error::BadCertificate { why, .. } => {
            return both(
                format!("a certificate cannot be read: {why}"),
                format!("证书无法读取：{why}"),
            );
        }
        Error::BadAuthority { why, .. } => {
            return both(
                format!("there is no usable authority for client certificates: {why}"),
                format!("没有可用的客户端证书颁发机构：{why}"),
            );
        }
        Error::ChainOutOfOrder { position, .. } => {
            return both(
                format!("certificate {position} did not issue the one above it"),
                format!("第 {position} 张证书不是上一张证书的颁发者"),
            );
        }
        Error::Expired { on, .. } => {
            return both(
                format!("the certificate expired on {on}"),
                format!("证书已于 {on} 过期"),
            );
        }
        Error::NotYetValid { from, .. } => {
            return both(
                format!("the certificate is not valid before {from}"),
                format!("证书自 {from} 起才有效"),
            );
        }
        Error::NotPem { .. } => ("this is not valid PEM", "不是有效的 PEM 格式"),
        Error::NoCertificate { .. } => ("there is no certificate in it", "其中没有证书"),
        Error::NoKey { .. } => ("there is no private key in it", "其中没有私钥"),
        Error::EncryptedKey { .. } => (
            "this key is encrypted with a passphrase",
            "该私钥已用口令加密",
        ),
        Error::KeyOfAnother { .. } => (
            "this is not the key of the certificate",
            "该私钥与证书不匹配",
        ),
        Error::AuthorityFirst { .. } => (
            "the first certificate belongs to an authority, not to a host",
            "第一张证书属于颁发机构，而不是主机",
        ),
        Error::NoNames { .. } => (
            "the certificate names no host (subjectAltName)",
            "证书未包含任何域名（subjectAltName）",
        ),
        Error::NoneLeft => (
            "no certificate would be left to serve",
            "将没有任何证书可供使用",
        ),
    };
    (en, zh_cn).into()
}

/// In English and in Chinese.
fn allowed(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::Unreadable { .. } => (
            "give the user that runs Gatehouse the right to read it, or correct the path",
            "授予运行 Gatehouse 的用户读取权限，或更正路径",
        ),
        Error::NotPem { .. } | Error::BadCertificate { .. } => (
            "whole PEM blocks from BEGIN to END, as they were issued",
            "颁发时的完整 PEM 内容，从 BEGIN 到 END",
        ),
        Error::NoCertificate { .. }
        | Error::AuthorityFirst { .. }
        | Error::ChainOutOfOrder { .. } => (
            "the host's certificate first, below it the one that issued it, and so on, in PEM",
            "PEM 格式，主机证书在最前，其后依次为各级颁发者的证书",
        ),
        Error::NoKey { .. } => (
            "one PEM block BEGIN PRIVATE KEY (PKCS #8), BEGIN RSA PRIVATE KEY or BEGIN EC PRIVATE KEY",
            "一个 PEM 块：BEGIN PRIVATE KEY（PKCS #8）、BEGIN RSA PRIVATE KEY 或 BEGIN EC PRIVATE KEY",
        ),
        Error::EncryptedKey { .. } => (
            "a key without a passphrase: `openssl pkey -in KEY -out PLAIN` decrypts it",
            "未加密的私钥：可用 `openssl pkey -in KEY -out PLAIN` 解密",
        ),
        Error::UnusableKey { .. } => (
            "RSA of 2048 bits or more, ECDSA P-256 or P-384, or Ed25519",
            "RSA（2048 位及以上）、ECDSA P-256 或 P-384，或 Ed25519",
        ),
        Error::KeyOfAnother { .. } => (
            "the key with which the certificate was requested",
            "申请该证书时所用的私钥",
        ),
        Error::NoNames { .. } => (
            "a certificate that is issued for its host names",
            "为具体域名颁发的证书",
        ),
        Error::Expired { .. } => ("a renewed one", "续期后的证书"),
        Error::NotYetValid { .. } => (
            "one that is valid now; check this machine's clock",
            "当前有效的证书；请检查本机时钟",
        ),
        Error::NoneLeft => (
            "name one in the settings, or upload one",
            "在配置中指定一张，或上传一张",
        ),
        Error::BadAuthority { .. } => (
            "a PEM file with the authorities' certificates",
            "包含颁发机构证书的 PEM 文件",
        ),
    }
}

fn both(en: String, zh_cn: String) -> LocalText {
    (&*en, &*zh_cn).into()
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
        let other = Error::KeyOfAnother {
            certificate: "chain".into(),
            key: "key".into(),
        };
        assert_eq!(problem(&other).key, "key");
    }
}
