// A mail server that is not ours, for whoever wants to see what arrives.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../../..");
const PYTHON = resolve(root, "target/tools/bin/python");
const SCRIPT = resolve(root, "admin/src/messages/tests/smtp_server.py");

export async function openMailServer() {
  const child = spawn(PYTHON, [SCRIPT, "none"], { stdio: ["ignore", "pipe", "inherit"] });
  process.once("exit", () => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  return {
    port,
    /** The next mail that it took; what never comes is told, and not waited for without end. */
    mail: async () => JSON.parse((await Promise.race([lines.next(), nothingCame()])).value),
    close: () => child.kill("SIGKILL"),
  };
}

function nothingCame() {
  return new Promise((_, fail) => setTimeout(fail, 15_000, new Error("no mail came")).unref());
}
