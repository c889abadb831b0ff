import { useQuery } from "@tanstack/react-query";

import { useMay } from "../api/caller";
import { api, told } from "../api/client";
import type { Holding, Role, RoleDetail } from "../api/schema";
import { listed, texts } from "../language/texts";

const NAMES = texts({
  owner: ["所有者", "Owner"],
  administrator: ["管理员", "Administrator"],
  security_administrator: ["安全管理员", "Security administrator"],
  auditor: ["审计员", "Auditor"],
  help_desk: ["服务台", "Help desk"],
});

const WORDS = texts({
  within: (name: string, where: string) => [`${name}（${where}）`, `${name} (${where})`],
  nowhere: ["所限部门已不存在，不再有效", "nowhere: its departments are gone"],
});

/** The built-in ones. */
export const ROLES = Object.keys(NAMES) as Role[];

/** A built-in role as a person reads it. */
export function roleName(role: string): string {
  return (NAMES as Readonly<Record<string, string>>)[role] ?? role;
}

/** A role that somebody holds, with the departments to which it is confined. */
export function holdingText({ role, name, within }: Holding): string {
  const shown = name ?? roleName(role);
  return within ? WORDS.within(shown, listed(within.map((one) => one.name)) || WORDS.nowhere) : shown;
}

/** All roles, if the caller may see them; otherwise the built-in ones. */
export function useRoles(): { id: string; label: string; role?: RoleDetail }[] {
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["roles"],
    queryFn: () => told(api.GET("/roles")),
    enabled: may("roles:read"),
  });
  return (
    data?.items.map((role) => ({ id: role.id, label: role.name || roleName(role.id), role })) ??
    ROLES.map((id) => ({ id, label: roleName(id) }))
  );
}
