import { ArrowDownOutlined, ArrowUpOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Flex } from "antd";

import { useMay } from "../../api/caller";
import { directoriesQuery } from "../../api/directories";
import type { Directory, SignInMethod } from "../../api/schema";
import { texts } from "../../language/texts";

const t = texts({
  password: ["用户名和密码", "Name and password"],
  oneTimeCode: ["管理员发放的一次性验证码", "One-time code from an administrator"],
  directory: (name: string) => [`目录：${name}`, `Directory: ${name}`],
  gone: ["已不存在的目录", "A directory that is not there any more"],
  up: (name: string) => [`上移：${name}`, `Move up: ${name}`],
  down: (name: string) => [`下移：${name}`, `Move down: ${name}`],
});

const OWN: Readonly<Record<string, string>> = { password: t.password, one_time_code: t.oneTimeCode };

const methodOf = (directory: Directory): SignInMethod => `directory:${directory.id}`;
/** Those with a sign-in page of their own: it is shown in any case, what is named here says where. */
const PAGES: readonly string[] = ["oidc", "saml", "cas", "feishu", "wecom"];
const hasPage = (one: Directory) => one.enabled && one.used_for !== "organisation" && PAGES.includes(one.source.kind);

type Props = {
  id?: string;
  /** Those that are shown, in their order. */
  value?: SignInMethod[];
  onChange?: (value: SignInMethod[]) => void;
  disabled?: boolean;
};

/** Which ways in are shown, and in which order; one of them always is. */
export function MethodsInput({ id, value = [], onChange, disabled }: Props) {
  const { data } = useQuery({ ...directoriesQuery, enabled: useMay()("directories:read") });
  const all = data?.items ?? [];
  const pages = all.filter(hasPage);
  const names: Record<string, string> = {
    ...OWN,
    ...Object.fromEntries(all.map((one) => [methodOf(one), t.directory(one.name)])),
  };
  const nameOf = (method: SignInMethod) => names[method] ?? t.gone;
  const hidden = [...Object.keys(OWN), ...pages.map(methodOf)].filter((method) => !value.includes(method));
  // Not "false", which would be on in a form that is off.
  const isOff = (now: boolean) => disabled || now || undefined;
  const swap = (at: number) => {
    const moved = [...value];
    moved.splice(at, 2, ...moved.slice(at, at + 2).reverse());
    onChange?.(moved);
  };
  return (
    <Flex id={id} vertical gap={8}>
      {[...value, ...hidden].map((method, at) => {
        const isShown = at < value.length;
        return (
          <Flex key={method} gap={8} align="center" justify="space-between" style={{ minHeight: 32 }}>
            <Checkbox
              checked={isShown}
              disabled={isOff(isShown && value.length === 1)}
              onChange={() => onChange?.(isShown ? value.filter((other) => other !== method) : [...value, method])}
            >
              {nameOf(method)}
            </Checkbox>
            {isShown && value.length > 1 && (
              <Flex gap={4}>
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowUpOutlined />}
                  aria-label={t.up(nameOf(method))}
                  disabled={isOff(at === 0)}
                  onClick={() => swap(at - 1)}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowDownOutlined />}
                  aria-label={t.down(nameOf(method))}
                  disabled={isOff(at === value.length - 1)}
                  onClick={() => swap(at)}
                />
              </Flex>
            )}
          </Flex>
        );
      })}
    </Flex>
  );
}
