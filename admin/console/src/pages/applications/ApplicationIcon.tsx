import { DeleteOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Avatar, Button, Flex, Form, Upload } from "antd";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { texts } from "../../language/texts";
import { useAction } from "../../parts/useAction";

const t = texts({
  label: ["图标", "Icon"],
  hint: [
    "正方形的 PNG、JPEG 或 WebP，不超过 2 MiB；立即生效，显示在门户上。",
    "A square PNG, JPEG or WebP of at most 2 MiB; it takes effect at once and is shown on the portal.",
  ],
  hintNew: [
    "正方形的 PNG、JPEG 或 WebP，不超过 2 MiB；发布后上传，显示在门户上。",
    "A square PNG, JPEG or WebP of at most 2 MiB; it is uploaded once the application is published, and shown on the portal.",
  ],
  choose: ["选择图标", "Choose an icon"],
  leaveOut: ["不使用图标", "No icon"],
  upload: ["上传图标", "Upload an icon"],
  remove: ["恢复为字母", "Back to a letter"],
  done: ["图标已更新", "The icon is changed"],
});

const KINDS = "image/png,image/jpeg,image/webp";

/** The address of an application's icon, if it has one. */
function useIcon(application: string): string | undefined {
  const { data } = useQuery({
    queryKey: ["application-icons"],
    queryFn: () => told(api.GET("/application-icons")),
    staleTime: 60_000,
  });
  return data?.items.find((icon) => icon.application === application)?.path;
}

/** An application's icon, or the letter in its place. */
export function ApplicationMark({ id, name, size = 28 }: { id: string; name: string; size?: number }) {
  const icon = useIcon(id);
  return (
    <Avatar
      shape="square"
      size={size}
      src={icon}
      alt=""
      style={{ flex: "none", background: icon ? "none" : "#3b5b92" }}
    >
      {name.slice(0, 1).toUpperCase()}
    </Avatar>
  );
}

/** Shows the icon, and changes it. */
export function IconItem({ id, name }: { id: string; name: string }) {
  const may = useMay();
  const { act } = useAction();
  const icon = useIcon(id);
  const params = { path: { id } };
  const put = (file: File) => {
    void act(() => putIcon(id, file), t.done);
    return false;
  };
  const remove = () => act(() => told(api.DELETE("/applications/{id}/icon", { params })), t.done);
  return (
    <Form.Item label={t.label} extra={t.hint}>
      <Flex gap={12} align="center" wrap>
        <ApplicationMark id={id} name={name} size={48} />
        {may("applications:change") && (
          <>
            <Upload accept={KINDS} showUploadList={false} beforeUpload={put}>
              <Button icon={<UploadOutlined />}>{t.upload}</Button>
            </Upload>
            {icon && (
              <Button icon={<DeleteOutlined />} onClick={() => void remove()}>
                {t.remove}
              </Button>
            )}
          </>
        )}
      </Flex>
    </Form.Item>
  );
}

export async function putIcon(id: string, file: File): Promise<void> {
  const call = {
    params: { path: { id } },
    body: file as never,
    bodySerializer: (body: unknown) => body as BodyInit,
    headers: { "Content-Type": "application/octet-stream" },
  };
  await told(api.PUT("/applications/{id}/icon", call));
}

export type ChosenIcon = { file?: File; choose: (file: File | undefined) => void };

/** Chooses the icon of an application that is not there yet. */
export function ChosenIconItem({ file, choose }: ChosenIcon) {
  const take = (file: File) => {
    choose(file);
    return false;
  };
  return (
    <Form.Item label={t.label} extra={t.hintNew}>
      <Flex gap={12} align="center" wrap>
        <Upload accept={KINDS} showUploadList={false} beforeUpload={take}>
          <Button icon={<UploadOutlined />}>{t.choose}</Button>
        </Upload>
        {file && (
          <>
            {file.name}
            <Button type="text" icon={<DeleteOutlined />} aria-label={t.leaveOut} onClick={() => choose(undefined)} />
          </>
        )}
      </Flex>
    </Form.Item>
  );
}
