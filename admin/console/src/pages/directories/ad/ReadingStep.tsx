import { Form, Switch } from "antd";

import { useMay } from "../../../api/caller";
import { texts } from "../../../language/texts";
import { ListItem, Part, TextItem, t as words } from "../ldap/items";
import { Mappings } from "../ldap/Mappings";
import { Preview } from "../ldap/Preview";
import type { StepProps } from "../steps";
import type { AdDraft } from "./draft";

const t = texts({
  usernameHint: [
    "通常为 sAMAccountName；也可用 userPrincipalName。",
    "Usually sAMAccountName; userPrincipalName is another choice.",
  ],
  flags: [
    "已停用或已到期的账号会被停用；唯一标识为 objectGUID，改名和移动不受影响。",
    "Accounts that are disabled or have come to their end are disabled here. The key is objectGUID: a new name or place does not matter.",
  ],
  nested: ["包含嵌套组的成员", "With the people of groups within"],
  nestedHint: [
    "组中之组的成员也算作成员。主要组的成员始终包含在内。",
    "Whoever is in a group that is in a group is in both. Those whose primary group it is always are.",
  ],
  passwords: ["密码", "Passwords"],
  changes: ["允许在此修改域密码", "Passwords of the domain can be changed here"],
  changesHint: [
    "在账号页面，以及登录时密码已过期或须更改的情况下，成员用当前密码换新密码。须符合域的密码策略。",
    "On the page of the account, and where the domain asks for a new one at sign-in, people set a new password in exchange for the present one. The rules of the domain apply.",
  ],
});

/** Which entries are people, departments and groups, and what is read of them. */
export function ReadingStep({ directory }: StepProps) {
  const may = useMay();
  const form = Form.useFormInstance<AdDraft>();
  const draft = Form.useWatch((all: AdDraft) => all, { form, preserve: true });
  const isOrganisation = draft?.used_for !== "sign_in";
  return (
    <>
      <Part title={words.people}>
        <TextItem at={["people", "base"]} label={words.base} hint={words.baseHint} />
        <TextItem at={["people", "filter"]} label={words.filter} hint={t.flags} needed />
        <TextItem at={["people", "username"]} label={words.username} hint={t.usernameHint} needed />
        <ListItem at={["people", "display_name"]} label={words.name} hint={words.firstThere} needed />
        <TextItem at={["people", "email"]} label={words.email} />
        <TextItem at={["people", "mobile"]} label={words.mobile} />
        <TextItem at={["people", "employee_number"]} label={words.number} />
        <TextItem at={["people", "manager"]} label={words.manager} hint={words.managerHint} />
        <Mappings />
      </Part>
      {isOrganisation && (
        <>
          <Units isOn={draft?.source?.units?.enabled ?? true} />
          <Groups isOn={draft?.source?.groups?.enabled ?? false} />
        </>
      )}
      {draft?.used_for !== "organisation" && (
        <Part title={t.passwords}>
          <Form.Item
            name={["source", "changes_passwords"]}
            label={t.changes}
            extra={t.changesHint}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
        </Part>
      )}
      {may("directories:change") && <Preview directory={directory} />}
    </>
  );
}

function Units({ isOn }: { isOn: boolean }) {
  return (
    <Part title={words.units}>
      <Form.Item
        name={["source", "units", "enabled"]}
        label={words.takeUnits}
        extra={words.takeUnitsHint}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      {isOn && (
        <>
          <TextItem at={["units", "base"]} label={words.base} hint={words.baseHint} />
          <TextItem at={["units", "filter"]} label={words.filter} needed />
          <TextItem at={["units", "managers"]} label={words.managers} hint={words.managersHint} />
        </>
      )}
    </Part>
  );
}

function Groups({ isOn }: { isOn: boolean }) {
  return (
    <Part title={words.groups}>
      <Form.Item name={["source", "groups", "enabled"]} label={words.takeGroups} valuePropName="checked">
        <Switch />
      </Form.Item>
      {isOn && (
        <>
          <TextItem at={["groups", "base"]} label={words.base} hint={words.baseHint} />
          <TextItem at={["groups", "filter"]} label={words.filter} needed />
          <Form.Item
            name={["source", "groups", "nested"]}
            label={t.nested}
            extra={t.nestedHint}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
        </>
      )}
    </Part>
  );
}
