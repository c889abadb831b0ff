import { SettingOutlined, UserAddOutlined, UsergroupAddOutlined } from "@ant-design/icons";
import { Button, Checkbox, Select, Tag } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import { useMay } from "../../api/caller";
import { usePages } from "../../api/paging";
import type { Guest, GuestState } from "../../api/schema";
import { CursorTable } from "../../parts/CursorTable";
import { NameSearch } from "../../parts/NameSearch";
import { Nothing } from "../../parts/Nothing";
import { PageHeader } from "../../parts/PageHeader";
import { useNameSearch } from "../../parts/useNameSearch";
import { columns } from "./columns";
import { GuestForm } from "./GuestForm";
import { SettingsDrawer } from "./SettingsDrawer";
import { SeveralForm } from "./SeveralForm";
import { useGuestDeeds } from "./useGuestDeeds";
import { useGuestFacts, useGuestPage } from "./useGuestFacts";
import { STATES, t } from "./words";

type Open = { form: "one" | "several" | "settings" } | { form: "edit"; guest: Guest };

/** Guests: all of them, or those for whom the reader answers. */
export default function Guests() {
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const { quota } = useGuestFacts();
  const mayInvite = may("guests:create");
  const invite = mayInvite && (
    <Button type="primary" icon={<UserAddOutlined />} onClick={() => setOpen({ form: "one" })}>
      {t.invite}
    </Button>
  );
  const isFull = quota.taken >= quota.allowed;
  return (
    <>
      <PageHeader title={t.title} lead={may("guests:read") ? t.lead : t.own}>
        <Tag color={isFull ? "error" : "default"} style={{ alignSelf: "center" }}>
          {t.quota(quota.taken, quota.allowed)}
        </Tag>
        {may("guests:read") && (
          <Button icon={<SettingOutlined />} onClick={() => setOpen({ form: "settings" })}>
            {t.settings}
          </Button>
        )}
        {mayInvite && (
          <Button icon={<UsergroupAddOutlined />} onClick={() => setOpen({ form: "several" })}>
            {t.inviteMany}
          </Button>
        )}
        {invite}
      </PageHeader>
      <GuestTable invite={invite} onOpen={(guest) => mayInvite && setOpen({ form: "edit", guest })} />
      {open?.form === "one" && <GuestForm onClose={close} />}
      {open?.form === "edit" && <GuestForm guest={open.guest} onClose={close} />}
      {open?.form === "several" && <SeveralForm onClose={close} />}
      {open?.form === "settings" && <SettingsDrawer onClose={close} />}
    </>
  );
}

function GuestTable({ invite, onOpen }: { invite: React.ReactNode; onOpen: (guest: Guest) => void }) {
  const mayInvite = useMay()("guests:create");
  const { groups } = useGuestFacts();
  const fetch = useGuestPage();
  const { deedsOf, shown } = useGuestDeeds();
  const search = useNameSearch();
  const [state, setState] = useState<GuestState>();
  const [group, setGroup] = useState<string>();
  const [isSoon, setSoon] = useState(false);
  const filter = { search: search.text, state, group };
  const pages = usePages<Guest>(["guests", "list", filter, isSoon], (after) =>
    fetch({ ...filter, expires_before: isSoon ? dayjs().add(7, "day").valueOf() : undefined, after }),
  );
  const isNarrow = isSoon || Object.values(filter).some((one) => one !== undefined);
  const all = columns({ open: onOpen, deedsOf });
  return (
    <>
      <CursorTable<Guest>
        pages={pages}
        rowKey="id"
        onOpen={onOpen}
        nothing={
          isNarrow ? (
            <Nothing title={t.none} hint={t.noneMore} />
          ) : (
            <Nothing title={t.noneYet} hint={t.noneHint} action={invite} />
          )
        }
        filters={
          <>
            <NameSearch label={t.search} {...search} />
            <Select
              allowClear
              aria-label={t.state}
              placeholder={t.state}
              style={{ width: 120 }}
              value={state}
              onChange={setState}
              options={Object.entries(STATES).map(([value, label]) => ({ value: value as GuestState, label }))}
            />
            {groups.length > 0 && (
              <Select
                allowClear
                aria-label={t.group}
                placeholder={t.group}
                style={{ width: 160 }}
                value={group}
                onChange={setGroup}
                options={groups.map(({ id, name }) => ({ value: id, label: name }))}
              />
            )}
            <Checkbox checked={isSoon} onChange={({ target }) => setSoon(target.checked)}>
              {t.soon}
            </Checkbox>
          </>
        }
        columns={mayInvite ? all : all?.filter(({ key }) => key !== "more")}
      />
      {shown}
    </>
  );
}
