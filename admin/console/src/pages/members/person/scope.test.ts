import { expect, test } from "vitest";

import { assignmentOf, chosenOf, widened } from "./scope";

const confined = { role: "administrator", within: [{ id: "d1", name: "R&D" }] };

test("a role that was confined never comes to hold everywhere because its departments were cleared", () => {
  const chosen = chosenOf(confined);
  expect(assignmentOf(chosen)).toEqual({ role: "administrator", within: ["d1"] });
  expect(assignmentOf({ ...chosen, departments: [] })).toBeUndefined();
  expect(assignmentOf({ ...chosen, where: "everywhere" })).toEqual({ role: "administrator" });
});

test("a role whose departments are gone is confined still", () => {
  const chosen = chosenOf({ role: "auditor", within: [] });
  expect(chosen.where).toBe("within");
  expect(assignmentOf(chosen)).toBeUndefined();
});

test("it is not said for a new role where it holds, save for an owner", () => {
  expect(assignmentOf({ role: "auditor", departments: [] })).toBeUndefined();
  expect(assignmentOf({ role: "owner", departments: [] })).toEqual({ role: "owner" });
});

test("a role is widened if it was confined and is not any more", () => {
  const everywhere = [{ role: "administrator" }];
  expect(widened([confined], everywhere)).toEqual([confined]);
  expect(widened([{ role: "administrator" }], everywhere)).toEqual([]);
  expect(widened([confined], [])).toEqual([]);
});
