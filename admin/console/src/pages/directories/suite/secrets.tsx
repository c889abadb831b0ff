import { Form, Input } from "antd";

import type { Directory, DirectoryDraft } from "../../../api/schema";
import { texts } from "../../../language/texts";

const t = texts({ isSet: ["已设置，留空则不变", "Set; leave empty to keep it"] });

type Props = { name: string; label: string; hint?: string; needed?: boolean; directory?: Directory };

/** One of several secrets: it is never shown, and stays as it is where nothing is typed. */
export function SecretItem({ name, label, hint, needed, directory }: Props) {
  const isSet = directory?.secrets.includes(name) ?? false;
  return (
    <Form.Item name={["secrets", name]} label={label} extra={hint} rules={[{ required: (needed ?? false) && !isSet }]}>
      <Input.Password autoComplete="new-password" placeholder={isSet ? t.isSet : undefined} />
    </Form.Item>
  );
}

/** Those that were typed. */
export function typedSecrets({ secrets }: DirectoryDraft): Record<string, string> {
  const typed = Object.entries(secrets ?? {}).filter(([, value]) => Boolean(value));
  return Object.fromEntries(typed);
}
