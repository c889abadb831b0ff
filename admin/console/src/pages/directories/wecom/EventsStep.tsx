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
  token: ["Token", "Token"],
  tokenHint: ["在应用的“接收消息 > 设置 API 接收”中随机获取。", "Made under Receive Messages > Set API Receiving."],
  key: ["EncodingAESKey", "EncodingAESKey"],
  order: [
    "先保存这一步，再到企业微信的“接收消息 > 设置 API 接收”填写 URL 并保存，企业微信会立即校验；然后勾选“通讯录变更”事件。",
    "Keep this step first. Then enter the URL under Receive Messages > Set API Receiving and save: WeCom tries it at once. Then choose the changes of contacts among the events.",
  ],
  copyTitle: ["在企业微信中填写", "Enter this at WeCom"],
  url: ["URL", "URL"],
});

/** How WeCom tells us of changes. */
export function EventsStep({ directory, id }: PageStepProps) {
  const { access_url } = useCaller();
  const { events } = addressesOf(access_url, id);
  return (
    <>
      <Typography.Paragraph type="secondary">{t.lead}</Typography.Paragraph>
      <SecretItem name="callback_token" label={t.token} hint={t.tokenHint} directory={directory} />
      <SecretItem name="aes_key" label={t.key} directory={directory} />
      <CopyThese title={t.copyTitle} hint={t.order} values={[{ label: t.url, value: events }]} />
      <CallbackLight id={id} isKept={directory !== undefined} />
    </>
  );
}
