import { Checkbox, Flex, Radio, Typography } from "antd";
import { useState } from "react";

import { type Language, language } from "../../../language/language";
import { t } from "./deedWords";

/** How a code is made: whether the password that is there works until it is used, and what it is sent in. */
export type CodeChoice = { keep_password: boolean; language: Language };

export const FIRST_CHOICE: CodeChoice = { keep_password: false, language };

type Props = {
  /** What it does. */
  text: (keepsPassword: boolean) => string;
  /** Whether there is a password to keep. */
  hasPassword: boolean;
  /** Whether it is sent, in a language. */
  isSent?: boolean;
  onChange: (choice: CodeChoice) => void;
};

/** Asked before a code is made. */
export function CodeQuestion({ text, hasPassword, isSent = false, onChange }: Props) {
  const [choice, setChoice] = useState(FIRST_CHOICE);
  const choose = (part: Partial<CodeChoice>) => {
    const next = { ...choice, ...part };
    setChoice(next);
    onChange(next);
  };
  return (
    <Flex vertical gap={12}>
      <Typography.Text>{text(choice.keep_password)}</Typography.Text>
      {hasPassword && (
        <Checkbox checked={choice.keep_password} onChange={({ target }) => choose({ keep_password: target.checked })}>
          {t.keepPassword}
        </Checkbox>
      )}
      {isSent && (
        <Flex gap={8} align="center" wrap>
          <span id="code-language">{t.codeLanguage}</span>
          <Radio.Group
            aria-labelledby="code-language"
            value={choice.language}
            onChange={(event) => choose({ language: event.target.value as Language })}
            options={[
              { value: "zh-CN", label: "中文" },
              { value: "en", label: "English" },
            ]}
          />
        </Flex>
      )}
    </Flex>
  );
}
