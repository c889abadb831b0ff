import { Alert, Button } from "antd";

import { messageOf } from "../api/problem";
import { texts } from "../language/texts";

const t = texts({ failed: ["没有成功", "This did not work"], again: ["重试", "Try again"] });

/** In the place of what could not be shown. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <Alert
      type="error"
      showIcon
      title={t.failed}
      description={messageOf(error)}
      action={onRetry && <Button onClick={onRetry}>{t.again}</Button>}
    />
  );
}
