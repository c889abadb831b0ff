import { Card, Flex, Segmented } from "antd";
import { useState } from "react";

import type { Brand, LocalText } from "../../api/schema";
import { type Language, language } from "../../language/language";
import { texts } from "../../language/texts";
import type { usePictures } from "./PicturesCard";

const t = texts({
  preview: ["登录页预览", "How the sign-in page looks"],
  desk: ["电脑", "Desktop"],
  phone: ["手机", "Phone"],
});

/** Both languages of the sign-in page; the reader may look at either, whichever they read. */
const WORDS = {
  "zh-CN": {
    title: "登录",
    lead: "使用您的账号登录",
    account: "用户名或邮箱",
    password: "密码",
    next: "登录",
    help: "需要帮助？请联系",
    link: "获取帮助",
  },
  en: {
    title: "Sign in",
    lead: "Use your account to continue",
    account: "Username or mail address",
    password: "Password",
    next: "Sign in",
    help: "Need help? Contact",
    link: "Get help",
  },
};

/** The sign-in page with a brand that is not saved yet. */
type Props = { brand: Brand; pictures: ReturnType<typeof usePictures> };

export function SignInPreview({ brand, pictures }: Props) {
  const [reader, setReader] = useState<Language>(language);
  const [device, setDevice] = useState<"desk" | "phone">("desk");
  const words = WORDS[reader];
  const other = reader === "en" ? "zh-CN" : "en";
  const said = (text?: LocalText) => text?.[reader] || text?.[other];
  const organisation = said(brand.organisation) || "Gatehouse";
  const contact = said(brand.contact);
  const help = contact ? `${words.help} ${contact}` : brand.help_link && words.link;
  const copyright = said(brand.copyright?.text)?.trim() || `© ${new Date().getUTCFullYear()} ${organisation}`;
  const colour = brand.colour ?? "#1f5eff";
  const field = { border: "1px solid #cbd2dc", borderRadius: 8, height: 36, marginTop: 4 };
  return (
    <Card
      title={t.preview}
      extra={
        <Flex gap={8} wrap>
          <Segmented
            value={reader}
            onChange={(to) => setReader(to)}
            options={[
              { value: "zh-CN" as const, label: "中文" },
              { value: "en" as const, label: "EN" },
            ]}
          />
          <Segmented
            value={device}
            onChange={(to) => setDevice(to)}
            options={[
              { value: "desk" as const, label: t.desk },
              { value: "phone" as const, label: t.phone },
            ]}
          />
        </Flex>
      }
    >
      <div
        lang={reader}
        aria-hidden
        style={{
          width: device === "phone" ? 300 : "100%",
          margin: "0 auto",
          display: "flex",
          gap: 24,
          alignItems: "center",
          background: "#f4f6f9",
          color: "#1b2330",
          borderRadius: 12,
          padding: device === "phone" ? 12 : 32,
          border: "1px solid #dde2ea",
        }}
      >
        {device === "desk" && pictures.illustration && (
          <img
            src={pictures.illustration.path}
            alt=""
            style={{ width: "38%", height: 380, objectFit: "cover", borderRadius: 8 }}
          />
        )}
        <div style={{ flex: 1, minWidth: 0 }}>
          <div
            style={{
              maxWidth: 340,
              margin: "0 auto",
              background: "#fff",
              borderRadius: 12,
              padding: 24,
              boxShadow: "0 1px 3px #0002",
            }}
          >
            <Flex gap={10} align="center" style={{ marginBottom: 20 }}>
              {pictures.logo ? (
                <img src={pictures.logo.path} alt="" style={{ height: 36, maxWidth: 240, objectFit: "contain" }} />
              ) : (
                <>
                  <span
                    style={{
                      background: colour,
                      color: "#fff",
                      borderRadius: 8,
                      width: 32,
                      height: 32,
                      display: "grid",
                      placeItems: "center",
                      fontWeight: 600,
                    }}
                  >
                    {organisation.slice(0, 1)}
                  </span>
                  <strong>{organisation}</strong>
                </>
              )}
            </Flex>
            <div style={{ fontSize: 20, fontWeight: 600, marginBottom: 4 }}>
              {said(brand.sign_in_title) || words.title}
            </div>
            <div style={{ color: "#586172", marginBottom: 16 }}>{said(brand.welcome) || words.lead}</div>
            <div style={{ fontSize: 13 }}>{words.account}</div>
            <div style={field} />
            <div style={{ fontSize: 13, marginTop: 12 }}>{words.password}</div>
            <div style={field} />
            <div
              style={{
                background: colour,
                color: "#fff",
                borderRadius: 8,
                textAlign: "center",
                padding: 8,
                marginTop: 20,
              }}
            >
              {words.next}
            </div>
          </div>
          <div style={{ textAlign: "center", fontSize: 12, color: "#586172", marginTop: 16 }}>
            {help && <div>{help}</div>}
            {brand.copyright?.shown && <div>{copyright}</div>}
          </div>
        </div>
      </div>
    </Card>
  );
}
