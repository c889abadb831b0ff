import { Button, Empty, Flex, Typography } from "antd";

import type { MemberDetail } from "../../../api/schema";
import { texts } from "../../../language/texts";
import css from "../members.module.css";
import { useMemberDeeds } from "./useMemberDeeds";

const t = texts({ none: ["您的角色不能修改账号", "Your role cannot change accounts"] });

/** What can be done about an account, each with what it does. */
export function MemberSecurity({ member, onGone }: { member: MemberDetail; onGone: () => void }) {
  const { deeds, shown } = useMemberDeeds(member, onGone);
  if (deeds.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.none} />;
  return (
    <ul className={css.deeds}>
      {deeds.map(({ key, title, text, isDanger, refusal, run }) => (
        <li key={key}>
          <Flex justify="space-between" align="center" gap={16} wrap>
            <div style={{ flex: "1 1 260px" }}>
              <Typography.Text strong>{title}</Typography.Text>
              <Typography.Text type="secondary" style={{ display: "block" }}>
                {refusal ?? text}
              </Typography.Text>
            </div>
            <Button danger={isDanger} disabled={refusal !== undefined} onClick={run}>
              {title}
            </Button>
          </Flex>
        </li>
      ))}
      {shown}
    </ul>
  );
}
