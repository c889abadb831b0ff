import { Input } from "antd";

import type { useNameSearch } from "./useNameSearch";

/** Above a listing: a part of a name. */
export function NameSearch({ label, typed, setTyped }: { label: string } & ReturnType<typeof useNameSearch>) {
  return (
    <Input.Search
      allowClear
      aria-label={label}
      placeholder={label}
      style={{ width: 280, maxWidth: "100%" }}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
