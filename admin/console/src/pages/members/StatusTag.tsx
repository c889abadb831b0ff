import { Badge } from "antd";

import { type Status, STATUSES } from "./words";

const LIGHTS = { active: "success", disabled: "warning", left: "default" } as const;

/** Whether somebody may sign in, at a glance. */
export function StatusTag({ status }: { status: string }) {
  const known = status as Status;
  return <Badge className="nowrap" status={LIGHTS[known] ?? "default"} text={STATUSES[known] ?? status} />;
}
