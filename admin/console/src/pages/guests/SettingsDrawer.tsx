import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Form, InputNumber, Radio } from "antd";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { api, told, type Versioned, versioned } from "../../api/client";
import type { GuestSettings } from "../../api/schema";
import { texts } from "../../language/texts";
import { FormDrawer } from "../../parts/FormDrawer";
import { t as words } from "./words";

const t = texts({
  share: ["每 100 名成员可邀请的访客数", "Guests for each 100 members"],
  shareHint: ["不足 100 名按 100 名计算。", "Begun hundreds count."],
  extra: ["额外名额", "And so many more"],
  defaultDays: ["默认有效期（天）", "Invited for (days), unless told"],
  notice: ["到期前提醒（天）", "Told before the end (days)"],
  noticeHint: ["提醒访客和邀请人；0 表示不提醒。", "The guest and the sponsor are told; 0: they are not."],
  language: ["提醒语言", "In which language"],
  sponsor: ["邀请人停用或离职后", "When a sponsor can no longer sign in"],
  suspend: ["停用其访客，直到更换邀请人", "Suspend their guests until they have another"],
  keep: ["保留其访客，直到到期", "Keep their guests until their end"],
});

/** How many guests, for how long, and what becomes of those whom nobody answers for. */
export function SettingsDrawer({ onClose }: { onClose: () => void }) {
  const { data } = useQuery({
    queryKey: ["guest-settings"],
    queryFn: () => versioned(api.GET("/guest-settings")),
  });
  return data && <SettingsForm settings={data} onClose={onClose} />;
}

function SettingsForm({ settings, onClose }: { settings: Versioned<GuestSettings>; onClose: () => void }) {
  const mayChange = useMay()("guests:change");
  const queries = useQueryClient();
  // As they were when the form was opened: its fields and the version that is sent are one pair.
  const [{ value, etag }] = useState(settings);
  return (
    <FormDrawer<GuestSettings>
      title={words.settings}
      initial={value}
      disabled={!mayChange}
      send={(body) => told(api.PUT("/guest-settings", { params: { header: { "If-Match": etag } }, body }))}
      onClose={(isDone) => {
        if (isDone) void queries.invalidateQueries();
        onClose();
      }}
    >
      <Form.Item name="per_hundred" label={t.share} extra={t.shareHint}>
        <InputNumber min={0} max={10_000} precision={0} />
      </Form.Item>
      <Form.Item name="extra" label={t.extra}>
        <InputNumber min={0} max={1_000_000} precision={0} />
      </Form.Item>
      <Form.Item name="default_days" label={t.defaultDays}>
        <InputNumber min={1} max={400} precision={0} />
      </Form.Item>
      <Form.Item name="notice_days" label={t.notice} extra={t.noticeHint}>
        <InputNumber min={0} max={90} precision={0} />
      </Form.Item>
      <Form.Item name="notice_language" label={t.language}>
        <Radio.Group
          options={[
            { value: "zh-CN", label: "中文" },
            { value: "en", label: "English" },
          ]}
        />
      </Form.Item>
      <Form.Item name="when_sponsor_leaves" label={t.sponsor}>
        <Radio.Group
          vertical
          options={[
            { value: "suspend", label: t.suspend },
            { value: "keep", label: t.keep },
          ]}
        />
      </Form.Item>
    </FormDrawer>
  );
}
