import { expect, test } from "vitest";

import type { OidcSettings } from "../../../api/schema";
import { isPattern, PRESETS, withPreset } from "./presets";

const blank: OidcSettings = { issuer: "", client_id: "us" };

test("a preset fills in what is known of a provider, and leaves what was typed", () => {
  const entra = withPreset(blank, "entra");
  expect(entra.issuer).toBe(PRESETS.entra.issuer);
  expect(entra.claims?.key).toBe("oid");
  expect(entra.client_id).toBe("us");
  expect(withPreset(entra, "okta").issuer).toBe(PRESETS.okta.issuer);
  expect(withPreset({ ...blank, issuer: "https://own.example.com" }, "okta").issuer).toBe("https://own.example.com");
});

test("what is still to be filled in is seen", () => {
  expect(isPattern(PRESETS.keycloak.issuer)).toBe(true);
  expect(isPattern(PRESETS.google.issuer)).toBe(false);
});
