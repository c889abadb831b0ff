import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { api, told } from "../../api/client";
import { Failed } from "../../parts/Failed";
import { Loading } from "../../parts/Loading";
import { PageHeader } from "../../parts/PageHeader";
import { Preview } from "./Preview";
import { Upload } from "./Upload";
import { t } from "./words";

/** Brings members from a file. Each file that was read has an address, to leave and come back to. */
export default function MemberImportPage() {
  const { id } = useParams();
  const go = useNavigate();
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} back={{ to: "/members", title: t.members }} />
      {id ? <Read id={id} /> : <Upload onRead={(found) => void go(`/members/import/${found.id}`)} />}
    </>
  );
}

function Read({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["member-imports", id],
    queryFn: () => told(api.GET("/member-imports/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === "applying" ? 1000 : false),
  });
  if (error && !data) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  return <Preview of={data} />;
}
