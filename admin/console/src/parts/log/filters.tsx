import { DatePicker, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { texts } from "../../language/texts";
import { MemberChooser } from "../choosers";

const t = texts({
  since: ["开始时间", "From"],
  until: ["结束时间", "To"],
  hour: ["最近 1 小时", "Last hour"],
  day: ["最近 24 小时", "Last 24 hours"],
  week: ["最近 7 天", "Last 7 days"],
  month: ["最近 30 天", "Last 30 days"],
  person: ["成员", "Person"],
  address: ["来源地址", "Address"],
});

/** Milliseconds since 1970; open on the side that is absent. */
export type Span = { since?: number; until?: number };

const ago = (amount: number, unit: "hour" | "day"): [Dayjs, Dayjs] => [dayjs().subtract(amount, unit), dayjs()];

export function SpanFilter({ value, onChange }: { value: Span; onChange: (span: Span) => void }) {
  const at = (moment: number | undefined) => (moment === undefined ? null : dayjs(moment));
  return (
    <DatePicker.RangePicker
      showTime
      allowEmpty
      placeholder={[t.since, t.until]}
      value={[at(value.since), at(value.until)]}
      presets={[
        { label: t.hour, value: ago(1, "hour") },
        { label: t.day, value: ago(1, "day") },
        { label: t.week, value: ago(7, "day") },
        { label: t.month, value: ago(30, "day") },
      ]}
      onChange={(range) => onChange({ since: range?.[0]?.valueOf(), until: range?.[1]?.valueOf() })}
    />
  );
}

type Choice<T> = { value: T | undefined; onChange: (value: T | undefined) => void };

export function PersonFilter({ value, onChange }: Choice<string>) {
  return (
    <MemberChooser
      allowClear
      aria-label={t.person}
      placeholder={t.person}
      style={{ width: 200 }}
      value={value}
      onChange={(chosen) => onChange(chosen ? String(chosen) : undefined)}
    />
  );
}

export function AddressFilter({ onChange }: Pick<Choice<string>, "onChange">) {
  return (
    <Input.Search
      allowClear
      aria-label={t.address}
      placeholder={t.address}
      style={{ width: 200 }}
      onSearch={(text) => onChange(text.trim() || undefined)}
    />
  );
}

type Kinds<T extends string> = Choice<T> & { label: string; names: Readonly<Record<T, string>> };

/** One of a few kinds. */
export function KindFilter<T extends string>({ label, names, value, onChange }: Kinds<T>) {
  return (
    <Select<T>
      allowClear
      aria-label={label}
      placeholder={label}
      style={{ width: 160 }}
      value={value}
      onChange={onChange}
      options={(Object.entries(names) as [T, string][]).map(([kind, name]) => ({ value: kind, label: name }))}
    />
  );
}
