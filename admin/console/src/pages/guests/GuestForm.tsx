import { useQueryClient } from "@tanstack/react-query";
import { Checkbox, Form, Input, Radio } from "antd";
import dayjs from "dayjs";
import { useRef, useState } from "react";

import { useMay } from "../../api/caller";
import { api, told } from "../../api/client";
import { useOnce } from "../../api/once";
import type { Guest, GuestDraft, Link } from "../../api/schema";
import { texts } from "../../language/texts";
import { MemberChooser } from "../../parts/choosers";
import { FormDrawer } from "../../parts/FormDrawer";
import { useAction } from "../../parts/useAction";
import { OnceLink } from "../members/person/OnceLink";
import { t as memberWords } from "../members/words";
import { DepartmentItem } from "./DepartmentItem";
import { sendInvitation } from "./invitations";
import { TermsItems } from "./TermsItems";
import { useGuestFacts } from "./useGuestFacts";
import { t } from "./words";

const words = texts({
  first: ["首次登录", "Setting a password"],
  withLink: ["生成一次性链接，由您交给本人", "Create a one-time link, which you hand over"],
  withInvitation: ["通过邮件（没有邮箱则通过短信）向本人发送邀请", "Send them an invitation, by mail or else by SMS"],
  later: ["稍后处理", "Later"],
  invited: ["已邀请", "Invited"],
  mobile: ["例如 +86 138 0013 8000", "For example +44 20 7946 0001"],
});

type Values = GuestDraft & { first?: "link" | "invitation" | "later" };
type Props = { guest?: Guest; onClose: () => void };

/** Somebody new, or somebody who is changed: extended, moved, given another sponsor. */
export function GuestForm({ guest, onClose }: Props) {
  const { default_days } = useGuestFacts();
  const queries = useQueryClient();
  const { act } = useAction();
  const once = useOnce();
  const created = useRef<Guest>(undefined);
  const first = useRef<Values["first"]>(undefined);
  const [made, setMade] = useState<{ guest: Guest; link: Link }>();

  const send = async ({ first: wanted, ...values }: Values) => {
    const body: GuestDraft = { ...values, email_verified: values.email ? values.email_verified : null };
    if (guest) {
      const params = { path: { id: guest.id }, header: { "If-Match": `"${guest.version}"` } };
      await told(api.PUT("/guests/{id}", { params, body }));
      return;
    }
    created.current = await once(body, (header) => told(api.POST("/guests", { params: { header }, body })));
    first.current = wanted;
  };

  const done = async () => {
    await queries.invalidateQueries();
    const invited = created.current;
    if (invited && first.current === "invitation") {
      await act(() => sendInvitation(invited), words.invited);
      return onClose();
    }
    if (!invited || first.current !== "link") return onClose();
    const path = { id: invited.id };
    const hasLink = await act(async () => {
      const link = await once(path, (header) =>
        told(api.POST("/guests/{id}/one-time-link", { params: { path, header } })),
      );
      setMade({ guest: invited, link });
    }, words.invited);
    if (!hasLink) onClose();
  };

  if (made) return <OnceLink link={made.link} name={made.guest.display_name} onClose={onClose} />;
  const blank: Values = {
    username: "",
    display_name: "",
    expires_at: dayjs().add(default_days, "day").valueOf(),
    first: "link",
  };
  return (
    <FormDrawer<Values>
      title={guest ? memberWords.editTitle(guest.display_name) : t.invite}
      initial={guest ? draftOf(guest) : blank}
      send={send}
      onClose={(isDone) => (isDone ? void done() : onClose())}
    >
      <Fields guest={guest} />
    </FormDrawer>
  );
}

function Fields({ guest }: { guest: Guest | undefined }) {
  const may = useMay();
  const sponsor = guest?.sponsor;
  const known = sponsor ? [{ value: sponsor.id, label: `${sponsor.display_name} (${sponsor.username})` }] : [];
  return (
    <>
      <Form.Item name="display_name" label={t.name} rules={[{ required: true, whitespace: true }]}>
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="username"
        label={memberWords.username}
        extra={memberWords.usernameHint}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="email" label={memberWords.email} style={{ marginBottom: 4 }}>
        <Input inputMode="email" autoComplete="off" placeholder="name@example.com" />
      </Form.Item>
      <Form.Item name="email_verified" valuePropName="checked">
        <Checkbox>{memberWords.verified}</Checkbox>
      </Form.Item>
      <Form.Item name="mobile" label={memberWords.mobile}>
        <Input type="tel" placeholder={words.mobile} autoComplete="off" />
      </Form.Item>
      {!guest && <DepartmentItem />}
      <TermsItems />
      {may("guests:change") && may("members:read") && (
        <Form.Item name="sponsor" label={t.sponsor} extra={t.sponsorHint}>
          <MemberChooser known={known} />
        </Form.Item>
      )}
      {!guest && (
        <Form.Item name="first" label={words.first}>
          <Radio.Group
            vertical
            options={[
              { value: "link", label: words.withLink },
              { value: "invitation", label: words.withInvitation },
              { value: "later", label: words.later },
            ]}
          />
        </Form.Item>
      )}
    </>
  );
}

function draftOf(guest: Guest): Values {
  const { username, display_name, email, email_verified, mobile, expires_at } = guest;
  const sponsor = guest.sponsor?.is_active ? guest.sponsor.id : undefined;
  return {
    username,
    display_name,
    email,
    email_verified,
    mobile,
    expires_at,
    sponsor,
    guest_group: guest.guest_group?.id,
  };
}
