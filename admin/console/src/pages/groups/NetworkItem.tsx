import { Form } from "antd";

import { useMayEverywhere } from "../../api/caller";
import { texts } from "../../language/texts";
import { IpListChooser } from "../../parts/choosers";

const t = texts({
  lists: ["只能从这些 IP 名单允许的网络进入", "Let in from these IP lists only"],
  hint: [
    "仅限制组内的访客，登录和访问每个应用时都会检查；留空不限制。",
    "Binds the guests in the group, as they sign in and at every application. Empty: from everywhere.",
  ],
});

/** From where the guests of a group come in. It stays in the form where it is not shown. */
export function NetworkItem() {
  const maySee = useMayEverywhere()("ip_lists:read");
  const isForGuests = Form.useWatch<boolean | undefined>("for_guests", Form.useFormInstance()) ?? false;
  return (
    <Form.Item name="ip_lists" label={t.lists} extra={t.hint} hidden={!isForGuests || !maySee}>
      {maySee ? <IpListChooser mode="multiple" allowClear /> : <Hidden />}
    </Form.Item>
  );
}

function Hidden() {
  return null;
}
