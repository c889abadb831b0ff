import { Card, Segmented } from "antd";
import { useEffect, useRef, useState } from "react";

import type { Watermark } from "../../api/schema";
import { texts } from "../../language/texts";
import { sampleText } from "./parts";

const t = texts({
  preview: ["预览", "Preview"],
  ground: ["深浅", "Light or dark"],
  light: ["浅色页面", "Light page"],
  dark: ["深色页面", "Dark page"],
  off: ["水印已关闭：页面上不会出现。", "The watermark is off: it shows on no page."],
  sample: ["季度经营数据（示例）", "Quarterly figures (a sample)"],
});

const [WIDTH, HEIGHT] = [640, 420];

/** The mark over a sample page, drawn as it is drawn over real ones. */
export function WatermarkPreview({ watermark }: { watermark: Watermark }) {
  const [isDark, setDark] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (pen) draw(pen, watermark);
  }, [watermark]);
  const ink = isDark ? "#d7dce5" : "#2a3342";
  return (
    <Card
      title={t.preview}
      extra={
        <Segmented
          aria-label={t.ground}
          value={isDark}
          onChange={setDark}
          options={[
            { value: false, label: t.light },
            { value: true, label: t.dark },
          ]}
        />
      }
    >
      <div
        style={{
          position: "relative",
          overflow: "hidden",
          borderRadius: 8,
          border: "1px solid #8886",
          background: isDark ? "#14171c" : "#fff",
          color: ink,
          aspectRatio: `${WIDTH} / ${HEIGHT}`,
          padding: 24,
          boxSizing: "border-box",
        }}
      >
        <strong style={{ fontSize: 18 }}>{t.sample}</strong>
        {[92, 85, 97, 64, 88, 72, 40].map((width) => (
          <div
            key={width}
            style={{ height: 9, width: `${width}%`, marginTop: 18, borderRadius: 4, background: ink, opacity: 0.22 }}
          />
        ))}
        <canvas
          ref={canvas}
          width={WIDTH}
          height={HEIGHT}
          aria-hidden
          style={{ position: "absolute", inset: 0, width: "100%", height: "100%", opacity: watermark.enabled ? 1 : 0 }}
        />
      </div>
      {!watermark.enabled && <p style={{ marginBottom: 0 }}>{t.off}</p>}
    </Card>
  );
}

/** White or black, whichever differs more from the colour. */
function edgeOf(colour: string): string {
  const n = parseInt(colour.slice(1), 16);
  const light = (n >> 16) * 3 + ((n >> 8) & 255) * 6 + (n & 255);
  return light > 1280 ? "#000" : "#fff";
}

function draw(pen: CanvasRenderingContext2D, watermark: Watermark): void {
  const { parts = [], opacity_permille = 120, font_size = 16, angle = -22, gap = 160, colour = "#202020" } = watermark;
  const text = sampleText(parts);
  const alpha = opacity_permille / 1000;
  pen.resetTransform();
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  pen.font = `${font_size}px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = font_size / 8;
  pen.fillStyle = colour;
  pen.strokeStyle = edgeOf(colour);
  const across = pen.measureText(text).width + gap;
  const down = font_size + gap;
  const reach = Math.hypot(WIDTH, HEIGHT) / 2 + across;
  pen.translate(WIDTH / 2, HEIGHT / 2);
  pen.rotate((angle * Math.PI) / 180);
  let isOdd = false;
  for (let y = -reach; y < reach; y += down, isOdd = !isOdd) {
    for (let x = -reach - (isOdd ? across / 2 : 0); x < reach; x += across) {
      pen.globalAlpha = Math.min(alpha * 1.5, 1);
      pen.strokeText(text, x, y);
      pen.globalCompositeOperation = "destination-out";
      pen.globalAlpha = 1;
      pen.fillText(text, x, y);
      pen.globalCompositeOperation = "source-over";
      pen.globalAlpha = alpha;
      pen.fillText(text, x, y);
    }
  }
}
