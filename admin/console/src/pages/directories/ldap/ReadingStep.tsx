import { Form, Switch } from "antd";

import { useMay } from "../../../api/caller";
import type { StepProps } from "../steps";
import type { LdapDraft } from "./draft";
import { ListItem, Part, t, TextItem } from "./items";
import { Mappings } from "./Mappings";
import { Preview } from "./Preview";

/** Which entries are people, departments and groups, and what is read of them. */
export function ReadingStep({ directory }: StepProps) {
  const may = useMay();
  const form = Form.useFormInstance<LdapDraft>();
  const draft = Form.useWatch((all: LdapDraft) => all, { form, preserve: true });
  const isOrganisation = draft?.used_for !== "sign_in";
  return (
    <>
      <Part title={t.people}>
        <People disabled={draft?.source?.people?.disabled} />
      </Part>
      {isOrganisation && (
        <>
          <Form.Item
            name={["source", "ignores_references"]}
            label={t.references}
            extra={t.referencesHint}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
          <Part title={t.units}>
            <Units isOn={draft?.source?.units?.enabled ?? true} />
          </Part>
          <Part title={t.groups}>
            <Groups isOn={draft?.source?.groups?.enabled ?? false} />
          </Part>
        </>
      )}
      {may("directories:change") && <Preview directory={directory} />}
    </>
  );
}

function People({ disabled }: { disabled: string | undefined }) {
  return (
    <>
      <TextItem at={["people", "base"]} label={t.base} hint={t.baseHint} />
      <TextItem at={["people", "filter"]} label={t.filter} needed />
      <TextItem at={["people", "key"]} label={t.key} hint={t.keyHint} needed />
      <TextItem at={["people", "username"]} label={t.username} needed />
      <ListItem at={["people", "display_name"]} label={t.name} hint={t.firstThere} needed />
      <TextItem at={["people", "email"]} label={t.email} />
      <TextItem at={["people", "mobile"]} label={t.mobile} />
      <TextItem at={["people", "employee_number"]} label={t.number} />
      <TextItem at={["people", "manager"]} label={t.manager} hint={t.managerHint} />
      <TextItem at={["people", "disabled"]} label={t.disabled} hint={t.disabledHint} />
      {disabled && <ListItem at={["people", "disabled_values"]} label={t.values} hint={t.valuesHint} needed />}
      <Mappings />
    </>
  );
}

function Units({ isOn }: { isOn: boolean }) {
  return (
    <>
      <Form.Item
        name={["source", "units", "enabled"]}
        label={t.takeUnits}
        extra={t.takeUnitsHint}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      {isOn && (
        <>
          <TextItem at={["units", "base"]} label={t.base} hint={t.baseHint} />
          <TextItem at={["units", "filter"]} label={t.filter} needed />
          <TextItem at={["units", "key"]} label={t.key} needed />
          <ListItem at={["units", "name"]} label={t.unitName} hint={t.firstThere} needed />
          <TextItem at={["units", "position"]} label={t.position} hint={t.positionHint} />
          <TextItem at={["units", "managers"]} label={t.managers} hint={t.managersHint} />
        </>
      )}
    </>
  );
}

function Groups({ isOn }: { isOn: boolean }) {
  return (
    <>
      <Form.Item name={["source", "groups", "enabled"]} label={t.takeGroups} valuePropName="checked">
        <Switch />
      </Form.Item>
      {isOn && (
        <>
          <TextItem at={["groups", "base"]} label={t.base} hint={t.baseHint} />
          <TextItem at={["groups", "filter"]} label={t.filter} needed />
          <TextItem at={["groups", "key"]} label={t.key} needed />
          <TextItem at={["groups", "name"]} label={t.groupName} needed />
          <TextItem at={["groups", "people"]} label={t.members} hint={t.membersHint} needed />
        </>
      )}
    </>
  );
}
