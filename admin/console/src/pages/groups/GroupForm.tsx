import { useQueryClient } from "@tanstack/react-query";
import { Checkbox, Form, Input } from "antd";
import { useRef, useState } from "react";

import { api, told, type Versioned } from "../../api/client";
import { useOnce } from "../../api/once";
import type { Group, GroupDraft } from "../../api/schema";
import { FormDrawer } from "../../parts/FormDrawer";
import { NetworkItem } from "./NetworkItem";
import { RuleItem } from "./RuleItem";
import { t } from "./words";

type Props = {
  /** What is changed; absent for a new one. */
  group?: Versioned<Group>;
  /** With the group, if it was done. */
  onClose: (done: Group | undefined) => void;
};

export function GroupForm({ group: shown, onClose }: Props) {
  // As it was when the form was opened: its fields and the version that is sent are one pair.
  const [group] = useState(shown);
  const queries = useQueryClient();
  const once = useOnce();
  const made = useRef<Group>(undefined);
  const send = async (typed: GroupDraft) => {
    const body = typed.for_guests ? typed : { ...typed, ip_lists: [] };
    if (!group) {
      made.current = await once(body, (header) => told(api.POST("/groups", { params: { header }, body })));
      return;
    }
    const params = { path: { id: group.value.id }, header: { "If-Match": group.etag } };
    made.current = await told(api.PUT("/groups/{id}", { params, body }));
  };
  return (
    <FormDrawer<GroupDraft>
      title={group ? t.editTitle(group.value.name) : t.create}
      initial={{
        name: group?.value.name ?? "",
        description: group?.value.description ?? "",
        rule: group?.value.rule ?? null,
        for_guests: group?.value.for_guests ?? false,
        ip_lists: group?.value.ip_lists ?? [],
      }}
      send={send}
      onClose={(isDone) => {
        if (isDone) void queries.invalidateQueries();
        onClose(isDone ? made.current : undefined);
      }}
    >
      <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="description" label={t.description}>
        <Input.TextArea rows={3} />
      </Form.Item>
      <Form.Item name="for_guests" valuePropName="checked" extra={t.forGuestsHint}>
        <Checkbox disabled={(group?.value.members ?? 0) > 0}>{t.forGuests}</Checkbox>
      </Form.Item>
      <NetworkItem />
      <RuleItem />
    </FormDrawer>
  );
}
