import { expect, test } from "vitest";

import { PRESETS, presetOf, withPreset, withScheme } from "./presets";

test("a preset is known again, wherever people are and whatever is taken over", () => {
  const { people, units, groups } = PRESETS.ds389.settings;
  const moved = { people: { ...people, base: "ou=people" }, units: { ...units, enabled: false }, groups };
  expect(presetOf(moved)).toBe("ds389");
  expect(presetOf({ ...moved, people: { ...people, username: "cn" } })).toBeUndefined();
  expect(presetOf({})).toBeUndefined();
});

test("a preset changes attributes, and leaves where they are looked for", () => {
  const { people, units, groups } = PRESETS.openldap.settings;
  const before = { servers: ["x"], people: { ...people, base: "ou=p" }, units: { ...units, enabled: false }, groups };
  const after = withPreset(before, "ds389");
  expect(after.servers).toEqual(["x"]);
  expect(after.people).toMatchObject({ base: "ou=p", key: "nsUniqueId" });
  expect(after.units).toMatchObject({ enabled: false, key: "nsUniqueId" });
  expect(presetOf(after)).toBe("ds389");
});

test("addresses follow the way in which they are guarded", () => {
  expect(withScheme(["ldaps://a:636", "LDAP://b", "c"], "start_tls")).toEqual(["ldap://a:636", "ldap://b", "c"]);
  expect(withScheme(["ldap://a"], "tls")).toEqual(["ldaps://a"]);
});
