import { Form, Radio } from "antd";

import { useCaller } from "../../../api/caller";
import { texts } from "../../../language/texts";
import { BasicItems } from "../BasicItems";
import { addressesOf } from "../page/addresses";
import { ConnectionTest } from "../page/ConnectionTest";
import { CopyThese } from "../page/CopyThese";
import { LongItem, SwitchItem, TextItem } from "../page/items";
import { t as common } from "../page/words";
import type { PageStepProps } from "../steps";
import { tidied } from "./cas";

const t = texts({
  copyHint: [
    "在 CAS 服务器上登记服务，允许以下列地址开头的所有 URL（每次登录会附加不同参数），并允许返回属性。",
    "Register a service at the CAS server that allows every URL that begins with this address (each sign-in adds a parameter of its own), and releases attributes.",
  ],
  service: ["服务地址（开头）", "Service URL, how it begins"],
  logout: ["单点退出地址", "Single logout URL"],
  logoutHint: ["通常无需填写：服务器会发送到服务地址。", "Usually not needed: the server tells the service URL."],
  url: ["CAS 服务器地址", "Address of the CAS server"],
  urlHint: ["其下有 /login 和 /serviceValidate。", "/login and /serviceValidate lie below it."],
  login: ["登录页地址", "Address of the sign-in page"],
  loginHint: ["留空则为服务器地址下的 /login。", "Empty: /login below the former."],
  version: ["协议版本", "Version"],
  three: ["CAS 3（推荐）", "CAS 3 (recommended)"],
  two: ["CAS 2", "CAS 2"],
  renew: ["每次都要求输入密码", "The password is asked each time"],
  gateway: ["不显示登录页", "Nobody is asked"],
  gatewayHint: [
    "只接受已在 CAS 登录的人，其余直接返回。不能与上一项同时开启。",
    "Takes those who are signed in there, and sends others back. Not together with the former.",
  ],
  testHint: [
    "从此节点用无效票据询问服务器，不会保存任何内容。",
    "Asks the server from this node about a ticket that nobody has. Nothing is saved.",
  ],
  found: ["验证地址正确，且是 CAS 服务器。", "It is a CAS server, and validates tickets there."],
});

/** Where the server is, and how it is asked. */
export function ServerStep({ directory, id }: PageStepProps) {
  const { access_url } = useCaller();
  const { callback } = addressesOf(access_url, id);
  return (
    <>
      <BasicItems uses={["sign_in"]} />
      <CopyThese
        title={common.copyTitle}
        hint={t.copyHint}
        values={[
          { label: t.service, value: callback },
          { label: t.logout, value: callback, hint: t.logoutHint },
        ]}
      />
      <TextItem at={["url"]} label={t.url} hint={t.urlHint} placeholder="https://sso.example.com/cas" needed />
      <TextItem at={["login_url"]} label={t.login} hint={t.loginHint} />
      <Form.Item name={["source", "version"]} label={t.version}>
        <Radio.Group
          options={[
            { value: "3", label: t.three },
            { value: "2", label: t.two },
          ]}
        />
      </Form.Item>
      <SwitchItem at={["renew"]} label={t.renew} />
      <SwitchItem at={["gateway"]} label={t.gateway} hint={t.gatewayHint} />
      <LongItem at={["ca"]} label={common.ca} hint={common.caHint} placeholder="-----BEGIN CERTIFICATE-----" rows={3} />
      <ConnectionTest directory={directory} hint={t.testHint} found={t.found} tidy={tidied} />
    </>
  );
}
