import { expect, test } from "vitest";

import { fieldPath } from "./fieldPath";

test("a field of the API is found in a form", () => {
  expect(fieldPath("username")).toEqual(["username"]);
  expect(fieldPath("pool.upstreams[0].address")).toEqual(["pool", "upstreams", 0, "address"]);
  expect(fieldPath("name.zh-CN")).toEqual(["name", "zh-CN"]);
  expect(fieldPath("hosts[2]")).toEqual(["hosts", 2]);
});
