import { useQuery } from "@tanstack/react-query";
import { Divider, Flex, Tabs, Typography } from "antd";

import { api, told } from "../../../api/client";
import { texts } from "../../../language/texts";
import { Failed } from "../../../parts/Failed";
import { Loading } from "../../../parts/Loading";
import type { StepProps } from "../steps";
import { Instructions } from "./Instructions";
import { Tokens } from "./Tokens";

const t = texts({
  later: [
    "保存上一步之后，这里会显示地址和令牌。",
    "Once the step before is kept, the address and the token are here.",
  ],
  url: ["SCIM 地址（Base URL）", "SCIM address (base URL)"],
  urlHint: [
    "推送方必须能够访问此地址，且证书受其信任。",
    "The provider must be able to reach it, and trust its certificate.",
  ],
  copy: ["复制", "Copy"],
  copied: ["已复制", "Copied"],
  how: ["在推送方填写", "What to enter at the provider"],
  other: ["其他", "Another"],
  then: [
    "启用目录之前，推送的内容只会保存下来：最后一步先预览将要进行的更改，确认之后才会生效。",
    "Until the directory is on, what is pushed is only written down: the last step shows what would change, and nothing does until you say so.",
  ],
});

/** Where and with what the provider pushes. */
export function ProviderStep({ directory }: StepProps) {
  const id = directory?.id ?? "";
  const { data, error, refetch } = useQuery({
    queryKey: ["directories", id, "tokens"],
    queryFn: () => told(api.GET("/directories/{id}/tokens", { params: { path: { id } } })),
    enabled: id !== "",
    refetchInterval: 5000,
  });
  if (!directory) return <Typography.Text>{t.later}</Typography.Text>;
  if (error && !data) return <Failed error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  const url = data.base_url;
  return (
    <Flex vertical gap={16}>
      <div>
        <Typography.Text strong>{t.url}</Typography.Text>
        <Typography.Paragraph
          className="mono"
          style={{ margin: "4px 0", overflowWrap: "anywhere" }}
          copyable={{ text: url, tooltips: [t.copy, t.copied] }}
        >
          {url}
        </Typography.Paragraph>
        <Typography.Text type="secondary">{t.urlHint}</Typography.Text>
      </div>
      <Tokens directory={id} tokens={data.items} />
      <Divider style={{ margin: "8px 0" }} />
      <Typography.Text strong>{t.how}</Typography.Text>
      <Tabs
        items={(["okta", "entra", "other"] as const).map((provider) => ({
          key: provider,
          label: { okta: "Okta", entra: "Microsoft Entra ID", other: t.other }[provider],
          children: <Instructions provider={provider} url={url} />,
        }))}
      />
      <Typography.Text type="secondary">{t.then}</Typography.Text>
    </Flex>
  );
}
