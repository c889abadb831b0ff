import { useQueryClient } from "@tanstack/react-query";
import { Form, Input } from "antd";

import { useCaller, useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import type { RoleDetail, RoleDraft } from "../../api/schema";
import { FormDrawer } from "../../parts/FormDrawer";
import { PermissionMatrix } from "../../parts/PermissionMatrix";
import { roleName } from "../../parts/roles";
import { t } from "./words";

type Props = {
  /** What is changed or looked at; absent for a new one. */
  role?: RoleDetail;
  /** All that a role can be given. */
  grantable: readonly string[];
  onClose: () => void;
};

export function RoleForm({ role, grantable, onClose }: Props) {
  const may = useMay();
  const { permissions } = useCaller();
  const queries = useQueryClient();
  const once = useOnce();
  const isFixed = role ? role.built_in || !may("roles:change") : false;
  // Only what is the caller's to give, and what the role has already.
  const all = isFixed
    ? (role?.permissions ?? [])
    : grantable.filter((one) => permissions.includes(one) || role?.permissions.includes(one));
  const send = (body: RoleDraft) => {
    if (!role) return once(body, (header) => told(api.POST("/roles", { params: { header }, body })));
    const params = { path: { id: role.id }, header: { "If-Match": `"${role.version}"` } };
    return told(api.PUT("/roles/{id}", { params, body }));
  };
  return (
    <FormDrawer<RoleDraft>
      title={role ? role.name || roleName(role.id) : t.create}
      initial={{
        name: role ? role.name || roleName(role.id) : "",
        description: role?.description ?? "",
        permissions: role?.permissions ?? [],
      }}
      disabled={isFixed}
      send={send}
      onClose={(isDone) => {
        if (isDone) void queries.invalidateQueries();
        onClose();
      }}
    >
      <Form.Item name="name" label={t.name} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      {!role?.built_in && (
        <Form.Item name="description" label={t.description}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      )}
      <Form.Item name="permissions" label={t.permissions} extra={isFixed ? undefined : t.permissionsHint}>
        <PermissionMatrix all={all} disabled={isFixed} />
      </Form.Item>
    </FormDrawer>
  );
}
