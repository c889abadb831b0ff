import { Tag } from "antd";
import type { ReactNode } from "react";

import { texts } from "../language/texts";

const t = texts({ guest: ["访客", "Guest"] });

/** Who somebody is, marked if they are from outside. */
export function WithGuestTag({ name, isGuest }: { name: ReactNode; isGuest: boolean | undefined }) {
  return (
    <>
      {name}
      {isGuest && (
        <Tag color="gold" style={{ marginInlineStart: 8 }}>
          {t.guest}
        </Tag>
      )}
    </>
  );
}
