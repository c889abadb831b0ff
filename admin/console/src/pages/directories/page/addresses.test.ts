import { expect, test } from "vitest";

import { addressesOf, nextId, takeId } from "./addresses";

test("addresses are at the host of sign-in, whatever the path of its page", () => {
  const { callback, metadata } = addressesOf("https://access.example.com/", "7");
  expect(callback).toBe("https://access.example.com/sign-in/directories/7/callback");
  expect(metadata).toBe("https://access.example.com/sign-in/directories/7/metadata");
});

test("what was entered elsewhere stays good until the directory is kept", () => {
  const first = nextId("oidc");
  expect(nextId("oidc")).toBe(first);
  expect(nextId("saml")).not.toBe(first);
  takeId("oidc");
  expect(nextId("oidc")).not.toBe(first);
});
