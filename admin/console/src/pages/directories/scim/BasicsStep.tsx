import { Form, Select, Switch } from "antd";

import { texts } from "../../../language/texts";
import { BasicItems } from "../BasicItems";

const t = texts({
  departments: ["同步部门", "Take over departments"],
  departmentsHint: [
    "按推送的 department 属性创建部门，同名的归为一个部门。",
    "A department is made of each department attribute that is pushed; the same name is the same department.",
  ],
  networks: ["允许推送的网段", "Networks that may push"],
  networksHint: [
    "例如 203.0.113.0/24，按回车添加。留空则不限制来源，仅凭令牌。",
    "Such as 203.0.113.0/24; press Enter after each. Empty: from everywhere, with a token.",
  ],
});

/** What is taken over of what is pushed, and from where it may be. */
export function BasicsStep() {
  return (
    <>
      <BasicItems uses={["organisation"]} />
      <Form.Item
        name={["source", "departments"]}
        label={t.departments}
        extra={t.departmentsHint}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      <Form.Item name={["source", "networks"]} label={t.networks} extra={t.networksHint}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " "]} />
      </Form.Item>
    </>
  );
}
