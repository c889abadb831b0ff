//! An OpenLDAP server with a large organisation in it, and OpenLDAP's own client as the peer: what it takes to read
//! the same entries is what reading them costs.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use config::clock::Stopwatch;

use crate::BenchError;
use crate::door::free_address;
use crate::process::Process;

pub const BASE: &str = "dc=example,dc=com";
pub const ADMIN: &str = "cn=gatehouse,dc=example,dc=com";
pub const PASSWORD: &str = "the password of the directory";
/// The attribute by which somebody is disabled there, and its value.
pub const DISABLED: (&str, &str) = ("employeeType", "disabled");
/// What is read of people and of departments.
const OF_PEOPLE: [&str; 8] = [
    "entryUUID",
    "uid",
    "displayName",
    "cn",
    "mail",
    "mobile",
    "employeeNumber",
    "employeeType",
];
const OF_UNITS: [&str; 2] = ["entryUUID", "ou"];
/// Of departments on the first and the second level.
const WIDE: usize = 20;

pub struct Slapd {
    server: Process,
    people: usize,
    units: usize,
}

impl Slapd {
    /// So many people in so many departments, at least 421, three deep.
    ///
    /// # Errors
    /// If OpenLDAP is not there, or does not start.
    pub fn start(folder: &Path, people: usize, units: usize) -> Result<Self, BenchError> {
        let folder = folder.join("slapd");
        let database = folder.join("db");
        std::fs::create_dir_all(&database).map_err(BenchError::io("making slapd's folder"))?;
        let settings = folder.join("slapd.conf");
        std::fs::write(&settings, configuration(&database))
            .map_err(BenchError::io("writing slapd's settings"))?;
        let ldif = folder.join("organisation.ldif");
        organisation(&ldif, people, units).map_err(BenchError::io("writing the organisation"))?;
        let mut add = Command::new("/usr/sbin/slapadd");
        add.args(["-q", "-w", "-f"])
            .arg(&settings)
            .arg("-l")
            .arg(&ldif);
        finish("slapadd", &mut add)?;
        let address = free_address()?;
        let mut command = Command::new("/usr/sbin/slapd");
        command.arg("-f").arg(&settings);
        command.args(["-h", &format!("ldap://{address}"), "-d", "0"]);
        Ok(Self {
            server: Process::start("slapd", &mut command, address)?,
            people,
            units,
        })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// How long OpenLDAP's client takes to read everybody and every department.
    ///
    /// # Errors
    /// If it does not read them.
    pub fn search(&self) -> Result<Duration, BenchError> {
        let watch = Stopwatch::start();
        self.read("(objectClass=inetOrgPerson)", &OF_PEOPLE)?;
        self.read("(objectClass=organizationalUnit)", &OF_UNITS)?;
        Ok(watch.elapsed())
    }

    fn read(&self, filter: &str, attributes: &[&str]) -> Result<(), BenchError> {
        let mut search = self.client("ldapsearch", ADMIN);
        search.args([
            "-LLL",
            "-E",
            "pr=1000/noprompt",
            "-b",
            &format!("ou=people,{BASE}"),
        ]);
        search.arg(filter).args(attributes);
        finish("ldapsearch", &mut search)
    }

    /// Gives `count` people, from the one of that number on, another number at work.
    ///
    /// # Errors
    /// If they are not changed.
    pub fn renumber(&self, from: usize, count: usize, text: &str) -> Result<(), BenchError> {
        let mut ldif = String::new();
        for number in from..from + count {
            let dn = dn_of(number % self.people, self.units);
            let _ = write!(
                ldif,
                "dn: {dn}\nchangetype: modify\nreplace: employeeNumber\nemployeeNumber: {text}-{number}\n\n"
            );
        }
        self.modify(&ldif)
    }

    /// Disables somebody as the organisation does.
    ///
    /// # Errors
    /// If they are not changed.
    pub fn disable(&self, number: usize) -> Result<(), BenchError> {
        let (attribute, value) = DISABLED;
        let dn = dn_of(number, self.units);
        self.modify(&format!(
            "dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n\n"
        ))
    }

    fn modify(&self, ldif: &str) -> Result<(), BenchError> {
        let mut modify = self.client("ldapmodify", &root());
        let child = modify.stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        let mut child = child.map_err(BenchError::io("starting ldapmodify"))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin
                .write_all(ldif.as_bytes())
                .map_err(BenchError::io("writing to ldapmodify"))?;
        }
        let status = child.wait().map_err(BenchError::io("ending ldapmodify"))?;
        if status.success() {
            return Ok(());
        }
        Err(BenchError::Unexpected(format!("ldapmodify: {status}")))
    }

