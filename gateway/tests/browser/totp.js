// The codes that an authenticator shows (RFC 6238: SHA-1, 6 digits, 30 seconds), from the key that
// the enrolment page prints.
import { createHmac } from "node:crypto";

const STEP = 30_000;

function bytes(base32) {
  const bits = [...base32.toUpperCase().replaceAll(/[^A-Z2-7]/g, "")]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

export class Authenticator {
  #last = 0;

  constructor(key) {
    this.key = bytes(key);
  }

  /** A code that was not used before: the gate takes each once, and the next one a little early. */
  async code() {
    let step = Math.floor(Date.now() / STEP);
    if (step <= this.#last) step = this.#last + 1;
    const early = (step - 1) * STEP - Date.now();
    if (early > 0) await new Promise((later) => setTimeout(later, early + 200));
    this.#last = step;
    return this.#at(step);
  }

  #at(step) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const mac = createHmac("sha1", this.key).update(counter).digest();
    const from = mac[19] & 15;
    return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  }
}
