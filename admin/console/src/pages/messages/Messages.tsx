import { Tabs } from "antd";
import { useSearchParams } from "react-router";

import { texts } from "../../language/texts";
import { PageHeader } from "../../parts/PageHeader";
import { MailSettings } from "./MailSettings";
import { SentMessages } from "./SentMessages";
import { SmsSettings } from "./SmsSettings";
import { t } from "./words";

const labels = texts({ tabs: ["消息发送的各个部分", "Parts of messages"] });

/** How mail and SMS go out, and what has gone out. */
export default function Messages() {
  const [query, setQuery] = useSearchParams();
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} />
      <Tabs
        aria-label={labels.tabs}
        activeKey={query.get("tab") ?? "mail"}
        onChange={(tab) => setQuery({ tab }, { replace: true })}
        items={[
          { key: "mail", label: t.mail, children: <MailSettings /> },
          { key: "sms", label: t.sms, children: <SmsSettings /> },
          { key: "log", label: t.log, children: <SentMessages /> },
        ]}
      />
    </>
  );
}
