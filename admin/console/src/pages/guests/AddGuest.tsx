import { UserAddOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";

import { texts } from "../../language/texts";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { MemberForm } from "../members/person/MemberForm";

const t = texts({
  title: ["外部成员", "External members"],
  lead: ["添加组织之外、需要访问应用的人。", "Add people from outside the organisation who need an application."],
  add: ["添加外部成员", "Add an external member"],
  hint: [
    "您可以添加外部成员，但不能查看成员列表。",
    "You may add external members; the list of members is not yours to see.",
  ],
});

/** For those who may add external members and nothing else. */
export default function AddGuest() {
  const [isNew, setNew] = useState(false);
  const add = (
    <Button type="primary" icon={<UserAddOutlined />} onClick={() => setNew(true)}>
      {t.add}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} lead={t.lead} />
      <Nothing title={t.add} hint={t.hint} action={add} />
      {isNew && <MemberForm onClose={() => setNew(false)} />}
    </>
  );
}
