import { useQueryClient } from "@tanstack/react-query";
import { Checkbox, Form, Input, Radio } from "antd";
import { useRef, useState } from "react";

import { useMay } from "../../../api/caller";
import { api, told, type Versioned } from "../../../api/client";
import { useOnce } from "../../../api/once";
import type { Link, Member, Profile } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { GroupChooser } from "../../../parts/choosers";
import { DepartmentChooser } from "../../../parts/DepartmentChooser";
import { FormDrawer } from "../../../parts/FormDrawer";
import { useAction } from "../../../parts/useAction";
import { t as words } from "../words";
import { OnceLink } from "./OnceLink";

const t = texts({
  withLink: ["创建后生成一次性链接，由本人设置密码", "Then create a one-time link with which they set a password"],
  created: ["已创建", "Created"],
  mobile: ["例如 +86 138 0013 8000", "For example +44 20 7946 0001"],
});

/** A profile, and whether somebody new gets a link at once. */
type Values = Profile & { with_link?: boolean };

type Props = {
  /** Who is changed; absent for somebody new. */
  member?: Versioned<Member>;
  /** Where somebody new belongs. */
  department?: string;
  /** With the id of the person, if it was done. */
  onClose: (id: string | undefined) => void;
};

export function MemberForm({ member: shown, department, onClose }: Props) {
  // As they were when the form was opened: its fields and the version that is sent are one pair.
  const [member] = useState(shown);
  const may = useMay();
  const queries = useQueryClient();
  const [made, setMade] = useState<{ member: Member; link: Link }>();
  const old = member?.value;
  const mayCreate = may("members:create");
  const mayLink = !old && may("credentials:create");
  const { act } = useAction();
  const once = useOnce();
  const created = useRef<Member>(undefined);
  const wantsLink = useRef(false);

  const send = async ({ with_link, ...values }: Values) => {
    const body: Profile = { ...values, email_verified: values.email ? values.email_verified : null };
    if (member) {
      const params = { path: { id: member.value.id }, header: { "If-Match": member.etag } };
      await told(api.PUT("/members/{id}", { params, body }));
      return;
    }
    created.current = await once(body, (header) => {
      const call = { params: { header }, body };
      return told(mayCreate ? api.POST("/members", call) : api.POST("/guests", call));
    });
    wantsLink.current = with_link === true;
  };

  const done = async () => {
    await queries.invalidateQueries();
    const made = created.current;
    if (!made || !wantsLink.current) return onClose(made?.id ?? old?.id);
    const path = { id: made.id };
    const hasLink = await act(async () => {
      const link = await once(path, (header) =>
        told(api.POST("/members/{id}/one-time-link", { params: { path, header } })),
      );
      setMade({ member: made, link });
    }, t.created);
    if (!hasLink) onClose(made.id);
  };

  if (made)
    return <OnceLink link={made.link} name={made.member.display_name} onClose={() => onClose(made.member.id)} />;
  return (
    <FormDrawer<Values>
      title={old ? words.editTitle(old.display_name) : words.create}
      initial={old ? profileOf(old) : blank(department, mayLink, mayCreate ? "member" : "guest")}
      send={send}
      onClose={(isDone) => (isDone ? void done() : onClose(undefined))}
    >
      <Fields mayLink={mayLink} mayChooseKind={mayCreate || old !== undefined} />
    </FormDrawer>
  );
}

function Fields({ mayLink, mayChooseKind }: { mayLink: boolean; mayChooseKind: boolean }) {
  const may = useMay();
  return (
    <>
      <Form.Item name="display_name" label={words.name} rules={[{ required: true, whitespace: true }]}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="username"
        label={words.username}
        extra={words.usernameHint}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="kind" label={words.kind}>
        <Radio.Group
          disabled={!mayChooseKind}
          options={[
            { value: "member", label: words.member },
            { value: "guest", label: words.guest },
          ]}
        />
      </Form.Item>
      <Form.Item name="email" label={words.email} style={{ marginBottom: 4 }}>
        <Input inputMode="email" autoComplete="off" placeholder="name@example.com" />
      </Form.Item>
      <Form.Item name="email_verified" valuePropName="checked">
        <Checkbox>{words.verified}</Checkbox>
      </Form.Item>
      <Form.Item name="mobile" label={words.mobile}>
        <Input type="tel" placeholder={t.mobile} autoComplete="off" />
      </Form.Item>
      <Form.Item name="employee_number" label={words.number}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="departments"
        label={words.departments}
        extra={words.departmentsHint}
        hidden={!may("departments:read")}
      >
        {may("departments:read") ? <DepartmentChooser multiple /> : <Input />}
      </Form.Item>
      <Form.Item name="groups" label={words.groups} hidden={!may("groups:read")}>
        {may("groups:read") ? <GroupChooser byHand mode="multiple" allowClear /> : <Input />}
      </Form.Item>
      {mayLink && (
        <Form.Item name="with_link" valuePropName="checked">
          <Checkbox>{t.withLink}</Checkbox>
        </Form.Item>
      )}
    </>
  );
}

function blank(department: string | undefined, with_link: boolean, kind: "member" | "guest"): Values {
  return {
    kind,
    username: "",
    display_name: "",
    departments: department ? [department] : [],
    groups: [],
    with_link,
  };
}

function profileOf(member: Member): Profile {
  const { kind, username, display_name, email, email_verified, mobile, employee_number } = member;
  const [departments, groups] = [member.departments.map(({ id }) => id), member.groups.map(({ id }) => id)];
  return { kind, username, display_name, email, email_verified, mobile, employee_number, departments, groups };
}
