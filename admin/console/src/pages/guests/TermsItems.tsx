import { DatePicker, Form, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";

import { useGuestFacts } from "./useGuestFacts";
import { t } from "./words";

const LONGEST_DAYS = 400;

/** Until when guests come in, and into which group they are put. */
export function TermsItems() {
  const { groups } = useGuestFacts();
  const isOut = (day: Dayjs) => day.isBefore(dayjs(), "day") || day.isAfter(dayjs().add(LONGEST_DAYS, "day"));
  return (
    <>
      <Form.Item
        name="expires_at"
        label={t.ends}
        extra={t.endsHint}
        rules={[{ required: true }]}
        getValueProps={(at: number | null | undefined) => ({ value: at ? dayjs(at) : null })}
        normalize={(at: Dayjs | null) => at?.valueOf()}
      >
        <DatePicker
          showTime={{ format: "HH:mm" }}
          format="YYYY-MM-DD HH:mm"
          disabledDate={isOut}
          style={{ width: "100%" }}
          presets={[7, 30, 90, 180].map((days) => ({ label: `+${days}`, value: dayjs().add(days, "day") }))}
        />
      </Form.Item>
      <Form.Item name="guest_group" label={t.group} extra={t.groupHint}>
        <Select
          allowClear
          placeholder={t.noGroup}
          options={groups.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
    </>
  );
}
