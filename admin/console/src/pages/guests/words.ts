import type { GuestState, SuspendedBecause } from "../../api/schema";
import { texts } from "../../language/texts";

/** What the pages about guests share. */
export const t = texts({
  title: ["访客管理", "Guests"],
  lead: [
    "邀请组织之外的人访问应用；每位访客都有邀请人和到期时间，到期后自动无法登录。",
    "Invite people from outside to applications. Somebody answers for each, and each has a day from which on they no longer come in.",
  ],
  own: ["您可以邀请访客，并管理由您邀请的访客。", "You may invite guests, and look after those for whom you answer."],
  invite: ["邀请访客", "Invite a guest"],
  inviteMany: ["批量邀请", "Invite several"],
  settings: ["访客设置", "Settings"],
  quota: (taken: number, allowed: number) => [
    `名额：已用 ${taken} / ${allowed}`,
    `${taken} of ${allowed} places taken`,
  ],
  name: ["姓名", "Name"],
  contact: ["联系方式", "Contact"],
  group: ["访客组", "Guest group"],
  noGroup: ["不分组", "In no group"],
  groupHint: [
    "访客组决定访客能访问哪些应用、适用哪些登录规则；在“用户组”中新建。",
    "Applications and the sign-in policy name guest groups; they are made under Groups.",
  ],
  sponsor: ["邀请人", "Sponsor"],
  sponsorHint: ["对访客负责的成员。", "The member who answers for the guest."],
  sponsorGone: ["已停用或离职", "Can no longer sign in"],
  ends: ["到期时间", "Ends"],
  endsHint: ["最长 400 天；到期时访客会立即退出。", "At most 400 days ahead. The guest is signed out when it comes."],
  never: ["未设置", "Not set"],
  created: ["邀请时间", "Invited"],
  createdBy: (name: string) => [`由 ${name} 邀请`, `By ${name}`],
  state: ["状态", "State"],
  search: ["搜索姓名、用户名、邮箱、手机号", "Search name, username, email, mobile"],
  soon: ["7 天内到期", "Ends within 7 days"],
  none: ["没有符合条件的访客", "No guests match"],
  noneMore: ["换一个关键词，或去掉一些条件。", "Try another search, or fewer conditions."],
  noneYet: ["还没有访客", "No guests yet"],
  noneHint: [
    "邀请访客后，把一次性链接交给本人，或直接发送邀请，由本人设置密码。",
    "Invite a guest, then hand them a one-time link, or have an invitation sent, with which they set a password.",
  ],
});

export const STATES: Readonly<Record<GuestState, string>> = texts({
  active: ["正常", "Active"],
  suspended: ["已停用", "Suspended"],
  expired: ["已到期", "Expired"],
});

export const BECAUSE: Readonly<Record<SuspendedBecause, string>> = texts({
  by_hand: ["由管理员停用，由管理员恢复", "By an administrator, who resumes them"],
  by_sponsor: ["由邀请人停用", "By the sponsor"],
  sponsor_left: ["邀请人已停用或离职，请更换邀请人", "The sponsor is gone: give them another"],
});
