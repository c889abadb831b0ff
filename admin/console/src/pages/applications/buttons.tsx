import { DeleteOutlined, ExportOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useNavigate } from "react-router";

import { texts } from "../../language/texts";
import { useAction } from "../../parts/useAction";

const t = texts({
  visit: ["打开应用", "Open it"],
  remove: ["删除", "Delete"],
  title: (name: string) => [`删除应用“${name}”？`, `Delete the application “${name}”?`],
  text: [
    "它的域名会立即停止服务，打开的连接会被中断。应用本身和日志不受影响。此操作不可撤销。",
    "Its host names are served no longer and open connections are cut off at once. The application itself and the logs stay. This cannot be undone.",
  ],
});

export function VisitButton({ address }: { address: string | undefined }) {
  if (!address) return null;
  return (
    <Button icon={<ExportOutlined />} href={address} target="_blank">
      {t.visit}
    </Button>
  );
}

export function RemoveButton({ name, remove }: { name: string; remove: () => Promise<unknown> }) {
  const go = useNavigate();
  const { ask } = useAction();
  const leave = () => void go("/applications");
  return (
    <Button
      danger
      icon={<DeleteOutlined />}
      onClick={() => ask({ title: t.title(name), content: t.text, okText: t.remove, isDanger: true }, remove, leave)}
    >
      {t.remove}
    </Button>
  );
}
