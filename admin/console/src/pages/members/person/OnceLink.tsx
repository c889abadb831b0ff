import type { Link } from "../../../api/schema";
import { texts } from "../../../language/texts";
import { OnceShown } from "../../../parts/OnceShown";
import { timeText } from "../../../parts/TimeText";

const t = texts({
  title: (name: string) => [`${name}的一次性链接`, `One-time link for ${name}`],
  hint: (until: string) => [
    `请通过只有本人能看到的渠道转交。只显示这一次，使用一次后失效，${until} 前有效。`,
    `Hand these over by a way that reaches only that person. Shown this once, good for one use, until ${until}.`,
  ],
  url: ["网址", "Page"],
  code: ["验证码", "Code"],
});

/** The code with which somebody sets their password. */
export function OnceLink({ link, name, onClose }: { link: Link; name: string; onClose: () => void }) {
  const values = [
    { label: t.url, value: link.url },
    { label: t.code, value: link.code },
  ];
  return <OnceShown title={t.title(name)} hint={t.hint(timeText(link.expires_at))} values={values} onClose={onClose} />;
}
