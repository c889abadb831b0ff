import { ArrowDownOutlined, ArrowUpOutlined } from "@ant-design/icons";
import { Button, Checkbox, Flex } from "antd";

import type { SignInMethod } from "../../api/schema";
import { texts } from "../../language/texts";

const t = texts({
  password: ["用户名和密码", "Name and password"],
  oneTimeCode: ["管理员发放的一次性验证码", "One-time code from an administrator"],
  up: (name: string) => [`上移：${name}`, `Move up: ${name}`],
  down: (name: string) => [`下移：${name}`, `Move down: ${name}`],
});

const NAMES: Record<SignInMethod, string> = { password: t.password, one_time_code: t.oneTimeCode };

type Props = {
  id?: string;
  /** Those that are shown, in their order. */
  value?: SignInMethod[];
  onChange?: (value: SignInMethod[]) => void;
  disabled?: boolean;
};

/** Which ways in are shown, and in which order; one of them always is. */
export function MethodsInput({ id, value = [], onChange, disabled }: Props) {
  const hidden = (Object.keys(NAMES) as SignInMethod[]).filter((method) => !value.includes(method));
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
              {NAMES[method]}
            </Checkbox>
            {isShown && value.length > 1 && (
              <Flex gap={4}>
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowUpOutlined />}
                  aria-label={t.up(NAMES[method])}
                  disabled={isOff(at === 0)}
                  onClick={() => swap(at - 1)}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowDownOutlined />}
                  aria-label={t.down(NAMES[method])}
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
