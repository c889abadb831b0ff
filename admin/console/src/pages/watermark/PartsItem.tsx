import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, Form, Input } from "antd";

import type { WatermarkPart } from "../../api/schema";
import { texts } from "../../language/texts";
import { PARTS } from "./parts";

const t = texts({
  label: ["内容", "What it says"],
  hint: ["按顺序排列，个人没有的内容会略过。", "In this order; what a person has not is left out."],
  add: ["添加内容", "Add a part"],
  up: (part: string) => [`上移：${part}`, `Move up: ${part}`],
  down: (part: string) => [`下移：${part}`, `Move down: ${part}`],
  remove: (part: string) => [`移除：${part}`, `Remove: ${part}`],
});

type Props = { value?: WatermarkPart[]; onChange?: (parts: WatermarkPart[]) => void; disabled?: boolean };

/** The parts of the mark, in their order. */
function Parts({ value = [], onChange, disabled }: Props) {
  const put = (index: number, part: WatermarkPart) => onChange?.(value.map((old, at) => (at === index ? part : old)));
  const swap = (one: number, other: number) => {
    const parts = [...value];
    const [a, b] = [parts[one], parts[other]];
    if (a && b) [parts[one], parts[other]] = [b, a];
    onChange?.(parts);
  };
  const missing = (Object.keys(PARTS) as WatermarkPart["kind"][]).filter(
    (kind) => kind === "text" || !value.some((part) => part.kind === kind),
  );
  return (
    <Flex vertical gap={8}>
      {value.map((part, index) => (
        <Flex key={`${part.kind}-${index}`} gap={4} align="center">
          <span style={{ flex: 1, minWidth: 0 }}>
            {part.kind === "text" ? (
              <Input
                value={part.text}
                aria-label={PARTS.text}
                placeholder={PARTS.text}
                maxLength={100}
                onChange={(event) => put(index, { kind: "text", text: event.target.value })}
              />
            ) : (
              PARTS[part.kind]
            )}
          </span>
          <Button
            type="text"
            size="small"
            icon={<ArrowUpOutlined />}
            aria-label={t.up(nameOf(part))}
            disabled={disabled || index === 0}
            onClick={() => swap(index, index - 1)}
          />
          <Button
            type="text"
            size="small"
            icon={<ArrowDownOutlined />}
            aria-label={t.down(nameOf(part))}
            disabled={disabled || index === value.length - 1}
            onClick={() => swap(index, index + 1)}
          />
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t.remove(nameOf(part))}
            disabled={disabled}
            onClick={() => onChange?.(value.filter((_, at) => at !== index))}
          />
        </Flex>
      ))}
      <Dropdown
        trigger={["click"]}
        disabled={disabled}
        menu={{
          items: missing.map((kind) => ({ key: kind, label: PARTS[kind] })),
          onClick: ({ key }) =>
            onChange?.([...value, key === "text" ? { kind: "text", text: "" } : ({ kind: key } as WatermarkPart)]),
        }}
      >
        <Button icon={<PlusOutlined />} style={{ alignSelf: "flex-start" }}>
          {t.add}
        </Button>
      </Dropdown>
    </Flex>
  );
}

/** What tells a part from the others, of which several may be texts. */
function nameOf(part: WatermarkPart): string {
  return part.kind === "text" && part.text ? part.text : PARTS[part.kind];
}

export function PartsItem({ disabled }: { disabled: boolean }) {
  return (
    <Form.Item name="parts" label={t.label} extra={t.hint}>
      <Parts disabled={disabled} />
    </Form.Item>
  );
}
