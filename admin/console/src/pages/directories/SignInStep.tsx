import { Alert, Form, Select, Switch } from "antd";

import type { DirectoryDraft } from "../../api/schema";
import { texts } from "../../language/texts";
import { kindOf } from "./kinds";
import { MatchByItem } from "./MatchByItem";

const t = texts({
  known: [
    "从该目录同步或已关联的人员可以用目录密码登录。以下决定首次以这种方式登录、但尚未关联的人员。",
    "People who were taken over from this directory, or are linked to it, sign in with its passwords. What follows is about whoever does so for the first time and is not linked yet.",
  ],
  knownPage: [
    "已关联的人员在对方页面登录后即可进入。以下决定首次以这种方式登录、但尚未关联的人员。",
    "People who are linked to it sign in on its page. What follows is about whoever does so for the first time and is not linked yet.",
  ],
  trustsMail: ["信任该目录的邮箱", "Its mail addresses are trusted"],
  trustsMailHint: ["目录中的邮箱确属本人时开启。", "Where they are known to be the people's own."],
  creates: ["首次登录时创建成员", "Whoever is nobody here yet becomes a member"],
  createsHint: [
    "没有匹配到成员时创建一个，不属于任何部门和用户组。",
    "Where nobody matches, one is made, without a department or a group.",
  ],
  domains: ["限定邮箱域名", "Of these mail domains alone"],
  domainsHint: [
    "只为这些域名的邮箱创建成员（需信任该目录的邮箱）；留空则不限。",
    "Members are made for these alone, where its mail is trusted. Empty: for everybody.",
  ],
  second: ["信任该目录的两步验证", "A second factor proven there counts here"],
});

/** What becomes of people who prove to the directory who they are. */
export function SignInStep() {
  const form = Form.useFormInstance<DirectoryDraft>();
  const draft = Form.useWatch((all: DirectoryDraft) => all, { form, preserve: true });
  const kind = kindOf(draft?.source?.kind ?? null);
  return (
    <>
      <Alert type="info" showIcon title={kind?.hasPage ? t.knownPage : t.known} style={{ marginBottom: 24 }} />
      <Form.Item
        name={["sign_in", "trusts_mail"]}
        label={t.trustsMail}
        extra={t.trustsMailHint}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      <MatchByItem name={["sign_in", "match_by"]} mayBeByMail={draft?.sign_in?.trusts_mail ?? false} />
      <Form.Item name={["sign_in", "creates"]} label={t.creates} extra={t.createsHint} valuePropName="checked">
        <Switch />
      </Form.Item>
      {draft?.sign_in?.creates && (
        <Form.Item name={["sign_in", "domains"]} label={t.domains} extra={t.domainsHint}>
          <Select
            mode="tags"
            open={false}
            suffixIcon={null}
            tokenSeparators={[",", " "]}
            placeholder="example.com"
            className="mono"
          />
        </Form.Item>
      )}
      {kind?.seesSecondFactor && (
        <Form.Item name={["sign_in", "trusts_second_factor"]} label={t.second} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
    </>
  );
}
