import { Alert, Button } from "antd";

import { texts } from "../language/texts";

const t = texts({ anew: ["载入最新内容", "Load anew"] });

type Props = {
  problem: string | undefined;
  /** Gives up what was typed for what is there now; where somebody else changed it. */
  onAnew?: () => void;
};

/** Above the fields of a form: why it was not taken. */
export function FormProblem({ problem, onAnew }: Props) {
  if (!problem) return null;
  return (
    <Alert
      type="error"
      showIcon
      title={problem}
      style={{ marginBottom: 16, whiteSpace: "pre-line" }}
      action={onAnew && <Button onClick={onAnew}>{t.anew}</Button>}
    />
  );
}
