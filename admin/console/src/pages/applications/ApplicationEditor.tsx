import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { useCaller, useMay } from "../../api/caller";
import { api, told, versioned } from "../../api/client";
import { useDraft } from "../../api/draft";
import { useOnce } from "../../api/once";
import type { Application, Definition } from "../../api/schema";
import { nameOf } from "../../language/names";
import { texts } from "../../language/texts";
import { ManagedMark } from "../../parts/ManagedMark";
import { PageHeader } from "../../parts/PageHeader";
import { useAction } from "../../parts/useAction";
import { addressOf } from "./address";
import { ApplicationForm } from "./ApplicationForm";
import { putIcon } from "./ApplicationIcon";
import { blank } from "./blank";
import { RemoveButton, VisitButton } from "./buttons";
import { UpstreamHealth } from "./UpstreamHealth";

const t = texts({
  all: ["应用", "Applications"],
  create: ["发布应用", "Publish an application"],
});

/** An application that is there, or a new one. */
export default function ApplicationEditor() {
  const { id } = useParams();
  return id ? <Existing id={id} /> : <New />;
}

function New() {
  const go = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const { attempt } = useAction();
  const [file, choose] = useState<File>();
  return (
    <>
      <PageHeader title={t.create} back={{ to: "/applications", title: t.all }} />
      <ApplicationForm
        initial={blank()}
        isNew
        icon={{ file, choose }}
        mayChange
        send={async (body) => {
          const made = await once(body, (header) => told(api.POST("/applications", { params: { header }, body })));
          // Where the picture is not taken, the application is there all the same, and takes another.
          if (file) await attempt(() => putIcon(made.id, file));
          await queries.invalidateQueries();
          void go(`/applications/${made.id}`);
        }}
      />
    </>
  );
}

function Existing({ id }: { id: string }) {
  const may = useMay();
  const { access_url } = useCaller();
  const path = { id };
  const draft = useDraft(["applications", id], () => versioned(api.GET("/applications/{id}", { params: { path } })));
  const { value, etag } = draft.latest;
  const title = nameOf(value.name) || id;
  return (
    <>
      <PageHeader title={title} back={{ to: "/applications", title: t.all }}>
        <UpstreamHealth application={id} />
        <ManagedMark kind="application" id={id} />
        <VisitButton address={addressOf(value, access_url)} />
        {may("applications:remove") && (
          <RemoveButton
            name={title}
            remove={() => told(api.DELETE("/applications/{id}", { params: { path, header: { "If-Match": etag } } }))}
          />
        )}
      </PageHeader>
      <ApplicationForm
        key={draft.etag}
        id={id}
        initial={definitionOf(draft.value)}
        draft={draft}
        mayChange={may("applications:change")}
        send={(body) => {
          const header = { "If-Match": draft.etag };
          return told(api.PUT("/applications/{id}", { params: { path, header }, body }));
        }}
      />
    </>
  );
}

/** What of it can be changed. */
function definitionOf(application: Application): Definition {
  const { id: _id, version: _version, unreadable: _unreadable, ...kept } = application;
  return { ...blank(), ...kept } as Definition;
}
