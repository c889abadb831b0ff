import { DatePicker, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { texts } from "../../language/texts";

const t = texts({
  since: ["开始时间", "From"],
  until: ["结束时间", "To"],
  hour: ["最近 1 小时", "Last hour"],
  day: ["最近 24 小时", "Last 24 hours"],
  week: ["最近 7 天", "Last 7 days"],
  month: ["最近 30 天", "Last 30 days"],
});

/** Milliseconds since 1970; open on the side that is absent. */
export type Span = { since?: number; until?: number };

const ago = (amount: number, unit: "hour" | "day"): [Dayjs, null] => [dayjs().subtract(amount, unit), null];

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

type Text = { label: string; value: string | undefined; onChange: (text: string | undefined) => void };

/** A part of a text, looked for when it is entered. */
export function TextFilter({ label, value, onChange }: Text) {
  return (
    <Input.Search
      key={value}
      allowClear
      aria-label={label}
      placeholder={label}
      style={{ width: 190 }}
      defaultValue={value}
      onSearch={(text) => onChange(text.trim() || undefined)}
    />
  );
}

type Kinds<T extends string> = {
  label: string;
  names: Readonly<Record<T, string>>;
  value: T | undefined;
  onChange: (value: T | undefined) => void;
};

/** One of a few kinds. */
export function KindFilter<T extends string>({ label, names, value, onChange }: Kinds<T>) {
  return (
    <Select<T>
      allowClear
      aria-label={label}
      placeholder={label}
      style={{ minWidth: 150 }}
      popupMatchSelectWidth={false}
      value={value}
      onChange={onChange}
      options={(Object.entries(names) as [T, string][]).map(([kind, name]) => ({ value: kind, label: name }))}
    />
  );
}
