//! A domain controller (Samba) that the tests of one process share, each in a unit of its own, and that ends
//! with the process.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use super::AdSettings;

pub const DOMAIN: &str = "DC=gw,DC=test";
pub const PASSWORD: &str = "Passw0rd-of-admin";
/// That of everybody whom [`Domain::person`] makes.
pub const THEIRS: &str = "Right-Pass-1";

/// Ends the controller, and forgets what it kept, once the standard input ends: with this process, however it
/// does.
const WATCH: &str = r#"/usr/sbin/samba -i -M single -s "$1/etc/smb.conf" </dev/null >"$1/log.out" 2>&1 & pid=$!
read -r _; kill "$pid"; wait "$pid"; rm -rf "$1""#;

struct Shared {
    _watch: Child,
    address: String,
    ca: String,
}

/// A unit of the domain, with whatever a test puts into it.
pub struct Domain {
    pub address: String,
    pub ca: String,
    /// The DN of the unit.
    pub unit: String,
}

impl Domain {
    /// With an empty unit of this name.
    pub async fn with_unit(name: &str) -> Self {
        static SHARED: OnceLock<Shared> = OnceLock::new();
        let shared = tokio::task::spawn_blocking(|| SHARED.get_or_init(start));
        let shared = shared.await.unwrap();
        let domain = Self {
            address: shared.address.clone(),
            ca: shared.ca.clone(),
            unit: format!("OU={name},{DOMAIN}"),
        };
        let unit = domain.unit.clone();
        domain
            .change(&format!(
                "dn: {unit}\nchangetype: add\nobjectClass: organizationalUnit\n"
            ))
            .await;
        domain
    }

    /// Changes entries as LDIF says.
    pub async fn change(&self, ldif: &str) {
        let mut child = tokio::process::Command::new("ldapmodify")
            .args(["-x", "-H", &format!("ldaps://{}", self.address)])
            .args(["-D", "administrator@gw.test", "-w", PASSWORD])
            .env("LDAPTLS_REQCERT", "never")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stdin, ldif.as_bytes())
            .await
            .unwrap();
        drop(stdin);
        let done = child.wait_with_output().await.unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{told}: {ldif}");
    }

    /// Makes somebody, below the unit or one in it, with more attributes in LDIF.
    pub async fn person(&self, name: &str, below: &str, more: &str) {
        self.change(&self.person_ldif(name, below, more)).await;
    }

    pub fn person_ldif(&self, name: &str, below: &str, more: &str) -> String {
        let password = base64(&format!("\"{THEIRS}\""));
        format!(
            "dn: CN={name},{below}{}\nchangetype: add\nobjectClass: user\nsAMAccountName: {name}\n\
             userAccountControl: 512\nunicodePwd:: {password}\n{more}\n",
            self.unit
        )
    }

    pub async fn group(&self, name: &str, members: &[&str]) {
        let members: Vec<String> = members
            .iter()
            .map(|member| format!("member: CN={member},{}\n", self.unit))
            .collect();
        let members = members.concat();
        let unit = &self.unit;
        self.change(&format!(
            "dn: CN={name},{unit}\nchangetype: add\nobjectClass: group\nsAMAccountName: {name}\n{members}\n"
        ))
        .await;
    }

    pub async fn set(&self, name: &str, attribute: &str, value: &str) {
        let unit = &self.unit;
        self.change(&format!(
            "dn: CN={name},{unit}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"
        ))
        .await;
    }

    /// Lets passwords be changed as soon as they were set, for all units.
    pub async fn lift_minimum_age(&self) {
        self.change(&format!(
            "dn: {DOMAIN}\nchangetype: modify\nreplace: minPwdAge\nminPwdAge: 0\n"
        ))
        .await;
    }

    /// The last part of the identifier of a group.
    pub async fn rid(&self, group: &str) -> String {
        let found = tokio::process::Command::new("ldapsearch")
            .args(["-x", "-LLL", "-H", &format!("ldaps://{}", self.address)])
            .args(["-D", "administrator@gw.test", "-w", PASSWORD])
            .args(["-b", &format!("CN={group},{}", self.unit), "objectSid"])
            .env("LDAPTLS_REQCERT", "never")
            .output()
            .await
            .unwrap();
        let told = String::from_utf8(found.stdout).unwrap();
        let (_, sid) = told.split_once("objectSid:: ").unwrap();
        let engine = base64::engine::general_purpose::STANDARD;
        let sid = engine.decode(sid.trim()).unwrap();
        u32::from_le_bytes(*sid.last_chunk().unwrap()).to_string()
    }

    pub fn settings(&self) -> AdSettings {
        let settings = serde_json::json!({
            "servers": [format!("ldaps://{}", self.address)],
            "ca": self.ca,
            "account": "GW\\administrator",
            "base": DOMAIN,
            "domain": "GW",
            "people": { "base": self.unit },
            "units": { "base": self.unit },
            "groups": { "base": self.unit },
        });
        serde_json::from_value(settings).unwrap()
    }
}

