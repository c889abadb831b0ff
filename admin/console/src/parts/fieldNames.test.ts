import { expect, test } from "vitest";

import { fieldName } from "./fieldNames";

test("a field that a form does not show is called what a reader calls it, or what it is a part of", () => {
  expect(fieldName("hosts[2]")).toBe("Host names");
  expect(fieldName("pool.upstreams[0].weight")).toBe("Upstreams");
  expect(fieldName("pool.retries")).toBe("Upstream");
  expect(fieldName("of_a_newer_version")).toBe("of_a_newer_version");
});
