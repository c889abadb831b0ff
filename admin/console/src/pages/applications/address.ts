import type { Application } from "../../api/schema";

/** Where people open an application: by the scheme and the port of the access host. */
export function addressOf(
  { hosts, path_prefix }: Pick<Application, "hosts" | "path_prefix">,
  accessUrl: string,
): string | undefined {
  const host = hosts?.find((pattern) => !pattern.startsWith("*"));
  if (!host) return undefined;
  const { protocol, port } = new URL(accessUrl);
  return `${protocol}//${host}${port && `:${port}`}${path_prefix ?? "/"}`;
}
