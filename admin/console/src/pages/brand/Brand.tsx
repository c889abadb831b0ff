import { UndoOutlined } from "@ant-design/icons";
import { Button, ColorPicker, Form, Input, Switch } from "antd";

import { useMay } from "../../api/caller";
import { api, told, versioned } from "../../api/client";
import { useDraft } from "../../api/draft";
import type { Brand as BrandValues } from "../../api/schema";
import { texts } from "../../language/texts";
import { LocalTextItem } from "../../parts/LocalTextItem";
import { ManagedMark } from "../../parts/ManagedMark";
import { PageHeader } from "../../parts/PageHeader";
import { SettingsForm } from "../../parts/SettingsForm";
import { useAction } from "../../parts/useAction";
import { MethodsInput } from "./MethodsInput";
import { PicturesCard, usePictures } from "./PicturesCard";
import { SignInPreview } from "./SignInPreview";

const t = texts({
  title: ["品牌配置", "Brand"],
  lead: [
    "成员在登录页、门户和提示页上看到的名称与颜色。",
    "The name and the colour that people see when they sign in, on the portal, and when they are turned away.",
  ],
  reset: ["恢复默认", "Back to default"],
  resetTitle: ["恢复默认品牌？", "Bring the brand back to default?"],
  resetText: [
    "名称、颜色、文字和全部图片将恢复为默认，立即对所有人生效。",
    "Name, colour, texts and all pictures become the default ones, for everybody at once.",
  ],
  organisation: ["组织名称", "Name of the organisation"],
  colour: ["主题色", "Colour"],
  colourHint: ["用于按钮、链接和标识。", "Of buttons, links and the mark."],
  contact: ["帮助联系方式", "Whom to ask for help"],
  helpLink: ["帮助链接", "Link to help"],
  helpLinkHint: [
    "显示在每个页面底部，以 https:// 或 mailto: 开头。",
    "At the foot of every page; begins with https:// or mailto:.",
  ],
  signInTitle: ["登录页标题", "Heading of the sign-in page"],
  signInTitleHint: ["留空则显示“登录”。", "“Sign in” where it is empty."],
  welcome: ["登录页欢迎语", "Welcome on the sign-in page"],
  welcomeHint: ["显示在标题下方。", "Below the heading."],
  methods: ["登录方式", "Ways to sign in"],
  methodsHint: [
    "登录页上显示哪些方式及其顺序，排在首位的直接显示。已连接的目录总会显示，未勾选的排在最后。此处只影响显示，不会停用某种方式。",
    "Which the sign-in page offers, in this order; it opens with the first. Directories are shown in any case, those that are not ticked last. This is about what is shown: no way is closed by it.",
  ],
  copyright: ["显示版权信息", "Show a copyright line"],
  copyrightText: ["版权文字", "Copyright text"],
  copyrightHint: ["留空则为年份加组织名称。", "The year and the organisation where it is empty."],
  contactHint: ["显示在每个页面底部，例如邮箱或电话。", "At the foot of every page: a mail address or a number."],
});

/** What is left out is as it was at first. */
const NOTHING = {} as BrandValues;

export default function Brand() {
  const may = useMay();
  const draft = useDraft(["brand", "edit"], () => versioned(api.GET("/brand")));
  const { value, etag, latest } = draft;
  const { pictures } = usePictures();
  const { ask } = useAction();
  const reset = () =>
    ask(
      { title: t.resetTitle, content: t.resetText, okText: t.reset, isDanger: true },
      () => bringBack(latest.etag),
      () => void draft.renew(),
    );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead}>
        <ManagedMark kind="brand" />
        {may("appearance:change") && (
          <Button icon={<UndoOutlined />} onClick={reset}>
            {t.reset}
          </Button>
        )}
      </PageHeader>
      <SettingsForm<BrandValues>
        key={etag}
        initial={value}
        draft={draft}
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
        <Form.Item name="help_link" label={t.helpLink} extra={t.helpLinkHint}>
          <Input maxLength={500} inputMode="url" placeholder="https://" />
        </Form.Item>
        <LocalTextItem name={["sign_in_title"]} label={t.signInTitle} extra={t.signInTitleHint} />
        <LocalTextItem name={["welcome"]} label={t.welcome} extra={t.welcomeHint} />
        <Form.Item name="sign_in_methods" label={t.methods} extra={t.methodsHint}>
          <MethodsInput />
        </Form.Item>
        <Form.Item name={["copyright", "shown"]} label={t.copyright} valuePropName="checked">
          <Switch />
        </Form.Item>
        <LocalTextItem name={["copyright", "text"]} label={t.copyrightText} extra={t.copyrightHint} />
      </SettingsForm>
      <PicturesCard />
    </>
  );
}

/** Everything as it was at first. Where somebody else has changed it meanwhile, the pictures stay, too. */
async function bringBack(etag: string): Promise<void> {
  await told(api.PUT("/brand", { params: { header: { "If-Match": etag } }, body: NOTHING }));
  const { items } = await told(api.GET("/brand/pictures"));
  for (const { kind } of items) await told(api.DELETE("/brand/pictures/{kind}", { params: { path: { kind } } }));
}
