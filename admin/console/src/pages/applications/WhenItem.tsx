import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Select, TimePicker } from "antd";

import { texts } from "../../language/texts";
import { clockOf, minutesOf } from "./clock";

const t = texts({
  monday: ["周一", "Mon"],
  tuesday: ["周二", "Tue"],
  wednesday: ["周三", "Wed"],
  thursday: ["周四", "Thu"],
  friday: ["周五", "Fri"],
  saturday: ["周六", "Sat"],
  sunday: ["周日", "Sun"],
  days: ["星期", "Days"],
  everyDay: ["每天", "Every day"],
  from: ["从", "From"],
  to: ["到", "To"],
  zone: ["时区", "Time zone"],
  add: ["添加时间段", "Add a time"],
  remove: (n: number) => [`移除时间段 ${n}`, `Remove time ${n}`],
});

const DAYS = [t.monday, t.tuesday, t.wednesday, t.thursday, t.friday, t.saturday, t.sunday];
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ZONES = [...new Set([HERE, ...Intl.supportedValuesOf("timeZone"), "UTC"])];

type ClockProps = { value?: number; onChange?: (minutes: number) => void; label: string; isEnd?: boolean };

/** Minutes of the day, as a clock shows them. */
function Clock({ value, onChange, label, isEnd = false }: ClockProps) {
  return (
    <TimePicker
      format="HH:mm"
      aria-label={label}
      placeholder={label}
      allowClear={false}
      needConfirm={false}
      value={value === undefined ? null : clockOf(value)}
      onChange={(time) => time && onChange?.(minutesOf(time, isEnd))}
      style={{ width: 100 }}
    />
  );
}

/** The times at which a rule holds. */
export function WhenItem({ row }: { row: number }) {
  return (
    <Form.List name={[row, "when"]}>
      {(windows, { add, remove }) => (
        <Flex vertical gap={8}>
          {windows.map(({ key, name }, index) => (
            <Flex key={key} gap={8} wrap>
              <Form.Item name={[name, "days"]} noStyle>
                <Select
                  mode="multiple"
                  aria-label={t.days}
                  placeholder={t.everyDay}
                  style={{ minWidth: 200, flex: 1 }}
                  options={DAYS.map((label, index) => ({ value: index + 1, label }))}
                />
              </Form.Item>
              <Form.Item name={[name, "from"]} noStyle>
                <Clock label={t.from} />
              </Form.Item>
              <Form.Item name={[name, "to"]} noStyle>
                <Clock label={t.to} isEnd />
              </Form.Item>
              <Form.Item name={[name, "time_zone"]} noStyle>
                <Select
                  showSearch
                  aria-label={t.zone}
                  style={{ width: 180 }}
                  options={ZONES.map((value) => ({ value, label: value }))}
                />
              </Form.Item>
              <Button icon={<DeleteOutlined />} aria-label={t.remove(index + 1)} onClick={() => remove(name)} />
            </Flex>
          ))}
          <Button
            icon={<PlusOutlined />}
            style={{ alignSelf: "flex-start" }}
            onClick={() => add({ days: [1, 2, 3, 4, 5], from: 540, to: 1080, time_zone: HERE })}
          >
            {t.add}
          </Button>
        </Flex>
      )}
    </Form.List>
  );
}
