// A whole house to try: the real program in front of the demo applications, on free ports, in a
// folder of its own. Whoever opens one closes it; nothing is left running.
import { execFile, spawn } from "node:child_process";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const built = resolve(import.meta.dirname, "../../../target/debug");
const GATEHOUSE = process.env.GATEHOUSE_BIN ?? join(built, "gatehouse");
const DEMO = process.env.DEMO_BIN ?? join(built, "demo");

export const HOSTS = {
  access: "access.gate.localhost",
  admin: "admin.gate.localhost",
  wiki: "wiki.gate.localhost",
  echo: "echo.gate.localhost",
  vault: "vault.gate.localhost",
  closed: "closed.gate.localhost",
  ruin: "ruin.gate.localhost",
  nowhere: "nowhere.gate.localhost",
};

const MEMBERS_MAY = '[access]\nkind = "rules"\n[[access.rules]]\nname = "Members"\neffect = "allow"\nwho = [{ kind = "members" }]\n';

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Starts everything and answers once it serves; with `isApart`, operators have a host of their own. */
export async function openHouse({ isApart = false } = {}) {
  const house = new House(await mkdtemp(join(tmpdir(), "gatehouse-browser-")));
  try {
    await house.start(isApart);
  } catch (error) {
    await house.close();
    throw error;
  }
  return house;
}

class House {
  #processes = [];

  constructor(folder) {
    this.folder = folder;
    this.settings = join(folder, "gatehouse.toml");
  }

  async start(isApart) {
    this.port = await freePort();
    this.adminPort = isApart ? await freePort() : this.port;
    await run(GATEHOUSE, ["dev-certificates", join(this.folder, "tls"), ...Object.values(HOSTS)]);
    await writeFile(this.settings, settings(this.folder, this.port, await freePort()));
    if (isApart) await appendFile(this.settings, apart(this.folder, this.adminPort));
    const gate = this.#spawn(GATEHOUSE, ["run", "--config", this.settings]);
    const [, code] = await said(gate, /with the code (\S+)\s/);
    this.setUpCode = code;
    this.wikiAddress = await this.#demo("wiki");
    this.echoAddress = await this.#demo("echo");
    await this.#answers();
  }

  /** The address of a page at one of the hosts. */
  url(host, path = "/") {
    return `https://${HOSTS[host]}:${host === "admin" ? this.adminPort : this.port}${path}`;
  }

  /** Runs a command of the program against this node, and answers what it printed. */
  async command(...words) {
    const { stdout } = await run(GATEHOUSE, [...words, "--config", this.settings]);
    return stdout;
  }

  /** Puts an application behind the gate: a TOML text, as in examples/applications. */
  async apply(name, text) {
    const file = join(this.folder, `${name}.toml`);
    await writeFile(file, text);
    await this.command("applications", "apply", file);
  }

  /** Publishes the wiki and the echo to all members. */
  async publishDemos() {
    await this.publish("wiki", "知识库", "Wiki", this.wikiAddress, "watermark = true");
    await this.publish("echo", "回声", "Echo", this.echoAddress);
  }

  async publish(host, chinese, english, upstream, more = "", access = MEMBERS_MAY) {
    await this.apply(host, [
      `hosts = ["${HOSTS[host]}"]`,
      more,
      `name = { zh-CN = "${chinese}", en = "${english}" }`,
      `pool = { upstreams = [{ address = "${upstream}" }] }`,
      "websockets = { enabled = true }",
      access,
    ].join("\n"));
  }

  async setWatermark(text) {
    const file = join(this.folder, "watermark.toml");
    await writeFile(file, text);
    await this.command("watermark", "set", file);
  }

  /** A file of this text, in the folder of the house. */
  async write(name, text) {
    const file = join(this.folder, name);
    await writeFile(file, text);
    return file;
  }

  /** Keeps these addresses out of an application, and answers the id of the list. */
  async denyAddresses(name, ...ranges) {
    const file = join(this.folder, `${name}.txt`);
    await writeFile(file, ranges.join("\n"));
    await this.command("ip-lists", "apply", name, file, "--effect", "deny");
    const lists = JSON.parse(await this.command("ip-lists", "list", "--json"));
    return (lists.items ?? lists).find((list) => list.name === name).id;
  }

  async close() {
    await Promise.all(this.#processes.map(stop));
    await rm(this.folder, { recursive: true, force: true });
  }

  #spawn(program, words) {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    child.output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        child.output += data;
        child.emit("said");
      });
    }
    // Also if the tests are ended before they are through.
    process.once("exit", () => child.kill("SIGKILL"));
    this.#processes.push(child);
    return child;
  }

  async #demo(kind) {
    const demo = this.#spawn(DEMO, [kind, "--listen", "127.0.0.1:0"]);
    const [, address] = await said(demo, /on http:\/\/(\S+)\s/);
    return address;
  }

  async #answers() {
    for (let tries = 0; tries < 100; tries += 1) {
      if (await accepts(this.port)) return;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`nothing listens at ${this.port}`);
  }
}

function settings(folder, port, monitorPort) {
  return `version = 1
data = "${folder}/data"
[access]
url = "https://${HOSTS.access}:${port}"
[[listener]]
address = "127.0.0.1:${port}"
[listener.tls]
certificates = [{ certificate = "${folder}/tls/hosts.pem", key = "${folder}/tls/hosts.key" }]
[monitor]
address = "127.0.0.1:${monitorPort}"
[limits]
drain = "1s"
[outbound]
allow = ["127.0.0.1"]
`;
}

function apart(folder, port) {
  return `
[admin]
url = "https://${HOSTS.admin}:${port}"
also_at_access_host = false
[[listener]]
address = "127.0.0.1:${port}"
admin = true
[listener.tls]
certificates = [{ certificate = "${folder}/tls/hosts.pem", key = "${folder}/tls/hosts.key" }]
`;
}

/** Waits until a process has said something, and answers the match. */
function said(child, pattern) {
  return new Promise((found, failed) => {
    const look = () => {
      const match = child.output.match(pattern);
      if (match) found(match);
    };
    const fail = (why) => failed(new Error(`${why}; it said:\n${child.output}`));
    child.on("said", look);
    child.once("exit", (code) => fail(`${child.spawnfile} ended with ${code}`));
    child.once("error", failed);
    setTimeout(() => fail(`${child.spawnfile} never said ${pattern}`), 20_000).unref();
    look();
  });
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return undefined;
  return new Promise((ended) => {
    const impatient = setTimeout(() => child.kill("SIGKILL"), 5_000);
    child.once("exit", () => {
      clearTimeout(impatient);
      ended();
    });
    child.kill("SIGINT");
    child.kill("SIGTERM");
  });
}

function freePort() {
  return new Promise((free) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => free(port));
    });
  });
}

async function accepts(port) {
  const { connect } = await import("node:net");
  return new Promise((answer) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      answer(true);
    }).once("error", () => answer(false));
  });
}
