import { texts } from "../../language/texts";
import { resourceName } from "../../parts/permissions";

export const ACTIONS: Readonly<Record<string, string>> = texts({
  create: ["创建", "Create"],
  update: ["修改", "Change"],
  change: ["修改", "Change"],
  delete: ["删除", "Delete"],
  remove: ["删除", "Delete"],
  read: ["查看", "Read"],
  export: ["导出", "Export"],
  import: ["导入", "Import"],
  disable: ["停用", "Disable"],
  enable: ["启用", "Enable"],
  leave: ["办理离职", "Mark as left"],
  set_roles: ["修改角色", "Change roles"],
  add_member: ["添加成员", "Add a member"],
  remove_member: ["移出成员", "Take a member out"],
  make_one_time_link: ["生成一次性链接", "Make a one-time link"],
  send_one_time_link: ["发送一次性验证码", "Send a one-time code"],
  send_invitation: ["发送邀请", "Send an invitation"],
  send_password_reset: ["重置密码并发送验证码", "Reset the password and send a code"],
  reset_password: ["重置密码", "Reset the password"],
  change_password: ["修改密码", "Change the password"],
  set_authenticator: ["设置身份验证器", "Set an authenticator"],
  remove_authenticator: ["移除身份验证器", "Remove the authenticator"],
  add_passkey: ["添加通行密钥", "Add a passkey"],
  rename_passkey: ["重命名通行密钥", "Rename a passkey"],
  remove_passkey: ["移除通行密钥", "Remove a passkey"],
  distrust_browser: ["不再信任浏览器", "Ask a trusted browser again"],
  renew_recovery_codes: ["更换恢复码", "Renew recovery codes"],
  reset_second_factor: ["重置两步验证", "Reset the second factor"],
  revoke_sign_ins: ["终止会话", "End sessions"],
  unlock: ["解除锁定", "Unlock"],
  revoke: ["吊销", "Revoke"],
  begin_trial: ["试行修改", "Put a change on trial"],
  confirm_trial: ["确认试行", "Confirm a trial"],
  end_trial: ["撤回试行", "Put a trial back"],
  set_icon: ["更换图标", "Change the icon"],
  test: ["测试连接", "Test the connection"],
  reload: ["重新读取文件", "Read the files again"],
  suspend: ["停用访客", "Suspend a guest"],
  expire: ["访客到期", "A guest's time is over"],
  switch_off: ["停用限制", "Switch off"],
  switch_on: ["启用限制", "Switch on"],
  append_entries: ["追加条目", "Add entries"],
  replace_entries: ["替换条目", "Replace entries"],
  remove_entry: ["移除条目", "Remove an entry"],
  hand_over: ["移交给目录", "Hand over to a directory"],
  set_managers: ["修改负责人", "Change managers"],
  move: ["移动", "Move"],
  back_up: ["下载备份", "Take a backup"],
  set_up: ["完成初始设置", "Set up"],
  sync: ["同步目录", "Take over a directory"],
  start_sync: ["开始同步", "Begin a sync"],
  try_sync: ["预览同步", "Try a sync"],
  go_on_sync: ["确认执行同步", "Let a sync go on"],
  hold_sync: ["暂停推送的停用", "Hold what was pushed"],
  create_token: ["创建目录令牌", "Make a token of a directory"],
  revoke_token: ["停用目录令牌", "End a token of a directory"],
  drop_sync: ["放弃同步", "Drop a sync"],
  undo_sync: ["撤销同步", "Take a sync back"],
  link: ["关联目录条目", "Link an entry of a directory"],
  ignore: ["忽略目录条目", "Ignore an entry of a directory"],
  reconsider: ["重新考虑目录条目", "Reconsider an entry of a directory"],
  make_set_up_link: ["生成初始设置链接", "Make a link for the set-up"],
});

export function actionName(action: string): string {
  return ACTIONS[action] ?? action;
}

export const TARGETS = texts({
  member: ["成员", "Member"],
  guest: ["访客", "Guest"],
  guest_settings: ["访客设置", "Settings of guests"],
  department: ["部门", "Department"],
  group: ["用户组", "Group"],
  application: ["应用", "Application"],
  ip_list: ["IP 列表", "IP list"],
  picture: ["品牌图片", "Picture of the brand"],
  upstream: ["上游", "Upstream"],
  ip_rules: ["IP 访问限制", "IP restrictions"],
  role: ["角色", "Role"],
  token: ["API 令牌", "API token"],
  sign_in: ["登录会话", "Sign-in"],
  set_up: ["初始设置", "Set-up"],
  sign_in_policy: ["登录策略", "Sign-in policy"],
  brand: ["品牌", "Brand"],
  watermark: ["水印", "Watermark"],
  mail_sender: ["邮件发送", "Mail sender"],
  sms_sender: ["短信发送", "SMS sender"],
  certificate: ["证书", "Certificate"],
  member_import: ["成员导入", "Import of members"],
  directory: ["目录", "Directory"],
  store: ["存储", "Store"],
});

/** What an entry is about; where somebody was refused, that is a kind of thing as permissions have it. */
export function targetName(kind: string): string {
  return (TARGETS as Readonly<Record<string, string>>)[kind] ?? resourceName(kind);
}

export const RESULTS = texts({
  done: ["成功", "Done"],
  refused: ["被拒绝", "Refused"],
  failed: ["失败", "Failed"],
});

export function resultName(result: string): string {
  return (RESULTS as Readonly<Record<string, string>>)[result] ?? result;
}
