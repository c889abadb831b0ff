import { Form, InputNumber, Switch, Typography } from "antd";

import { texts } from "../../language/texts";
import type { Part } from "./part";

const t = texts({
  lead: [
    "出现以下情况时要求第二因素，即使浏览器已受信任，或未要求两步验证。没有第二因素的人须通过邮件或短信验证码证明（如“可用方式”允许且已登记）；否则无法登录。首次登录没有可比较的记录，不受影响。",
    "A second factor is asked for in these cases, even in a trusted browser and where two-step verification is off. Whoever has none proves a code by mail or SMS, if the methods above take that and they can be reached; anybody else does not come in. A first sign-in is compared with nothing.",
  ],
  new_device: ["新的浏览器", "A new browser"],
  new_deviceHint: [
    "此人 180 天内没有用该浏览器登录过。",
    "The person has not signed in with it during the last 180 days.",
  ],
  many_failures: ["此前多次失败", "Wrong attempts before"],
  many_failuresHint: [
    "账号尚未锁定，但刚刚有多次密码错误。本人曾登录过的浏览器单独计数。",
    "The account is not locked, but there were wrong passwords just before. A browser in which the person has signed in before is counted apart.",
  ],
  failures: ["失败多少次后", "After so many"],
  failuresHint: ["应小于锁定前的错误次数。", "Less than what locks the account."],
  unknown_network: ["新的网络", "A new network"],
  unknown_networkHint: [
    "此人 90 天内没有从该网络登录过：按网络数据库中的运营商判断；没有数据库时按地址段（IPv4 /24、IPv6 /48）判断。",
    "The person has not signed in from it during the last 90 days: the provider's, where there is a database of networks, else the /24 of an IPv4 address, the /48 of an IPv6 address.",
  ],
  impossible_travel: ["异地登录间隔过短", "Impossible travel"],
  impossible_travelHint: [
    "与上次登录地点的距离在这段时间内无法到达；不足 100 公里的不计。需要每个节点都配置城市数据库（places.city_database）。",
    "Nobody travels so far from the place of the last sign-in in that time; less than 100 km does not count. It needs a database of cities on every node (places.city_database).",
  ],
  km_per_hour: ["最高速度（公里/小时）", "Fastest travel (km per hour)"],
  km_per_hourHint: ["客机约为 900。", "An airliner makes about 900."],
});

type Signal = "new_device" | "many_failures" | "unknown_network" | "impossible_travel";

/** A signal is answered by asking, or not at all. */
function Ask({ at, signal }: { at: Part["at"]; signal: Signal }) {
  return (
    <Form.Item
      name={[...at, signal]}
      label={t[signal]}
      extra={t[`${signal}Hint`]}
      valuePropName="checked"
      getValueProps={(answer) => ({ checked: answer === "ask" })}
      normalize={(on: boolean) => (on ? "ask" : "off")}
    >
      <Switch />
    </Form.Item>
  );
}

/** What is asked where a sign-in is unlike the earlier ones. */
export function RiskFields({ at, path = at }: Part) {
  const travels = Form.useWatch([...path, "impossible_travel"]) === "ask";
  const counts = Form.useWatch([...path, "many_failures"]) === "ask";
  return (
    <>
      <Typography.Paragraph type="secondary">{t.lead}</Typography.Paragraph>
      <Ask at={at} signal="new_device" />
      <Ask at={at} signal="many_failures" />
      <Form.Item name={[...at, "failures"]} label={t.failures} extra={t.failuresHint} hidden={!counts}>
        <InputNumber min={1} max={100} precision={0} />
      </Form.Item>
      <Ask at={at} signal="unknown_network" />
      <Ask at={at} signal="impossible_travel" />
      <Form.Item name={[...at, "km_per_hour"]} label={t.km_per_hour} extra={t.km_per_hourHint} hidden={!travels}>
        <InputNumber min={100} max={10_000} precision={0} />
      </Form.Item>
    </>
  );
}
