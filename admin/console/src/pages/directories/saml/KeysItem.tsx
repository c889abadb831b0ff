import { Checkbox, Form } from "antd";

import type { Directory } from "../../../api/schema";
import { texts } from "../../../language/texts";
import type { SamlDraft } from "./ProviderStep";

const t = texts({
  keys: ["我们的签名密钥", "Our key"],
  next: ["保存时启用下一个密钥", "Move on to the next key when this is saved"],
  hint: [
    "元数据中始终包含当前和下一个证书。对方重新读取元数据之后再启用，登录不会中断。",
    "Our metadata tells of both certificates all along. Once the provider has fetched it, nobody notices the change.",
  ],
});

/** Has the next of our keys sign: the one of which the provider knows already. */
export function KeysItem({ directory: { source } }: { directory: Directory }) {
  const form = Form.useFormInstance<SamlDraft>();
  const kept = source.kind === "saml" ? (source.key_generation ?? 0) : 0;
  const draft = Form.useWatch((all: SamlDraft) => all.source?.key_generation, { form, preserve: true }) ?? kept;
  return (
    <Form.Item label={t.keys} extra={t.hint}>
      <Checkbox
        checked={draft > kept}
        onChange={({ target }) => form.setFieldValue(["source", "key_generation"], target.checked ? kept + 1 : kept)}
      >
        {t.next}
      </Checkbox>
    </Form.Item>
  );
}
