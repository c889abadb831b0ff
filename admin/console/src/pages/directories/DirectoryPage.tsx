import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, Typography } from "antd";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { directoriesQuery, draftOf, readDirectory } from "../../api/directories";
import { type Draft, useDraft } from "../../api/draft";
import { useOnce } from "../../api/once";
import { Refusal } from "../../api/problem";
import type { Directory, DirectoryDraft } from "../../api/schema";
import { texts } from "../../language/texts";
import { Loading } from "../../parts/Loading";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { useAction } from "../../parts/useAction";
import { isOpen } from "../sync-runs/progress";
import { useLatestRun } from "../sync-runs/useRuns";
import { DirectoryButtons } from "./DirectoryButtons";
import { DirectoryForm, stepsOf } from "./DirectoryForm";
import { DirectoryState } from "./DirectoryState";
import { FirstRun } from "./FirstRun";
import { kindOf, KINDS } from "./kinds";
import { anotherId, nextId, takeId } from "./page/addresses";
import { isUnfinished, type KindSetUp, leaveAt, leftAt, resumeAt } from "./steps";
import { useDirectoryDeeds } from "./useDirectoryDeeds";
import { t as words } from "./words";

const t = texts({
  which: ["选择目录类型", "Which kind of directory?"],
  choose: ["连接", "Connect"],
  unknown: ["此版本不认识这种目录", "This version does not know this kind of directory"],
  ready: [
    "设置已保存。启用后，该目录中的人员可以用目录密码登录。",
    "The settings are kept. Once it is on, people of this directory can sign in with its passwords.",
  ],
  readyPage: [
    "设置已保存。启用后，登录页会出现使用该目录登录的链接。",
    "The settings are kept. Once it is on, the sign-in page has a link to it.",
  ],
  switchOn: ["启用目录", "Switch it on"],
  changed: [
    "上方的地址已更换，因为原地址属于已连接的目录。如已在对方填写，请改用新地址，然后再次保存。",
    "The addresses above have changed, since a directory has those that were there. Enter the new ones at the provider, and save again.",
  ],
});

const BACK = { to: "/directories", title: words.title };

/** A directory that is connected, or is to be. */
export default function DirectoryPage() {
  const { id } = useParams();
  const [query] = useSearchParams();
  if (id) return <Existing key={id} id={id} />;
  const kind = kindOf(query.get("kind"));
  return (
    <>
      <PageHeader title={words.connect} back={BACK} />
      {kind ? <New key={kind.kind} kind={kind} /> : <ChooseKind />}
    </>
  );
}

function ChooseKind() {
  const go = useNavigate();
  return (
    <>
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {t.which}
      </Typography.Title>
      <Flex gap={16} wrap>
        {KINDS.map(({ kind, title, hint }) => (
          <Card key={kind} title={title} style={{ width: 340, maxWidth: "100%" }}>
            <Typography.Paragraph type="secondary">{hint}</Typography.Paragraph>
            <Button
              type="primary"
              aria-label={`${t.choose} ${title}`}
              onClick={() => void go(`/directories/new?kind=${kind}`)}
            >
              {t.choose}
            </Button>
          </Card>
        ))}
      </Flex>
    </>
  );
}

function New({ kind }: { kind: KindSetUp }) {
  const { data, error } = useQuery(directoriesQuery);
  if (!data && !error) return <Loading />;
  return <NewForm kind={kind} taken={data?.items.map(({ id }) => id) ?? []} />;
}

/** Kept, switched off, as soon as the first step holds all that it takes. */
function NewForm({ kind, taken }: { kind: KindSetUp; taken: string[] }) {
  const go = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const [initial] = useState(kind.blank);
  const another = () => ({ id: anotherId(kind.kind), hasChanged: true });
  const [{ id, hasChanged }, setId] = useState(() => {
    const kept = nextId(kind.kind);
    return taken.includes(kept) ? another() : { id: kept, hasChanged: false };
  });
  return (
    <DirectoryForm
      kind={kind}
      initial={initial}
      id={id}
      mayChange
      at={0}
      setAt={() => undefined}
      last={null}
      note={hasChanged && kind.hasPage ? t.changed : undefined}
      send={async (body) => {
        const made = await once({ id, body }, (header) =>
          told(api.POST("/directories", { params: { header, query: { id } }, body })),
        ).catch((thrown: unknown) => {
          if (thrown instanceof Refusal && thrown.fields.some(({ field }) => field === "id")) setId(another());
          throw thrown;
        });
        takeId(kind.kind);
        leaveAt(made.id, 1);
        await queries.invalidateQueries({ queryKey: ["directories"] });
        await go(`/directories/${made.id}`, { replace: true });
      }}
    />
  );
}

