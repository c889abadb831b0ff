import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Flex, Progress } from "antd";
import { type ReactNode, useEffect, useState } from "react";

import { useMay } from "../../api/caller";
import { api, timed, told } from "../../api/client";
import type { Trial } from "../../api/schema";
import { texts } from "../../language/texts";
import { Failed } from "../../parts/Failed";
import { TimeText } from "../../parts/TimeText";
import { useAction } from "../../parts/useAction";

const t = texts({
  off: ["所有 IP 访问限制已停用", "No IP restriction is in force"],
  offText: [
    "修正名单后请重新启用；审计日志记有由谁停用。停用时间：",
    "Put the lists right, then switch them on again; the audit log tells who switched them off. Off since:",
  ],
  on: ["重新启用", "Switch on"],
  turnedOn: ["限制已重新启用", "The restrictions are in force again"],
  trial: (list: string) => [`“${list}”的修改正在试行`, `The change of “${list}” is on trial`],
  left: (seconds: number) => [`${seconds} 秒后自动撤回`, `Put back in ${seconds} s`],
  trialText: (who: string, address: string) => [
    `${who} 从 ${address} 作出的修改会把该地址拒之门外。如果您能正常访问，说明它放行了您，可以保留。`,
    `${who} made it from ${address}, which it keeps out. That you see this from elsewhere shows that it lets you in: you can keep it.`,
  ],
  keep: ["保留修改", "Keep the change"],
  kept: ["修改已保留", "The change is kept"],
  putBack: ["立即撤回", "Put it back now"],
  wasPutBack: ["修改已撤回", "The change is put back"],
});

/** Tells that no list is in force, or that a change is on trial, with what can be done about it. */
export function RulesBanner() {
  const may = useMay();
  const { act } = useAction();
  const {
    data: read,
    error,
    refetch,
  } = useQuery({
    queryKey: ["ip-rules"],
    queryFn: () => timed(api.GET("/ip-rules")),
    refetchInterval: ({ state }) => (state.data?.value.trial ? 2000 : 15_000),
  });
  if (!read) {
    return (
      error && (
        <div style={{ marginBottom: 16 }}>
          <Failed error={error} onRetry={() => void refetch()} />
        </div>
      )
    );
  }
  const data = read.value;
  const mayChange = may("ip_lists:change");
  return (
    <>
      {data.off_since && (
        <Alert
          type="error"
          showIcon
          title={t.off}
          description={
            <>
              {t.offText} <TimeText at={data.off_since} />
            </>
          }
          style={{ marginBottom: 16 }}
          action={
            mayChange && (
              <Button danger onClick={() => void act(() => told(api.POST("/ip-rules/on")), t.turnedOn)}>
                {t.on}
              </Button>
            )
          }
        />
      )}
      {data.trial && (
        <OnTrial
          trial={data.trial}
          ahead={read.ahead}
          actions={
            mayChange && (
              <Flex gap={8} wrap>
                <Button onClick={() => void act(() => told(api.POST("/ip-rules/trial/put-back")), t.wasPutBack)}>
                  {t.putBack}
                </Button>
                <Button
                  type="primary"
                  onClick={() => void act(() => told(api.POST("/ip-rules/trial/confirm")), t.kept)}
                >
                  {t.keep}
                </Button>
              </Flex>
            )
          }
        />
      )}
    </>
  );
}

type TrialProps = {
  trial: Trial;
  /** By how many milliseconds the server's clock is ahead of the reader's. */
  ahead: number;
  actions: ReactNode;
};

function OnTrial({ trial, ahead, actions }: TrialProps) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.round((trial.until - now - ahead) / 1000));
  const whole = Math.max(1, (trial.until - trial.begun_at) / 1000);
  return (
    <Alert
      type="warning"
      showIcon
      // The title alone is read out, once; not each second that goes by.
      role="group"
      title={<span role="alert">{t.trial(trial.list_name)}</span>}
      style={{ marginBottom: 16 }}
      description={
        <Flex vertical gap={8}>
          {t.trialText(trial.made_by, trial.address)}
          <span role="timer">{t.left(left)}</span>
          <Progress aria-hidden percent={(100 * left) / whole} showInfo={false} size="small" />
          {actions}
        </Flex>
      }
    />
  );
}
