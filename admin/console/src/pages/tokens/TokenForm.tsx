import { Collapse, Form, Input, InputNumber, Select } from "antd";
import { useRef } from "react";

import { useCaller } from "../../api/caller";
import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import type { NewApiToken, TokenDraft } from "../../api/schema";
import { texts } from "../../language/texts";
import { FormDrawer } from "../../parts/FormDrawer";
import { PermissionMatrix } from "../../parts/PermissionMatrix";
import { useRoles } from "../../parts/roles";

const t = texts({
  create: ["新建令牌", "New token"],
  name: ["名称", "Name"],
  nameHint: ["写明用途，例如“夜间导出”。", "Say what it is for, such as “Nightly export”."],
  roles: ["角色", "Roles"],
  rolesHint: ["令牌以这些角色行事；也可以只授予单项权限。", "It acts with these; or give it single permissions only."],
  permissions: ["单项权限", "Single permissions"],
  needed: ["请选择角色或单项权限", "Choose a role or a permission"],
  days: ["有效天数", "Days until it expires"],
});

/** With the token, if one was made. */
export function TokenForm({ onClose }: { onClose: (made: NewApiToken | undefined) => void }) {
  const { permissions } = useCaller();
  const roles = useRoles();
  const once = useOnce();
  const made = useRef<NewApiToken>(undefined);
  return (
    <FormDrawer<TokenDraft>
      title={t.create}
      initial={{ name: "", roles: [], permissions: [], days: 90 }}
      send={async (body) => {
        made.current = await once(body, (header) => told(api.POST("/tokens", { params: { header }, body })));
      }}
      onClose={(isDone) => onClose(isDone ? made.current : undefined)}
    >
      <NameItem />
      <Form.Item
        name="roles"
        label={t.roles}
        extra={t.rolesHint}
        dependencies={["permissions"]}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, chosen?: string[]) =>
              [chosen ?? [], getFieldValue("permissions") ?? []].flat().length > 0
                ? Promise.resolve()
                : Promise.reject(new Error(t.needed)),
          }),
        ]}
      >
        <Select mode="multiple" options={roles.map(({ id, label }) => ({ value: id, label }))} />
      </Form.Item>
      <Collapse
        size="small"
        style={{ marginBottom: 24 }}
        items={[
          {
            key: "permissions",
            label: t.permissions,
            forceRender: true,
            children: (
              <Form.Item name="permissions" noStyle>
                <PermissionMatrix all={permissions} />
              </Form.Item>
            ),
          },
        ]}
      />
      <Form.Item name="days" label={t.days} rules={[{ required: true }]}>
        <InputNumber min={1} max={366} style={{ width: 160 }} />
      </Form.Item>
    </FormDrawer>
  );
}

export function NameItem() {
  return (
    <Form.Item name="name" label={t.name} extra={t.nameHint} rules={[{ required: true, whitespace: true }]}>
      <Input autoComplete="off" maxLength={200} />
    </Form.Item>
  );
}
