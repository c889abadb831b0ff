import { useQueryClient } from "@tanstack/react-query";
import { Checkbox, Form, Input, Select } from "antd";

import { api, told, type Versioned } from "../../api/client";
import type { Member, Profile } from "../../api/schema";
import { GroupChooser } from "../../parts/choosers";
import { DepartmentChooser } from "../../parts/DepartmentChooser";
import { FormDrawer } from "../../parts/FormDrawer";
import { t } from "./words";

type Props = {
  /** Who is changed; absent for somebody new. */
  member?: Versioned<Member>;
  /** Where somebody new belongs. */
  department?: string;
  /** With the id of the person, if it was done. */
  onClose: (id: string | undefined) => void;
};

export function MemberForm({ member, department, onClose }: Props) {
  const queries = useQueryClient();
  const value = member?.value;
  const initial: Profile = value
    ? { ...profileOf(value), email_verified: value.email_verified }
    : { kind: "member", username: "", display_name: "", departments: department ? [department] : [], groups: [] };
  let id = value?.id;
  const send = async (values: Profile) => {
    const body = { ...values, email_verified: values.email ? values.email_verified : null };
    const done = member
      ? api.PUT("/members/{id}", {
          params: { path: { id: member.value.id }, header: { "If-Match": member.etag } },
          body,
        })
      : api.POST("/members", { body });
    ({ id } = await told<Member>(done));
  };
  return (
    <FormDrawer<Profile>
      title={member ? t.edit : t.create}
      initial={initial}
      send={send}
      onClose={(done) => {
        if (done) void queries.invalidateQueries();
        onClose(done ? id : undefined);
      }}
    >
      <Form.Item name="display_name" label={t.name} rules={[{ required: true, whitespace: true }]}>
        <Input />
      </Form.Item>
      <Form.Item
        name="username"
        label={t.username}
        extra={t.usernameHint}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="kind" label={t.kind}>
        <Select
          options={[
            { value: "member", label: t.member },
            { value: "guest", label: t.guest },
          ]}
        />
      </Form.Item>
      <Form.Item name="email" label={t.email}>
        <Input type="email" autoComplete="off" />
      </Form.Item>
      <Form.Item name="email_verified" valuePropName="checked">
        <Checkbox>{t.verified}</Checkbox>
      </Form.Item>
      <Form.Item name="mobile" label={t.mobile}>
        <Input type="tel" placeholder="+86 138 0000 0000" autoComplete="off" />
      </Form.Item>
      <Form.Item name="employee_number" label={t.number}>
        <Input />
      </Form.Item>
      <Form.Item name="departments" label={t.departments} extra={t.departmentsHint}>
        <DepartmentChooser mode="multiple" allowClear />
      </Form.Item>
      <Form.Item name="groups" label={t.groups}>
        <GroupChooser mode="multiple" allowClear />
      </Form.Item>
    </FormDrawer>
  );
}

function profileOf(member: Member): Profile {
  const { kind, username, display_name, email, mobile, employee_number } = member;
  return {
    kind,
    username,
    display_name,
    email,
    mobile,
    employee_number,
    departments: member.departments.map(({ id }) => id),
    groups: member.groups.map(({ id }) => id),
  };
}
