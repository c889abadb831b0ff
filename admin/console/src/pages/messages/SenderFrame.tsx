import { Button, Card } from "antd";
import { type ReactNode, useState } from "react";

import { useMay } from "../../api/caller";
import { Nothing } from "../../parts/Nothing";
import { SettingsForm } from "../../parts/SettingsForm";
import { useAction } from "../../parts/useAction";
import { SenderTest } from "./SenderTest";
import type { Channel } from "../../api/schema";
import { t } from "./words";

type Setting<S> = { sender?: S | null; has_secret: boolean };
type Draft<S> = { sender: S; secret?: string };

type Props<S> = {
  channel: Channel;
  setting: Setting<S>;
  /** The version of the setting. */
  etag: string;
  /** What the form begins with where nothing is set. */
  blank: S;
  send: (draft: Draft<S>) => Promise<unknown>;
  remove: () => Promise<unknown>;
  nothing: { title: string; hint: string; off: string };
  children: (draft: Draft<S>) => ReactNode;
};

/** The settings of one channel: nothing yet, or a form with a way to try it out beside it. */
export function SenderFrame<S extends object>({
  channel,
  setting,
  etag,
  blank,
  send,
  remove,
  nothing,
  children,
}: Props<S>) {
  const mayChange = useMay()("senders:change");
  const { ask } = useAction();
  const [isBegun, setBegun] = useState(false);
  const { sender } = setting;
  if (!sender && !isBegun) {
    const begin = mayChange && (
      <Button type="primary" onClick={() => setBegun(true)}>
        {t.setUp}
      </Button>
    );
    return (
      <Card>
        <Nothing title={nothing.title} hint={nothing.hint} action={begin} />
      </Card>
    );
  }
  const initial: Draft<S> = { sender: sender ?? blank, secret: "" };
  const stop = () =>
    ask({ title: nothing.off, content: t.offText, okText: t.off, isDanger: true }, remove, () => setBegun(false));
  return (
    <SettingsForm<Draft<S>>
      // What is set anew begins the form anew.
      key={etag}
      initial={initial}
      mayChange={mayChange}
      send={({ sender, secret }) => send({ sender, secret: secret || undefined })}
      preview={() => (
        <>
          <SenderTest channel={channel} isSet={Boolean(sender)} />
          {mayChange && sender && (
            <Button danger style={{ marginTop: 16 }} onClick={stop}>
              {t.off}
            </Button>
          )}
        </>
      )}
    >
      {children(initial)}
    </SettingsForm>
  );
}
