import { ColorPicker, Form, Slider, Switch } from "antd";

import { useMay } from "../../api/caller";
import { api, told, versioned } from "../../api/client";
import { useDraft } from "../../api/draft";
import type { Watermark as WatermarkValues } from "../../api/schema";
import { texts } from "../../language/texts";
import { ManagedMark } from "../../parts/ManagedMark";
import { PageHeader } from "../../parts/PageHeader";
import { SettingsForm } from "../../parts/SettingsForm";
import { PartsItem } from "./PartsItem";
import { WatermarkPreview } from "./WatermarkPreview";

const t = texts({
  title: ["安全水印", "Watermark"],
  lead: [
    "铺满页面的水印会写明看到它的人。哪些应用显示水印，在各应用中设置。",
    "A mark across each page names who is looking at it. Which applications carry it is decided for each of them.",
  ],
  enabled: ["启用水印", "Show the watermark"],
  opacity: ["不透明度", "Opacity"],
  size: ["字号", "Size of the letters"],
  angle: ["倾斜角度", "Angle"],
  gap: ["间距", "Distance between marks"],
  colour: ["颜色", "Colour"],
});

export default function Watermark() {
  const mayChange = useMay()("appearance:change");
  const draft = useDraft(["watermark"], () => versioned(api.GET("/watermark")));
  const { value, etag } = draft;
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        <ManagedMark kind="watermark" />
      </PageHeader>
      <SettingsForm<WatermarkValues>
        key={etag}
        initial={value}
        draft={draft}
        mayChange={mayChange}
        send={(watermark) => told(api.PUT("/watermark", { params: { header: { "If-Match": etag } }, body: watermark }))}
        preview={(watermark) => <WatermarkPreview watermark={watermark} />}
      >
        <Form.Item name="enabled" label={t.enabled} valuePropName="checked">
          <Switch />
        </Form.Item>
        <PartsItem disabled={!mayChange} />
        <Form.Item name="opacity_permille" label={t.opacity}>
          <Slider
            ariaLabelForHandle={t.opacity}
            min={10}
            max={500}
            step={10}
            tooltip={{ formatter: (n = 0) => `${n / 10} %` }}
          />
        </Form.Item>
        <Form.Item name="font_size" label={t.size}>
          <Slider ariaLabelForHandle={t.size} min={8} max={48} tooltip={{ formatter: (n) => `${n} px` }} />
        </Form.Item>
        <Form.Item name="angle" label={t.angle}>
          <Slider ariaLabelForHandle={t.angle} min={-90} max={90} tooltip={{ formatter: (n) => `${n}°` }} />
        </Form.Item>
        <Form.Item name="gap" label={t.gap}>
          <Slider ariaLabelForHandle={t.gap} min={40} max={800} step={10} tooltip={{ formatter: (n) => `${n} px` }} />
        </Form.Item>
        <Form.Item
          name="colour"
          label={t.colour}
          getValueFromEvent={(colour: { toHexString(): string }) => colour.toHexString().slice(0, 7)}
        >
          <ColorPicker disabledAlpha format="hex" showText />
        </Form.Item>
      </SettingsForm>
    </>
  );
}
