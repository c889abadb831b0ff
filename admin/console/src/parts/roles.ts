import type { Role } from "../api/schema";
import { texts } from "../language/texts";

const NAMES = texts({
  owner: ["所有者", "Owner"],
  administrator: ["管理员", "Administrator"],
  security_administrator: ["安全管理员", "Security administrator"],
  auditor: ["审计员", "Auditor"],
  help_desk: ["服务台", "Help desk"],
});

export const ROLES = Object.keys(NAMES) as Role[];

export function roleName(role: Role): string {
  return NAMES[role];
}
