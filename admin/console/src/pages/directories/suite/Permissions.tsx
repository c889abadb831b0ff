import { CheckCircleFilled, CloseCircleFilled, MinusCircleFilled, QuestionCircleFilled } from "@ant-design/icons";
import { Flex, Typography } from "antd";

import type { SuitePermission } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { reasonText } from "../../sync-runs/words";

const t = texts({
  title: ["应用权限", "Permissions of the application"],
  granted: ["已授权", "granted"],
  missing: ["缺少", "missing"],
  optional: ["未授权（可选）", "not granted, and not needed"],
  unknown: ["无法确认", "not known"],
});

function state({ is_granted, is_needed }: SuitePermission) {
  if (is_granted) return { text: t.granted, icon: <CheckCircleFilled style={{ color: "var(--ant-color-success)" }} /> };
  if (is_granted !== false) return { text: t.unknown, icon: <QuestionCircleFilled /> };
  if (!is_needed) return { text: t.optional, icon: <MinusCircleFilled /> };
  return { text: t.missing, icon: <CloseCircleFilled style={{ color: "var(--ant-color-error)" }} /> };
}

/** What the application needs to be allowed, and whether it is. */
export function Permissions({ permissions }: { permissions: SuitePermission[] }) {
  if (permissions.length === 0) return null;
  return (
    <div>
      <Typography.Text strong>{t.title}</Typography.Text>
      {permissions.map((one) => {
        const { icon, text } = state(one);
        return (
          <Flex key={one.name} gap={8} wrap align="center">
            {icon}
            <Typography.Text className="mono" copyable={one.is_granted === false}>
              {one.name}
            </Typography.Text>
            <Typography.Text type="secondary">
              {reasonText(one.purpose)} · {text}
            </Typography.Text>
          </Flex>
        );
      })}
    </div>
  );
}