    fn client(&self, program: &str, whom: &str) -> Command {
        let mut command = Command::new(program);
        command.args(["-x", "-H", &format!("ldap://{}", self.server.address)]);
        command.args(["-D", whom, "-w", PASSWORD]);
        command
    }
}

/// The name and the password of somebody.
#[must_use]
pub fn credentials(number: usize) -> (String, String) {
    (
        format!("person{number}"),
        format!("secret of person {number}"),
    )
}

fn root() -> String {
    format!("cn=root,{BASE}")
}

fn finish(name: &str, command: &mut Command) -> Result<(), BenchError> {
    let ended = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output();
    let ended = ended.map_err(BenchError::io(format!("running {name}")))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(BenchError::Unexpected(format!("{name}: {said}")))
}

fn configuration(database: &Path) -> String {
    format!(
        "include /etc/ldap/schema/core.schema\n\
         include /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\n\
         modulepath /usr/lib/ldap\n\
         moduleload back_mdb\n\
         moduleload syncprov\n\
         sizelimit unlimited\n\
         database mdb\n\
         suffix {BASE}\n\
         rootdn {}\n\
         rootpw \"{PASSWORD}\"\n\
         directory {}\n\
         maxsize 4294967296\n\
         index objectClass,entryCSN,entryUUID,uid,mail eq\n\
         overlay syncprov\n\
         access to attrs=userPassword by anonymous auth by * none\n\
         access to * by dn=\"{ADMIN}\" read by anonymous auth by * none\n",
        root(),
        database.display(),
    )
}

/// The DN of a department: the first are on the first level, then those on the second, then all others.
fn unit_dn(unit: usize) -> String {
    let people = format!("ou=people,{BASE}");
    if unit < WIDE {
        return format!("ou=Division {unit},{people}");
    }
    if unit < WIDE + WIDE * WIDE {
        let parent = unit_dn((unit - WIDE) % WIDE);
        return format!("ou=Department {unit},{parent}");
    }
    let parent = unit_dn(WIDE + unit % (WIDE * WIDE));
    format!("ou=Team {unit},{parent}")
}

fn dn_of(number: usize, units: usize) -> String {
    let first = WIDE + WIDE * WIDE;
    let unit = unit_dn(first + number % (units - first));
    format!("uid=person{number},{unit}")
}

fn organisation(file: &Path, people: usize, units: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    write!(
        out,
        "dn: {BASE}\nobjectClass: domain\ndc: example\n\n\
         dn: {ADMIN}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: gatehouse\n\
         userPassword: {PASSWORD}\n\n\
         dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n"
    )?;
    for unit in 0..units {
        let dn = unit_dn(unit);
        let name = dn
            .split(',')
            .next()
            .unwrap_or_default()
            .trim_start_matches("ou=");
        write!(
            out,
            "dn: {dn}\nobjectClass: organizationalUnit\nou: {name}\n\n"
        )?;
    }
    for number in 0..people {
        let (name, password) = credentials(number);
        write!(
            out,
            "dn: {}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: Person {number}\nsn: {number}\n\
             displayName: 员工 {number}\nmail: {name}@example.com\nmobile: +86138{number:08}\n\
             employeeNumber: E{number}\nuserPassword: {password}\n\n",
            dn_of(number, units)
        )?;
    }
    out.flush()
}
