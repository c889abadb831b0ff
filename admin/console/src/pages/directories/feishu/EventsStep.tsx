import { Typography } from "antd";

import { useCaller } from "../../../api/caller";
import { texts } from "../../../language/texts";
import { addressesOf } from "../page/addresses";
import { CopyThese } from "../page/CopyThese";
import type { PageStepProps } from "../steps";
import { CallbackLight } from "../suite/CallbackLight";
import { SecretItem } from "../suite/secrets";

const t = texts({
  lead: [
    "事件让人员变动在一秒左右生效；不设置时只按定时同步。",
    "With events, changes take effect within about a second; without, as often as it is taken over.",
  ],
  key: ["Encrypt Key", "Encrypt Key"],
  keyHint: ["飞书应用的“事件与回调 > 加密策略”中设置。", "Set under Events & Callbacks > Encryption Strategy."],
  token: ["Verification Token", "Verification Token"],
  order: [
    "先保存这一步，再到飞书的“事件与回调 > 事件配置”填写请求地址并添加下列事件，最后创建版本并发布。",
    "Keep this step first. Then enter the address under Events & Callbacks > Event Configuration, add these events, and publish a version.",
  ],
  copyTitle: ["在飞书中填写", "Enter this at Feishu"],
  url: ["请求地址", "Request URL"],
  events: ["事件", "Events"],
});

const EVENTS = [
  "contact.user.created_v3",
  "contact.user.updated_v3",
  "contact.user.deleted_v3",
  "contact.department.created_v3",
  "contact.department.updated_v3",
  "contact.department.deleted_v3",
  "contact.scope.updated_v3",
];

/** How Feishu tells us of changes. */
export function EventsStep({ directory, id }: PageStepProps) {
  const { access_url } = useCaller();
  const { events } = addressesOf(access_url, id);
  return (
    <>
      <Typography.Paragraph type="secondary">{t.lead}</Typography.Paragraph>
      <SecretItem name="encrypt_key" label={t.key} hint={t.keyHint} directory={directory} />
      <SecretItem name="verification_token" label={t.token} directory={directory} />
      <CopyThese
        title={t.copyTitle}
        hint={t.order}
        values={[
          { label: t.url, value: events },
          { label: t.events, value: EVENTS.join("\n") },
        ]}
      />
      <CallbackLight id={id} isKept={directory !== undefined} />
    </>
  );
}
