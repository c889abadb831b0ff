import { useQuery } from "@tanstack/react-query";
import { theme, Typography } from "antd";
import { Link } from "react-router";

import { api, told } from "../api/client";
import { nameOf } from "../language/names";
import { texts } from "../language/texts";

const t = texts({ console: ["管理控制台", "Console"] });

/** Whose console this is. */
export function BrandMark({ isSmall = false }: { isSmall?: boolean }) {
  const { token } = theme.useToken();
  const { data: brand } = useQuery({ queryKey: ["brand"], queryFn: () => told(api.GET("/brand")) });
  const organisation = nameOf(brand?.organisation) || "Gatehouse";
  return (
    <Link
      to="/"
      style={{ display: "flex", alignItems: "center", gap: 10, padding: isSmall ? 0 : "16px 20px 12px", minWidth: 0 }}
    >
      <img src="/console/mark.svg" width={28} height={28} alt="" />
      <span style={{ minWidth: 0, lineHeight: 1.3 }}>
        <Typography.Text strong ellipsis style={{ display: "block" }}>
          {organisation}
        </Typography.Text>
        {!isSmall && <span style={{ fontSize: 12, color: token.colorTextSecondary }}>{t.console}</span>}
      </span>
    </Link>
  );
}
