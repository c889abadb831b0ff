// An identity provider of SAML that is not ours: pysaml2, as the tests of the admin plane start it.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");

/** Starts one; whoever does closes it. */
export async function openIdentityProvider() {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-idp-"));
  const child = spawn(join(root, "target/tools/bin/python"), ["server.py"], {
    cwd: join(root, "admin/tests/saml"),
    env: { ...process.env, SERVER_FOLDER: folder, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  const lines = linesOf(child.stdout);
  const line = async (start) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error("the identity provider ended: run `make tools`");
      if (value.startsWith(start)) return value.slice(start.length);
    }
  };
  const at = await line("AT ");
  return {
    metadata: `${at}/metadata`,
    /** Has it behave so from now on; gives what it was asked and told. */
    now: async (state) => {
      child.stdin.write(`${JSON.stringify(state)}\n`);
      return JSON.parse(await line("READY "));
    },
    close: async () => {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function* linesOf(stream) {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}
