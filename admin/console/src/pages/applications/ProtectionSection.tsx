import { Flex, Form, InputNumber, Select } from "antd";

import { useMayEverywhere } from "../../api/caller";
import { texts } from "../../language/texts";
import { IpListChooser } from "../../parts/choosers";
import { OptionalPart } from "./OptionalPart";
import { SwitchItem } from "./UpstreamSection";

const t = texts({
  watermark: ["在页面上显示安全水印", "Show the watermark on its pages"],
  watermarkHint: [
    "水印的内容和样式在“安全水印”中统一设置。",
    "What it says and how it looks is decided under “Watermark”.",
  ],
  lists: ["IP 名单", "IP lists"],
  listsHint: ["除了对所有应用生效的名单之外，还须通过这些名单。", "In addition to those that hold for everything."],
  sockets: ["允许 WebSocket", "Allow WebSockets"],
  origins: ["允许的来源站点", "Origins that may open them"],
  originsHint: ["应用自己的域名总是允许。", "The hosts of the application itself always may."],
  body: ["请求体上限（字节）", "Largest body of a request (bytes)"],
  only: ["只用这些列表，不用全局列表", "These lists only, not those that hold everywhere"],
  onlyHint: [
    "全局列表拒绝的地址也能到达此应用；登录页仍受全局列表限制。",
    "Addresses that are kept out everywhere then reach this application. The sign-in page stays behind those lists.",
  ],
  bodyHint: ["留空不限制。", "Empty: no limit."],
  person: ["限制每个人的请求速率", "Limit the requests of each person"],
  address: ["限制每个地址的请求速率", "Limit the requests of each address"],
  rate: ["每秒", "A second"],
  burst: ["突发", "At once"],
});

export function ProtectionSection() {
  // A switch that says nothing of it follows its form.
  const isBound = !useMayEverywhere()("ip_lists:change") || undefined;
  return (
    <>
      <SwitchItem name={["watermark"]} label={t.watermark} extra={t.watermarkHint} />
      <Form.Item name="ip_lists" label={t.lists} extra={t.listsHint}>
        <IpListChooser mode="multiple" allowClear />
      </Form.Item>
      <SwitchItem name={["own_ip_lists_only"]} label={t.only} extra={t.onlyHint} disabled={isBound} />
      <SwitchItem name={["websockets", "enabled"]} label={t.sockets} />
      <Form.Item name={["websockets", "allowed_origins"]} label={t.origins} extra={t.originsHint}>
        <Select
          mode="tags"
          open={false}
          suffixIcon={null}
          tokenSeparators={[",", " "]}
          placeholder="https://app.example.com"
        />
      </Form.Item>
      <Form.Item name={["limits", "max_request_body"]} label={t.body} extra={t.bodyHint}>
        <InputNumber min={0} step={1_048_576} style={{ width: 240 }} />
      </Form.Item>
      <Rate field="per_principal" label={t.person} />
      <Rate field="per_address" label={t.address} />
    </>
  );
}

function Rate({ field, label }: { field: "per_principal" | "per_address"; label: string }) {
  return (
    <OptionalPart name={["limits", field]} label={label} begin={{ requests_per_second: 20, burst: 100 }}>
      <Flex gap={16} wrap>
        <Form.Item name={["limits", field, "requests_per_second"]} label={t.rate}>
          <InputNumber min={1} max={1_000_000} />
        </Form.Item>
        <Form.Item name={["limits", field, "burst"]} label={t.burst}>
          <InputNumber min={1} max={1_000_000} />
        </Form.Item>
      </Flex>
    </OptionalPart>
  );
}
