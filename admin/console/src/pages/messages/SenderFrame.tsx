import { Button, Card } from "antd";
import { type ReactNode, useState } from "react";

import { useMay } from "../../api/caller";
import type { Draft } from "../../api/draft";
import { Nothing } from "../../parts/Nothing";
import { SettingsForm } from "../../parts/SettingsForm";
import { useAction } from "../../parts/useAction";
import { SenderTest } from "./SenderTest";
import type { Channel } from "../../api/schema";
import { t } from "./words";

type Setting<S> = { sender?: S | null; has_secret: boolean };
type Wanted<S> = { sender: S; secret?: string };

type Props<S> = {
  channel: Channel;
  draft: Draft<Setting<S>>;
  /** What the form begins with where nothing is set. */
  blank: S;
  send: (wanted: Wanted<S>) => Promise<unknown>;
  remove: () => Promise<unknown>;
  nothing: { title: string; hint: string; off: string };
  children: ReactNode;
};

/** The settings of one channel: nothing yet, or a form with a way to try it out beside it. */
export function SenderFrame<S extends object>({ channel, draft, blank, send, remove, nothing, children }: Props<S>) {
  const mayChange = useMay()("senders:change");
  const { ask } = useAction();
  const [isBegun, setBegun] = useState(false);
  const { sender } = draft.value;
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
  const initial: Wanted<S> = { sender: sender ?? blank, secret: "" };
  const stop = () =>
    ask({ title: nothing.off, content: t.offText, okText: t.off, isDanger: true }, remove, () => {
      setBegun(false);
      void draft.renew();
    });
  return (
    <SettingsForm<Wanted<S>>
      // What is set anew begins the form anew.
      key={draft.etag}
      initial={initial}
      draft={draft}
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
      {children}
    </SettingsForm>
  );
}
