import type { Application } from "../../api/schema";

/** Where people open an application: by the scheme and the port of the console itself. */
export function addressOf({ hosts, path_prefix }: Pick<Application, "hosts" | "path_prefix">): string | undefined {
  const host = hosts?.find((pattern) => !pattern.startsWith("*"));
  if (!host) return undefined;
  const port = location.port ? `:${location.port}` : "";
  return `${location.protocol}//${host}${port}${path_prefix ?? "/"}`;
}
