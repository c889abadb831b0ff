import { DeleteOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, theme, Typography, Upload } from "antd";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import type { Picture, PictureKind } from "../../api/schema";
import { texts } from "../../language/texts";
import { Failed } from "../../parts/Failed";
import { useAction } from "../../parts/useAction";

const t = texts({
  title: ["图片", "Pictures"],
  lead: [
    "PNG、JPEG 或 WebP，不超过 2 MiB。上传后立即生效，并会重新编码、去除附带信息。",
    "PNG, JPEG or WebP of at most 2 MiB. A picture takes effect at once; it is made anew, without what came along with it.",
  ],
  upload: ["上传", "Upload"],
  uploadTo: (name: string) => [`上传${name}`, `Upload: ${name}`],
  back: ["恢复默认", "Back to default"],
  backTo: (name: string) => [`恢复默认：${name}`, `Back to default: ${name}`],
  saved: ["图片已生效", "The picture is in its place"],
  removed: ["已恢复默认", "Back to default"],
  none: ["默认", "Default"],
});

type Kind = { kind: PictureKind; name: string; advice: string; isDark?: boolean };

const WORDS = texts({
  logo: ["标志", "Logo"],
  logoAdvice: [
    "横向，建议 480 × 120 像素，透明背景；替代名称前的字母标识。",
    "Wide, best 480 × 120 pixels on a transparent ground; in the place of the letter and the name.",
  ],
  logoDark: ["深色背景上的标志", "Logo on dark grounds"],
  logoDarkAdvice: ["尺寸同上，用于深色模式。", "Of the same size, for dark mode."],
  icon: ["图标", "Icon"],
  iconAdvice: [
    "正方形，建议 256 × 256 像素；显示在浏览器标签页。",
    "Square, best 256 × 256 pixels; in the browser's tab.",
  ],
  illustration: ["登录页插图", "Picture of the sign-in page"],
  illustrationAdvice: [
    "建议 1200 × 1600 像素；在宽屏上显示于登录表单旁。",
    "Best 1200 × 1600 pixels; beside the sign-in form where there is room.",
  ],
});

const KINDS: Kind[] = [
  { kind: "logo", name: WORDS.logo, advice: WORDS.logoAdvice },
  { kind: "logo_dark", name: WORDS.logoDark, advice: WORDS.logoDarkAdvice, isDark: true },
  { kind: "icon", name: WORDS.icon, advice: WORDS.iconAdvice },
  { kind: "illustration", name: WORDS.illustration, advice: WORDS.illustrationAdvice },
];

export type Pictures = Partial<Record<PictureKind, Picture>>;

/** The pictures that there are, by their kinds. */
export function usePictures() {
  const { data, error, refetch } = useQuery({
    queryKey: ["brand", "pictures"],
    queryFn: () => told(api.GET("/brand/pictures")),
  });
  const pictures: Pictures = Object.fromEntries((data?.items ?? []).map((picture) => [picture.kind, picture]));
  return { pictures, error, refetch };
}

/** What the brand shows in pictures. */
export function PicturesCard() {
  const { pictures, error, refetch } = usePictures();
  return (
    <Card title={t.title} style={{ marginTop: 16 }}>
      <Typography.Paragraph type="secondary">{t.lead}</Typography.Paragraph>
      <Flex vertical gap={20}>
        {error && <Failed error={error} onRetry={() => void refetch()} />}
        {KINDS.map((kind) => (
          <Place key={kind.kind} {...kind} picture={pictures[kind.kind]} />
        ))}
      </Flex>
    </Card>
  );
}

function Place({ kind, name, advice, isDark, picture }: Kind & { picture?: Picture }) {
  const may = useMay();
  const { act } = useAction();
  const queries = useQueryClient();
  const { token } = theme.useToken();
  const params = { path: { kind } };
  const put = async (file: File) => {
    const call = {
      params,
      body: file as never,
      bodySerializer: (body: unknown) => body as BodyInit,
      headers: { "Content-Type": "application/octet-stream" },
    };
    await act(() => told(api.PUT("/brand/pictures/{kind}", call)), t.saved);
    await queries.invalidateQueries({ queryKey: ["brand"] });
  };
  const remove = () => act(() => told(api.DELETE("/brand/pictures/{kind}", { params })), t.removed);
  return (
    <Flex gap={16} wrap align="center">
      <Flex
        align="center"
        justify="center"
        style={{
          width: 160,
          height: 88,
          flex: "none",
          borderRadius: 8,
          border: `1px solid ${token.colorBorder}`,
          background: isDark ? "#181e28" : "#fff",
          color: isDark ? "#e8ecf3" : "#3d4757",
          overflow: "hidden",
        }}
      >
        {picture ? (
          <img src={picture.path} alt={name} style={{ maxWidth: "100%", maxHeight: "100%", objectFit: "contain" }} />
        ) : (
          <span>{t.none}</span>
        )}
      </Flex>
      <Flex vertical gap={6} style={{ flex: "1 1 220px", minWidth: 0 }}>
        <Typography.Text strong>{name}</Typography.Text>
        <Typography.Text type="secondary">{advice}</Typography.Text>
        {may("appearance:change") && (
          <Flex gap={8} wrap>
            <Upload
              accept="image/png,image/jpeg,image/webp"
              showUploadList={false}
              beforeUpload={(file) => {
                void put(file);
                return false;
              }}
            >
              <Button size="small" icon={<UploadOutlined />} aria-label={t.uploadTo(name)}>
                {t.upload}
              </Button>
            </Upload>
            {picture && (
              <Button size="small" icon={<DeleteOutlined />} aria-label={t.backTo(name)} onClick={() => void remove()}>
                {t.back}
              </Button>
            )}
          </Flex>
        )}
      </Flex>
    </Flex>
  );
}