function Existing({ id }: { id: string }) {
  const draft = useDraft(["directories", id], () => readDirectory(id));
  const directory = draft.latest.value;
  // Until one leaves the page, even when the first run is over in the meantime.
  const [isSetUp] = useState(isUnfinished(directory));
  const kind = kindOf(directory.source.kind);
  return (
    <>
      <PageHeader title={directory.name} back={BACK}>
        <DirectoryState directory={directory} />
        <DirectoryButtons directory={directory} />
      </PageHeader>
      {!kind ? (
        <Nothing title={t.unknown} />
      ) : isSetUp ? (
        <SetUp kind={kind} draft={draft} />
      ) : (
        <Settings kind={kind} draft={draft} />
      )}
    </>
  );
}

type Kept = { kind: KindSetUp; draft: Draft<Directory> };

function useSend({ value: { id }, etag }: Draft<Directory>) {
  const params = { path: { id }, header: { "If-Match": etag } };
  return (body: DirectoryDraft) => told(api.PUT("/directories/{id}", { params, body }));
}

function Settings({ kind, draft }: Kept) {
  const mayChange = useMay()("directories:change");
  const [at, setAt] = useState(0);
  const send = useSend(draft);
  return (
    <DirectoryForm
      key={draft.etag}
      kind={kind}
      initial={initialOf(kind, draft.value)}
      directory={draft.latest.value}
      id={draft.value.id}
      draft={draft}
      mayChange={mayChange}
      at={at}
      setAt={setAt}
      send={send}
    />
  );
}

/** Goes on where it was left, which takes knowing whether there is a run to look at. */
function SetUp(kept: Kept) {
  const may = useMay();
  const { data: latest } = useLatestRun(kept.draft.value.id, may("sync_runs:read"));
  if (latest === undefined && may("sync_runs:read")) return <Loading />;
  const { id, used_for } = kept.draft.value;
  const count = stepsOf(kept.kind, used_for).length;
  return <Guided {...kept} first={resumeAt(latest ?? null, leftAt(id), count)} />;
}

function Guided({ kind, draft, first }: Kept & { first: number }) {
  const may = useMay();
  const mayChange = may("directories:change");
  const directory = draft.latest.value;
  const { data: latest } = useLatestRun(directory.id, may("sync_runs:read"));
  const [at, setAt] = useState(first);
  const send = useSend(draft);
  const turnTo = (to: number) => {
    leaveAt(directory.id, isUnfinished(directory) ? to : undefined);
    setAt(to);
  };
  return (
    <DirectoryForm
      key={draft.etag}
      kind={kind}
      initial={initialOf(kind, draft.value)}
      directory={directory}
      id={directory.id}
      draft={draft}
      mayChange={mayChange}
      at={at}
      setAt={turnTo}
      last={
        directory.used_for === "sign_in" ? (
          <Ready directory={directory} />
        ) : (
          <FirstRun directory={directory} onChangeSettings={() => turnTo(1)} />
        )
      }
      send={async (body) => {
        const changed = await send(body);
        // What a trial has found was found by what was set before.
        if (latest?.trial && isOpen(latest.phase)) {
          await told(api.POST("/sync-runs/{id}/drop", { params: { path: { id: latest.id } } }));
        }
        return changed;
      }}
    />
  );
}

/** The last step where nothing is taken over. */
function Ready({ directory }: { directory: Directory }) {
  const { switchOn } = useDirectoryDeeds();
  const go = useNavigate();
  const { act } = useAction();
  return (
    <Flex vertical gap={16} align="flex-start">
      <Typography.Text>{kindOf(directory.source.kind)?.hasPage ? t.readyPage : t.ready}</Typography.Text>
      <Button
        type="primary"
        onClick={() => void act(() => switchOn(directory)).then((done) => done && go("/directories"))}
      >
        {t.switchOn}
      </Button>
    </Flex>
  );
}

/** What a form begins with: what is kept, over what a new one begins with. */
function initialOf(kind: KindSetUp, directory: Directory): DirectoryDraft {
  const [blank, kept] = [kind.blank(), draftOf(directory)];
  const organisation = { ...blank.organisation, every_minutes: null, ...kept.organisation };
  return { ...blank, ...kept, organisation: organisation as DirectoryDraft["organisation"] };
}
