import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { useMay } from "../api/caller";
import { memberQuery } from "../api/members";

/** Somebody by their id, as far as the caller may see them; who is gone goes by the id. */
export function MemberName({ id }: { id: string }) {
  const may = useMay();
  const { data } = useQuery({ ...memberQuery(id), enabled: may("members:read") });
  return data ? <Link to={`/members?member=${id}`}>{data.display_name}</Link> : <span className="mono">{id}</span>;
}
