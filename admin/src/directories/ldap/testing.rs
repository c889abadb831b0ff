//! An OpenLDAP server that a test starts for itself, and that ends with it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use super::settings::{LdapSettings, Security};

pub const BASE: &str = "dc=example,dc=com";
/// Writes everything, without a limit.
const ROOT: &str = "cn=root,dc=example,dc=com";
/// Reads everything, a page at a time.
pub const ADMIN: &str = "cn=gatehouse,dc=example,dc=com";
pub const PASSWORD: &str = "the password of the directory";

pub struct Slapd {
    server: Child,
    folder: TempDir,
    pub plain: u16,
    pub tls: u16,
    /// Who signed the server's certificate, in PEM.
    pub ca: String,
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Slapd {
    /// With a base, a unit for people in three departments, and nobody.
    pub async fn start() -> Self {
        Self::with("moduleload syncprov", "overlay syncprov").await
    }

    /// One that tells changes by nothing but timestamps.
    pub async fn without_content_sync() -> Self {
        Self::with("", "").await
    }

    /// One that remembers what was deleted.
    pub async fn with_log() -> Self {
        Self::with(
            "moduleload syncprov",
            "overlay syncprov\nsyncprov-sessionlog 1000",
        )
        .await
    }

    async fn with(module: &str, overlay: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca = certificates(folder.path());
        std::fs::create_dir(folder.path().join("db")).unwrap();
        std::fs::write(
            folder.path().join("slapd.conf"),
            configuration(folder.path(), module, overlay),
        )
        .unwrap();
        let (plain, tls) = (free_port(), free_port());
        let slapd = Self {
            server: started(folder.path(), (plain, tls)),
            folder,
            plain,
            tls,
            ca,
        };
        slapd.wait().await;
        slapd.add(ORGANISATION).await;
        slapd
    }

    /// Ends it at once, with whoever asks just then.
    pub fn stop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Starts it again with all that it held.
    pub async fn start_again(&mut self) {
        self.server = started(self.folder.path(), (self.plain, self.tls));
        self.wait().await;
    }

    async fn wait(&self) {
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.tls))
                .await
                .is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("slapd did not start");
    }

    /// Adds entries in LDIF.
    pub async fn add(&self, ldif: &str) {
        self.tool("ldapadd", ldif).await;
    }

    /// Changes entries as LDIF says.
    pub async fn modify(&self, ldif: &str) {
        self.tool("ldapmodify", ldif).await;
    }

    /// Takes an entry away.
    pub async fn delete(&self, dn: &str) {
        self.modify(&format!("dn: {dn}\nchangetype: delete\n"))
            .await;
    }

    async fn tool(&self, tool: &str, ldif: &str) {
        let mut child = tokio::process::Command::new(tool)
            .args(["-x", "-H", &format!("ldap://127.0.0.1:{}", self.plain)])
            .args(["-D", ROOT, "-w", PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stdin, ldif.as_bytes())
            .await
            .unwrap();
        drop(stdin);
        assert!(child.wait().await.unwrap().success(), "{tool}: {ldif}");
    }

    /// The settings with which it is reached by TLS.
    pub fn settings(&self) -> LdapSettings {
        LdapSettings {
            servers: vec![format!("ldaps://127.0.0.1:{}", self.tls)],
            security: Security::Tls,
            ca: self.ca.clone(),
            bind_dn: ADMIN.to_owned(),
            ..serde_json::from_value(serde_json::json!({
                "servers": [], "base": format!("ou=people,{BASE}")
            }))
            .unwrap()
        }
    }
}

fn started(folder: &Path, (plain, tls): (u16, u16)) -> Child {
    Command::new(program())
        .arg("-f")
        .arg(folder.join("slapd.conf"))
        .arg("-h")
        .arg(format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{tls}"))
        .args(["-d", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn program() -> &'static str {
    // Where Debian has it, which is on the path of administrators alone.
    "/usr/sbin/slapd"
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A certificate for 127.0.0.1, with its key; the certificate of whoever signed it.
fn certificates(folder: &Path) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let own_key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let own = own.signed_by(&own_key, &authority).unwrap();
    for (name, text) in [
        ("server.pem", own.pem()),
        ("server.key", own_key.serialize_pem()),
        ("ca.pem", authority.pem()),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    authority.pem()
}

fn configuration(folder: &Path, module: &str, overlay: &str) -> String {
    let folder = folder.display();
    format!(
        "include /etc/ldap/schema/core.schema\n\
         include /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\n\
         modulepath /usr/lib/ldap\n\
         moduleload back_mdb\n\
         {module}\n\
         TLSCertificateFile {folder}/server.pem\n\
         TLSCertificateKeyFile {folder}/server.key\n\
         TLSCACertificateFile {folder}/ca.pem\n\
         sizelimit size.soft=100 size.pr=unlimited size.prtotal=unlimited size.hard=100\n\
         database mdb\n\
         suffix {BASE}\n\
         rootdn {ROOT}\n\
         rootpw \"{PASSWORD}\"\n\
         directory {folder}/db\n\
         maxsize 1073741824\n\
         {overlay}\n\
         access to attrs=userPassword by anonymous auth by * none\n\
         access to * by dn=\"{ADMIN}\" read by anonymous auth by * none\n"
    )
}

const ORGANISATION: &str = "dn: dc=example,dc=com
objectClass: domain
dc: example

dn: cn=gatehouse,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: gatehouse
userPassword: the password of the directory

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=Engineering,ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: Engineering

dn: ou=Platform,ou=Engineering,ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: Platform

dn: ou=销售\\, 华北,ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: 销售, 华北
";

/// A person in LDIF, with the password `secret of NAME`.
#[must_use]
pub fn person(uid: &str, name: &str, unit: &str) -> String {
    format!(
        "dn: uid={uid},{unit}ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\nsn: {name}\n\
         mail: {uid}@example.com\nuserPassword: secret of {uid}\n\n"
    )
}
