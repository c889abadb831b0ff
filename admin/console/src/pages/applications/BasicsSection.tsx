import { Form, Input, Select, Switch } from "antd";

import { texts } from "../../language/texts";
import { LocalTextItem } from "../../parts/LocalTextItem";
import { ChosenIconItem, IconItem } from "./ApplicationIcon";
import type { SectionProps } from "./sections";

const t = texts({
  name: ["名称", "Name"],
  description: ["说明", "Description"],
  descriptionHint: ["显示在门户的卡片上。", "Shown on the card in the portal."],
  hosts: ["域名", "Host names"],
  hostsHint: [
    "成员在浏览器中使用的域名，须解析到网关并有对应的证书。可用 *.example.com 匹配一级子域。",
    "What people type in the browser. They must lead to the gate, which needs a certificate for them. *.example.com stands for one level below.",
  ],
  prefix: ["路径前缀", "Path prefix"],
  prefixHint: ["同一域名下有多个应用时使用，否则为 /。", "For several applications at one host; otherwise /."],
  portal: ["显示在门户", "Show on the portal"],
});

export function BasicsSection({ id, title, icon }: SectionProps) {
  return (
    <>
      <LocalTextItem name={["name"]} label={t.name} required />
      {id && <IconItem id={id} name={title} />}
      {icon && <ChosenIconItem {...icon} />}
      <LocalTextItem name={["description"]} label={t.description} extra={t.descriptionHint} />
      <Form.Item name="hosts" label={t.hosts} extra={t.hostsHint} rules={[{ required: true }]}>
        <Select
          mode="tags"
          open={false}
          suffixIcon={null}
          tokenSeparators={[",", " "]}
          placeholder="wiki.example.com"
        />
      </Form.Item>
      <Form.Item name="path_prefix" label={t.prefix} extra={t.prefixHint}>
        <Input className="mono" style={{ maxWidth: 240 }} />
      </Form.Item>
      <Form.Item name="on_portal" label={t.portal} valuePropName="checked">
        <Switch />
      </Form.Item>
    </>
  );
}
