import { EllipsisOutlined } from "@ant-design/icons";
import { Badge, Button, Dropdown, Flex, type TableProps, Tooltip, Typography } from "antd";
import dayjs from "dayjs";

import type { Guest } from "../../api/schema";
import { texts } from "../../language/texts";
import { PersonAvatar } from "../../parts/PersonAvatar";
import { DayText } from "../../parts/TimeText";
import type { GuestDeed } from "./useGuestDeeds";
import { BECAUSE, STATES, t } from "./words";

const words = texts({ more: (name: string) => [`更多操作：${name}`, `More for ${name}`] });

const LIGHTS = { active: "success", suspended: "warning", expired: "default" } as const;
const SOON_DAYS = 7;

type Doing = { open: (guest: Guest) => void; deedsOf: (guest: Guest) => GuestDeed[] };

/** Guests as they are listed. */
export function columns({ open, deedsOf }: Doing): TableProps<Guest>["columns"] {
  return [
    { title: t.name, key: "name", render: (_, guest) => <Name guest={guest} open={open} /> },
    {
      title: t.contact,
      key: "contact",
      render: (_, { email, mobile }) => <Two first={email ?? mobile ?? "–"} second={email ? mobile : undefined} />,
    },
    { title: t.group, key: "group", render: (_, { guest_group }) => guest_group?.name ?? "–" },
    {
      title: t.sponsor,
      key: "sponsor",
      render: (_, { sponsor }) =>
        sponsor ? (
          <Two first={sponsor.display_name} second={sponsor.is_active ? sponsor.username : t.sponsorGone} />
        ) : (
          "–"
        ),
    },
    {
      title: t.created,
      key: "created",
      render: (_, { created_at, created_by }) => (
        <Two first={<DayText at={created_at} />} second={created_by && t.createdBy(created_by)} />
      ),
    },
    { title: t.ends, key: "ends", render: (_, guest) => <End guest={guest} /> },
    { title: t.state, key: "state", render: (_, guest) => <State guest={guest} /> },
    { key: "more", align: "right", render: (_, guest) => <More guest={guest} deeds={deedsOf(guest)} /> },
  ];
}

function Name({ guest, open }: { guest: Guest; open: (guest: Guest) => void }) {
  return (
    <Flex gap={10} align="center">
      <PersonAvatar id={guest.id} name={guest.display_name} />
      <div style={{ minWidth: 0, lineHeight: 1.4 }}>
        <Button
          type="link"
          style={{ padding: 0, height: "auto" }}
          onClick={(event) => {
            event.stopPropagation();
            open(guest);
          }}
        >
          {guest.display_name}
        </Button>
        <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
          {guest.username}
        </Typography.Text>
      </div>
    </Flex>
  );
}

function Two({ first, second }: { first: React.ReactNode; second?: string | null }) {
  return (
    <div style={{ lineHeight: 1.4 }}>
      {first}
      {second && (
        <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
          {second}
        </Typography.Text>
      )}
    </div>
  );
}

/** Coloured when it is near, or over. */
function End({ guest: { expires_at: at } }: { guest: Guest }) {
  if (!at) return <Typography.Text type="secondary">{t.never}</Typography.Text>;
  const left = dayjs(at).diff(dayjs(), "day", true);
  return (
    <Typography.Text type={left <= 0 ? "danger" : left <= SOON_DAYS ? "warning" : undefined} strong={left <= SOON_DAYS}>
      <DayText at={at} />
    </Typography.Text>
  );
}

function State({ guest: { state, suspended_because } }: { guest: Guest }) {
  return (
    <Tooltip title={suspended_because && BECAUSE[suspended_because]}>
      <Badge className="nowrap" status={LIGHTS[state]} text={STATES[state]} />
      {suspended_because === "sponsor_left" && (
        <Typography.Text type="warning" style={{ display: "block", fontSize: 12 }}>
          {BECAUSE.sponsor_left}
        </Typography.Text>
      )}
    </Tooltip>
  );
}

function More({ guest, deeds }: { guest: Guest; deeds: GuestDeed[] }) {
  const items = deeds.map(({ key, label, danger, disabled }) => ({ key, label, danger, disabled }));
  return (
    <span onClick={(event) => event.stopPropagation()} role="presentation">
      <Dropdown
        trigger={["click"]}
        menu={{ items, onClick: ({ key }) => deeds.find((deed) => deed.key === key)?.run() }}
      >
        <Button type="text" icon={<EllipsisOutlined />} aria-label={words.more(guest.display_name)} />
      </Dropdown>
    </span>
  );
}
