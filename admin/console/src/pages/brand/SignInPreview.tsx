import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert, Card, Flex, Segmented, Spin } from "antd";
import { useLayoutEffect, useRef, useState } from "react";

import { api, told } from "../../api/client";
import { reasonsOf } from "../../api/problem";
import type { Brand } from "../../api/schema";
import { type Language, language } from "../../language/language";
import { texts } from "../../language/texts";
import { useSettled } from "../../parts/useSettled";
import type { Pictures } from "./PicturesCard";

const t = texts({
  preview: ["登录页预览", "How the sign-in page looks"],
  desk: ["电脑", "Desktop"],
  phone: ["手机", "Phone"],
  day: ["浅色", "Light"],
  night: ["深色", "Dark"],
  failed: ["无法生成预览", "No preview could be made"],
  reader: ["语言", "Language"],
  ground: ["深浅", "Light or dark"],
  screen: ["屏幕", "Screen"],
});

/** How large the page is to those who sign in; it is shown as much smaller as there is room. */
const SCREENS = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 760 } };
type Screen = keyof typeof SCREENS;

type Props = { brand: Brand; pictures: Pictures };

/** The sign-in page itself, written by the server with a brand that is not saved yet. */
export function SignInPreview({ brand, pictures }: Props) {
  const [reader, setReader] = useState<Language>(language);
  const [screen, setScreen] = useState<Screen>("desk");
  const [ground, setGround] = useState<"light" | "dark">("light");
  // As text, since the form makes a new object of it at each look.
  const draft = useSettled(JSON.stringify(brand));
  const { data, error, isError } = useQuery({
    queryKey: ["brand", "preview", draft, reader, pictures],
    queryFn: () => {
      const body = { brand: JSON.parse(draft) as Brand, language: reader };
      return told(api.POST("/brand/preview", { body }));
    },
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  });
  const page = data?.page;
  return (
    <Card
      title={t.preview}
      extra={
        <Flex gap={8} wrap justify="end">
          <Segmented
            aria-label={t.reader}
            value={reader}
            onChange={setReader}
            options={[
              { value: "zh-CN" as const, label: "中文" },
              { value: "en" as const, label: "EN" },
            ]}
          />
          <Segmented
            aria-label={t.ground}
            value={ground}
            onChange={setGround}
            options={[
              { value: "light" as const, label: t.day },
              { value: "dark" as const, label: t.night },
            ]}
          />
          <Segmented
            aria-label={t.screen}
            value={screen}
            onChange={setScreen}
            options={[
              { value: "desk" as const, label: t.desk },
              { value: "phone" as const, label: t.phone },
            ]}
          />
        </Flex>
      }
    >
      {isError && (
        <Alert
          type="warning"
          showIcon
          title={t.failed}
          description={reasonsOf(error).join("\n")}
          style={{ marginBottom: 16, whiteSpace: "pre-line" }}
        />
      )}
      <Spin spinning={page === undefined && !isError}>
        <Scaled screen={screen} ground={ground} page={page ?? ""} />
      </Spin>
    </Card>
  );
}

/** A page as large as a screen, scaled to the place that there is. It can be looked at, not used. */
function Scaled({ screen, ground, page }: { screen: Screen; ground: "light" | "dark"; page: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    if (!place.current) return;
    const watch = new ResizeObserver(([entry]) => setRoom(entry?.contentRect.width ?? 0));
    watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  const { width, height } = SCREENS[screen];
  const scale = Math.min(1, room / width);
  return (
    <div ref={place} inert style={{ height: height * scale, overflow: "hidden" }}>
      <iframe
        title={t.preview}
        sandbox="allow-same-origin"
        srcDoc={page}
        style={{
          width,
          height,
          border: "1px solid #8884",
          borderRadius: 12,
          colorScheme: ground,
          transformOrigin: "0 0",
          transform: `translateX(${Math.max(0, (room - width * scale) / 2)}px) scale(${scale})`,
        }}
      />
    </div>
  );
}
