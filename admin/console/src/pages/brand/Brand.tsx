import { useSuspenseQuery } from "@tanstack/react-query";
import { ColorPicker, Form } from "antd";

import { useMay } from "../../api/caller";
import { api, told, versioned } from "../../api/client";
import type { Brand as BrandValues } from "../../api/schema";
import { texts } from "../../language/texts";
import { LocalTextItem } from "../../parts/LocalTextItem";
import { PageHeader } from "../../parts/PageHeader";
import { SettingsForm } from "../../parts/SettingsForm";
import { PicturesCard, usePictures } from "./PicturesCard";
import { SignInPreview } from "./SignInPreview";

const t = texts({
  title: ["品牌配置", "Brand"],
  lead: [
    "成员在登录页、门户和提示页上看到的名称与颜色。",
    "The name and the colour that people see when they sign in, on the portal, and when they are turned away.",
  ],
  organisation: ["组织名称", "Name of the organisation"],
  colour: ["主题色", "Colour"],
  colourHint: ["用于按钮、链接和标识。", "Of buttons, links and the mark."],
  contact: ["帮助联系方式", "Whom to ask for help"],
  contactHint: ["显示在每个页面底部，例如邮箱或电话。", "At the foot of every page: a mail address or a number."],
});

export default function Brand() {
  const may = useMay();
  const { data } = useSuspenseQuery({ queryKey: ["brand", "edit"], queryFn: () => versioned(api.GET("/brand")) });
  const { value, etag } = data;
  const pictures = usePictures();
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} />
      <SettingsForm<BrandValues>
        key={etag}
        initial={value}
        mayChange={may("appearance:change")}
        send={(brand) => told(api.PUT("/brand", { params: { header: { "If-Match": etag } }, body: brand }))}
        preview={(brand) => <SignInPreview brand={brand} pictures={pictures} />}
      >
        <LocalTextItem name={["organisation"]} label={t.organisation} />
        <Form.Item
          name="colour"
          label={t.colour}
          extra={t.colourHint}
          getValueFromEvent={(colour: { toHexString(): string }) => colour.toHexString().slice(0, 7)}
        >
          <ColorPicker disabledAlpha format="hex" showText />
        </Form.Item>
        <LocalTextItem name={["contact"]} label={t.contact} extra={t.contactHint} />
      </SettingsForm>
      <PicturesCard />
    </>
  );
}
