import { expect, test } from "vitest";

import { addressesOf, anotherId, nextId, takeId } from "./addresses";

test("addresses are at the host of sign-in, whatever the path of its page", () => {
  const { callback, metadata } = addressesOf("https://access.example.com/", "7");
  expect(callback).toBe("https://access.example.com/sign-in/directories/7/callback");
  expect(metadata).toBe("https://access.example.com/sign-in/directories/7/metadata");
});

test("what was entered elsewhere stays good until the directory is kept", () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const first = nextId("oidc", store);
  expect(nextId("oidc", store)).toBe(first);
  expect(nextId("saml", store)).not.toBe(first);
  const another = anotherId("saml", store);
  expect([nextId("saml", store), another === first]).toEqual([another, false]);
  takeId("oidc", store);
  expect(nextId("oidc", store)).not.toBe(first);
});
