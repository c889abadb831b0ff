import { useQuery } from "@tanstack/react-query";
import { Flex, Input, Tag } from "antd";
import { useState } from "react";

import { api, told } from "../../api/client";
import { messageOf } from "../../api/problem";
import { texts } from "../../language/texts";

const t = texts({
  label: ["查找地址", "Look an address up"],
  hint: ["输入 IP 地址，查看是否在名单中", "Is this address on the list?"],
  yes: (range: string) => [`在名单中：${range}`, `On the list: ${range}`],
  no: ["不在名单中", "Not on the list"],
});

/** Tells whether an address is on the list, and by which entry. */
export function Lookup({ id }: { id: string }) {
  const [address, setAddress] = useState("");
  const { data, error, isFetching } = useQuery({
    queryKey: ["ip-lists", id, "lookup", address],
    queryFn: () => told(api.GET("/ip-lists/{id}/lookup", { params: { path: { id }, query: { address } } })),
    enabled: address !== "",
    retry: false,
  });
  return (
    <Flex gap={12} wrap align="center">
      <Input.Search
        allowClear
        aria-label={t.label}
        placeholder={t.hint}
        loading={isFetching}
        style={{ width: 320, maxWidth: "100%" }}
        onSearch={(text) => setAddress(text.trim())}
      />
      {address !== "" && error && <Tag color="error">{messageOf(error)}</Tag>}
      {address !== "" && data && (
        <Tag color={data.entry ? "blue" : undefined}>{data.entry ? t.yes(data.entry.range) : t.no}</Tag>
      )}
    </Flex>
  );
}
