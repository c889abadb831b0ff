import { Empty, Flex, Result, Typography } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { texts } from "../language/texts";

const t = texts({
  forbidden: ["您没有查看此页面的权限", "You may not see this page"],
  forbiddenMore: ["如果您需要，请联系组织的所有者。", "If you need it, ask an owner of the organisation."],
  nowhere: ["找不到这个页面", "There is no such page"],
  home: ["回到概览", "Back to the overview"],
});

/** A list without rows: what it is for, and what to do first. */
export function Nothing({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <Flex justify="center" style={{ padding: "40px 16px" }}>
      <Empty
        image={Empty.PRESENTED_IMAGE_SIMPLE}
        description={
          <>
            <Typography.Text strong>{title}</Typography.Text>
            {hint && (
              <Typography.Paragraph type="secondary" style={{ margin: "4px 0 0", maxWidth: 480 }}>
                {hint}
              </Typography.Paragraph>
            )}
          </>
        }
      >
        {action}
      </Empty>
    </Flex>
  );
}

export function Forbidden() {
  return <Result status="403" title={t.forbidden} subTitle={t.forbiddenMore} />;
}

export function NoSuchPlace() {
  return <Result status="404" title={t.nowhere} extra={<Link to="/">{t.home}</Link>} />;
}
