// A directory that is not ours: OpenLDAP with a small company in it, for whoever connects one.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { until } from "./until.js";

// Where Debian has it, which is on the path of administrators alone.
const SLAPD = "/usr/sbin/slapd";
const ROOT = "cn=root,dc=example,dc=com";

export const BASE = "dc=example,dc=com";
export const READER = "cn=gatehouse,dc=example,dc=com";
export const READER_PASSWORD = "the password of the directory";

const COMPANY = `dn: dc=example,dc=com
objectClass: domain
dc: example

dn: cn=gatehouse,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: gatehouse
userPassword: ${READER_PASSWORD}

dn: ou=Engineering,dc=example,dc=com
objectClass: organizationalUnit
ou: Engineering

dn: ou=Platform,ou=Engineering,dc=example,dc=com
objectClass: organizationalUnit
ou: Platform

dn: ou=销售部,dc=example,dc=com
objectClass: organizationalUnit
ou: 销售部

${person("li.na", "李娜", "ou=Platform,ou=Engineering", "mobile: 13800000001\nemployeeNumber: 1001\n")}
${person("wang.fang", "王芳", "ou=销售部", "employeeNumber: 1002\n")}
${person("zhao.min", "赵敏", "ou=销售部")}
${person("zhang.wei", "张伟", "ou=Engineering")}`;

/** Somebody in LDIF. */
export function person(uid, name, unit, more = "") {
  return `dn: uid=${uid},${unit},${BASE}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${name}
sn: ${name}
mail: ${uid}@example.com
${more}`;
}

/** Starts one; whoever does closes it. */
export async function openDirectory() {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-directory-"));
  await mkdir(join(folder, "db"));
  await writeFile(join(folder, "slapd.conf"), configuration(folder));
  const port = await freePort();
  const child = spawn(SLAPD, ["-f", join(folder, "slapd.conf"), "-h", `ldap://127.0.0.1:${port}`, "-d", "0"], {
    stdio: "ignore",
  });
  process.once("exit", () => child.kill("SIGKILL"));
  await until("the directory answers", () => accepts(port));
  await tool("ldapadd", port, COMPANY);
  return {
    url: `ldap://127.0.0.1:${port}`,
    add: (ldif) => tool("ldapadd", port, ldif),
    remove: (dn) => tool("ldapmodify", port, `dn: ${dn}\nchangetype: delete\n`),
    close: async () => {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder) {
  return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix ${BASE}
rootdn ${ROOT}
rootpw "${READER_PASSWORD}"
directory ${folder}/db
maxsize 104857600
access to attrs=userPassword by anonymous auth by * none
access to * by dn="${READER}" read by anonymous auth by * none
`;
}

function tool(name, port, ldif) {
  const child = spawn(name, ["-x", "-H", `ldap://127.0.0.1:${port}`, "-D", ROOT, "-w", READER_PASSWORD], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(ldif);
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("exit", (code) => (code === 0 ? done() : failed(new Error(`${name} ended with ${code}`))));
  });
}

function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

function accepts(port) {
  return new Promise((answer) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      answer(true);
    });
    socket.once("error", () => answer(false));
  });
}
