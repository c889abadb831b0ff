import { Typography } from "antd";
import type { ReactNode } from "react";

import { messageOf } from "../api/problem";

/** What a chooser offers, below why there is not more of it. */
export function withProblem(error: unknown, offered: ReactNode): ReactNode {
  if (!error) return offered;
  return (
    <>
      <Typography.Text type="danger" role="alert" style={{ display: "block", padding: "4px 12px" }}>
        {messageOf(error)}
      </Typography.Text>
      {offered}
    </>
  );
}
