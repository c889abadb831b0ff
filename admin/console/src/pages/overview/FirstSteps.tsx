import { useQuery } from "@tanstack/react-query";
import { Button, Card, Steps } from "antd";
import { useNavigate } from "react-router";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { texts } from "../../language/texts";

const t = texts({
  title: ["开始使用", "First steps"],
  application: ["发布第一个应用", "Publish the first application"],
  applicationText: ["告诉网关应用的域名和上游地址。", "Tell the gate its host name and where it runs."],
  members: ["添加成员", "Add people"],
  membersText: ["新建成员，并把一次性链接交给本人。", "Make members and hand them a one-time link."],
  brand: ["设置品牌", "Set the brand"],
  brandText: ["让登录页看起来是你们自己的。", "Make the sign-in page look like yours."],
  go: ["前往", "Go"],
});

/** What to do in an organisation where nothing has been done yet. */
export function FirstSteps() {
  const may = useMay();
  const go = useNavigate();
  const { data: applications } = useQuery({
    queryKey: ["applications", "first"],
    queryFn: () => told(api.GET("/applications", { params: { query: { limit: 1 } } })),
    enabled: may("applications:create"),
  });
  const { data: members } = useQuery({
    queryKey: ["members", "first"],
    queryFn: () => told(api.GET("/members", { params: { query: { limit: 2 } } })),
    enabled: may("members:create"),
  });
  if (!applications || !members) return null;
  const [hasApplications, hasMembers] = [applications.items.length > 0, members.items.length > 1];
  if (hasApplications && hasMembers) return null;
  const step = (isDone: boolean, title: string, content: string, to: string) => ({
    title,
    status: isDone ? ("finish" as const) : ("process" as const),
    content: (
      <>
        {content}{" "}
        {!isDone && (
          <Button type="link" size="small" onClick={() => void go(to)}>
            {t.go}
          </Button>
        )}
      </>
    ),
  });
  return (
    <Card title={t.title}>
      <Steps
        responsive
        items={[
          step(hasApplications, t.application, t.applicationText, "/applications/new"),
          step(hasMembers, t.members, t.membersText, "/members"),
          step(false, t.brand, t.brandText, "/brand"),
        ]}
      />
    </Card>
  );
}
