import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input, InputNumber, Radio, Select, Switch } from "antd";

import { useMay } from "../../api/caller";
import { texts } from "../../language/texts";
import { OptionalPart } from "./OptionalPart";
import { UpstreamTest } from "./UpstreamTest";

const t = texts({
  upstreams: ["上游地址", "Upstreams"],
  upstreamsHint: [
    "应用实际运行的主机和端口，例如 10.0.0.5:8080。多个上游按权重分担。",
    "The host and port where the application runs, such as 10.0.0.5:8080. Several share the load by weight.",
  ],
  weight: ["权重", "Weight"],
  add: ["添加上游", "Add an upstream"],
  remove: (n: number) => [`移除上游 ${n}`, `Remove upstream ${n}`],
  protocol: ["协议", "Protocol"],
  either: ["自动协商", "Whatever it offers"],
  tls: ["用 TLS 连接上游", "Reach it over TLS"],
  serverName: ["证书名称", "Name on its certificate"],
  ca: ["自有 CA（PEM）", "Authority of your own (PEM)"],
  caHint: ["留空则使用系统信任的 CA。", "Empty: those that the system trusts."],
  host: ["Host 请求头", "Host header"],
  preserve: ["保持访问的域名", "As the browser sent it"],
  fixed: ["固定为", "Always this"],
  health: ["主动健康检查", "Check its health"],
  healthPath: ["检查路径", "Path"],
  interval: ["间隔（毫秒）", "Every (milliseconds)"],
});

export function UpstreamSection() {
  const may = useMay();
  const host = Form.useWatch<string | undefined>(["pool", "host_header", "kind"]);
  return (
    <>
      <Form.Item label={t.upstreams} extra={t.upstreamsHint} required>
        <Form.List name={["pool", "upstreams"]}>
          {(rows, { add, remove }) => (
            <Flex vertical gap={8}>
              {rows.map(({ key, name }, index) => (
                <Flex key={key} gap={8}>
                  <Form.Item name={[name, "address"]} rules={[{ required: true }]} style={{ flex: 1, margin: 0 }}>
                    <Input className="mono" placeholder="10.0.0.5:8080" aria-label={t.upstreams} />
                  </Form.Item>
                  <Form.Item name={[name, "weight"]} style={{ margin: 0 }}>
                    <InputNumber min={1} max={1000} prefix={t.weight} aria-label={t.weight} />
                  </Form.Item>
                  <Button
                    icon={<DeleteOutlined />}
                    aria-label={t.remove(index + 1)}
                    // Not "false", which would be on in a form that is off.
                    disabled={rows.length === 1 || undefined}
                    onClick={() => remove(name)}
                  />
                </Flex>
              ))}
              <Button
                icon={<PlusOutlined />}
                onClick={() => add({ address: "", weight: 1 })}
                style={{ alignSelf: "flex-start" }}
              >
                {t.add}
              </Button>
            </Flex>
          )}
        </Form.List>
      </Form.Item>
      <Form.Item name={["pool", "protocol"]} label={t.protocol} initialValue="http1">
        <Radio.Group
          options={[
            { value: "http1", label: "HTTP/1.1" },
            { value: "http2", label: "HTTP/2 (gRPC)" },
            { value: "either", label: t.either },
          ]}
        />
      </Form.Item>
      <OptionalPart name={["pool", "tls"]} label={t.tls} begin={{ server_name: "" }}>
        <Form.Item name={["pool", "tls", "server_name"]} label={t.serverName} rules={[{ required: true }]}>
          <Input className="mono" placeholder="wiki.internal.example.com" />
        </Form.Item>
        <Form.Item name={["pool", "tls", "ca_pem"]} label={t.ca} extra={t.caHint}>
          <Input.TextArea className="mono" rows={3} placeholder="-----BEGIN CERTIFICATE-----" />
        </Form.Item>
      </OptionalPart>
      <Form.Item label={t.host}>
        <Flex gap={8} wrap>
          <Form.Item name={["pool", "host_header", "kind"]} noStyle initialValue="preserve">
            <Select
              aria-label={t.host}
              style={{ width: 220 }}
              options={[
                { value: "preserve", label: t.preserve },
                { value: "fixed", label: t.fixed },
              ]}
            />
          </Form.Item>
          {host === "fixed" && (
            <Form.Item name={["pool", "host_header", "value"]} noStyle rules={[{ required: true }]}>
              <Input className="mono" style={{ width: 260 }} aria-label={t.fixed} />
            </Form.Item>
          )}
        </Flex>
      </Form.Item>
      {may("applications:change") && <UpstreamTest />}
      <OptionalPart name={["pool", "health_check"]} label={t.health} begin={{ path: "/" }}>
        <Form.Item name={["pool", "health_check", "path"]} label={t.healthPath}>
          <Input className="mono" style={{ maxWidth: 320 }} />
        </Form.Item>
        <Form.Item name={["pool", "health_check", "interval_ms"]} label={t.interval}>
          <InputNumber min={500} max={600_000} step={1000} style={{ width: 200 }} />
        </Form.Item>
      </OptionalPart>
    </>
  );
}

/** A switch of a form. */
type SwitchProps = { name: (string | number)[]; label: string; extra?: string; disabled?: true };

export function SwitchItem({ name, label, extra, disabled }: SwitchProps) {
  return (
    <Form.Item name={name} label={label} extra={extra} valuePropName="checked">
      <Switch disabled={disabled} />
    </Form.Item>
  );
}
