import { Flex, Radio, Typography } from "antd";

import { type Language, language } from "../../../language/language";
import { t } from "./deedWords";

type Props = {
  /** What sending it does. */
  text: string;
  onLanguage: (chosen: Language) => void;
};

/** Asked before a code is sent: whether, and in which language. */
export function CodeQuestion({ text, onLanguage }: Props) {
  return (
    <Flex vertical gap={12}>
      <Typography.Text>{text}</Typography.Text>
      <Flex gap={8} align="center" wrap>
        <span id="code-language">{t.codeLanguage}</span>
        <Radio.Group
          aria-labelledby="code-language"
          defaultValue={language}
          onChange={(event) => onLanguage(event.target.value as Language)}
          options={[
            { value: "zh-CN", label: "中文" },
            { value: "en", label: "English" },
          ]}
        />
      </Flex>
    </Flex>
  );
}
