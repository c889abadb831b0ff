import { texts } from "../language/texts";

/** Fields as the API names them, without the numbers of rows, as a reader does; the parts of one are named by it. */
const NAMES: Readonly<Record<string, string>> = texts({
  id: ["编号", "ID"],
  name: ["名称", "Name"],
  description: ["说明", "Description"],
  username: ["用户名", "Username"],
  display_name: ["姓名", "Name"],
  email: ["邮箱", "Email"],
  mobile: ["手机号", "Mobile"],
  employee_number: ["工号", "Employee number"],
  department: ["部门", "Department"],
  departments: ["部门", "Departments"],
  group: ["用户组", "Group"],
  groups: ["用户组", "Groups"],
  parent: ["上级部门", "Parent department"],
  role: ["角色", "Role"],
  roles: ["角色", "Roles"],
  permissions: ["权限", "Permissions"],
  within: ["限定的部门", "Departments to which it is confined"],
  rule: ["规则", "Rule"],
  members: ["成员", "Members"],
  kind: ["类型", "Kind"],
  days: ["有效天数", "Days"],
  hosts: ["域名", "Host names"],
  path_prefix: ["路径前缀", "Path prefix"],
  pool: ["上游", "Upstream"],
  "pool.upstreams": ["上游地址", "Upstreams"],
  "pool.tls": ["上游的 TLS", "TLS of the upstream"],
  "pool.health_check": ["健康检查", "Health check"],
  access: ["访问规则", "Access rules"],
  path_rules: ["单独的路径规则", "Paths of their own"],
  ip_lists: ["IP 名单", "IP lists"],
  websockets: ["WebSocket", "WebSockets"],
  identity: ["身份传递", "Identity"],
  limits: ["限制", "Limits"],
  watermark: ["水印", "Watermark"],
  entries: ["地址", "Addresses"],
  sender: ["发送设置", "How it is sent"],
  "sender.service": ["服务商", "Service"],
  "sender.service.templates": ["短信模板", "Templates"],
  "sender.ceilings": ["发送上限", "Ceilings"],
  secret: ["密钥", "Secret"],
  "source.issuer": ["Issuer", "Issuer"],
  "source.client_id": ["客户端 ID", "Client ID"],
  "source.metadata_url": ["元数据地址", "Address of the metadata"],
  "source.metadata": ["元数据", "Metadata"],
  "source.url": ["服务器地址", "Address of the server"],
  "source.ca": ["CA 证书", "Authority"],
  chain: ["证书链", "Certificate chain"],
  key: ["私钥", "Private key"],
  to: ["收件人", "Recipient"],
});

/** What a reader calls a field that the API names: by itself, else by what it is a part of; else as the API. */
export function fieldName(field: string): string {
  const parts = field.replaceAll(/\[\d+\]/g, "").split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const name = NAMES[parts.slice(0, length).join(".")];
    if (name) return name;
  }
  return field;
}