/// Text as AD takes passwords, in base64.
fn base64(text: &str) -> String {
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn start() -> Shared {
    let address = free_address();
    let folder = tempfile::tempdir().unwrap().keep();
    let done = Command::new("samba-tool")
        .args(["domain", "provision", "--server-role=dc", "--use-rfc2307"])
        .args(["--dns-backend=NONE", "--realm=GW.TEST", "--domain=GW"])
        .arg(format!("--adminpass={PASSWORD}"))
        .arg(format!("--targetdir={}", folder.display()))
        .arg(format!("--host-ip={address}"))
        .args(["--host-name=dc1", "--option=interfaces=lo"])
        .args(["--option=bind interfaces only=yes", "--option=vfs objects="])
        .output()
        .expect("samba-tool: `make tools-test` installs it");
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "a domain cannot be made: {told}");
    let ca = certificates(&folder, &address);
    std::fs::write(
        folder.join("etc/smb.conf"),
        configuration(&folder, &address),
    )
    .unwrap();
    let watch = Command::new("sh")
        .args(["-c", WATCH, "sh"])
        .arg(&folder)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    wait(&folder, &address);
    Shared {
        _watch: watch,
        address,
        ca,
    }
}

fn wait(folder: &Path, address: &str) {
    for _ in 0..600 {
        if std::net::TcpStream::connect((address, 636)).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let told = std::fs::read_to_string(folder.join("log.out")).unwrap_or_default();
    panic!("the domain controller did not start: {told}");
}

/// A loopback address on which nobody speaks LDAP. Its ports are the well-known ones: Samba takes no others.
fn free_address() -> String {
    for last in 77..=250 {
        let address = format!("127.0.0.{last}");
        match TcpListener::bind((address.as_str(), 389)) {
            Ok(_) if TcpListener::bind((address.as_str(), 636)).is_ok() => return address,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => panic!(
                "the domain controller of the tests listens at port 389: run them as root, or first \
                 `sysctl net.ipv4.ip_unprivileged_port_start=88`"
            ),
            _ => {}
        }
    }
    panic!("port 389 is taken at every address from 127.0.0.77 on");
}

/// A certificate for the address, with its key; the certificate of whoever signed it.
fn certificates(folder: &Path, address: &str) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let own_key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec![address.to_owned()]).unwrap();
    let own = own.signed_by(&own_key, &authority).unwrap();
    for (name, text) in [
        ("server.pem", own.pem()),
        ("server.key", own_key.serialize_pem()),
        ("ca.pem", authority.pem()),
    ] {
        write_private(&folder.join(name), &text);
    }
    authority.pem()
}

/// Samba reads no key that others may.
fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn configuration(folder: &Path, address: &str) -> String {
    let folder = folder.display();
    format!(
        "[global]\n\
         workgroup = GW\n\
         realm = GW.TEST\n\
         netbios name = DC1\n\
         server role = active directory domain controller\n\
         interfaces = {address}/8\n\
         bind interfaces only = yes\n\
         server services = ldap, cldap, kdc\n\
         private dir = {folder}/private\n\
         lock directory = {folder}\n\
         state directory = {folder}/state\n\
         cache directory = {folder}/cache\n\
         pid directory = {folder}\n\
         ncalrpc dir = {folder}/ncalrpc\n\
         winbindd socket directory = {folder}/winbindd\n\
         ntp signd socket directory = {folder}/ntp\n\
         log file = {folder}/log\n\
         tls keyfile = {folder}/server.key\n\
         tls certfile = {folder}/server.pem\n\
         tls cafile = {folder}/ca.pem\n"
    )
}
