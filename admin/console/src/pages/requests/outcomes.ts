import type { AccessEvent } from "../../api/schema";
import { texts } from "../../language/texts";

/** What became of a request. */
export const OUTCOMES = texts({
  granted: ["已放行", "Let in"],
  denied: ["已拒绝", "Refused"],
  cut: ["已中断", "Cut off"],
  own_page: ["自有页面", "Own page"],
});

export const REASONS: Readonly<Record<string, string>> = texts({
  no_snapshot: ["网关尚未取得配置", "The gateway has no rules yet"],
  events_stopped: ["日志无法写入", "Events cannot be written"],
  ambiguous_request: ["请求有歧义", "Ambiguous request"],
  client_address_unreadable: ["来源地址无法识别", "Address unreadable"],
  address_refused: ["来源地址被限制", "Address refused"],
  guest_address: ["访客的来源地址被限制", "Guest's address refused"],
  unknown_host: ["未知的域名", "Unknown host"],
  unknown_path: ["未知的路径", "Unknown path"],
  application_closed: ["应用已关闭", "Application closed"],
  sign_in_required: ["需要登录", "Sign-in required"],
  session_ended: ["会话已结束", "Session ended"],
  store_away: ["存储不可用", "Store away"],
  forbidden: ["被规则拒绝", "Refused by a rule"],
  no_rule_allows: ["没有规则允许", "No rule allows it"],
  two_step_required: ["需要两步验证", "Second step required"],
  two_step_stale: ["需要重新验证", "Second step too old"],
  rate_limited: ["请求过于频繁", "Too many requests"],
  body_too_large: ["请求体过大", "Body too large"],
  body_too_slow: ["请求体过慢", "Body too slow"],
  proxy_not_trusted: ["代理未受信任", "Proxy not trusted"],
  method_refused: ["方法不被允许", "Method refused"],
  head_too_large: ["请求头过大", "Head too large"],
  upgrade_refused: ["不允许升级连接", "Upgrade refused"],
  origin_refused: ["来源站点不被允许", "Origin refused"],
  unreadable: ["记录已损坏", "Its record is damaged"],
  not_served_here: ["不在此处提供", "Not served here"],
});

export function refusalName(reason: string): string {
  return REASONS[reason] ?? reason;
}

export function outcomeText({ outcome }: AccessEvent): string {
  const name = OUTCOMES[outcome.kind];
  return "reason" in outcome ? `${name}: ${refusalName(outcome.reason)}` : name;
}

export const COLOURS: Readonly<Record<AccessEvent["outcome"]["kind"], string | undefined>> = {
  granted: "success",
  denied: "error",
  cut: "warning",
  own_page: undefined,
};
